//! Voice in games on Mirror over the networks that they really use, on the loopback interface.

mod network;
mod splice;
mod voice_only;
