//! The envelopes' handling of messages from clients and games.

mod client;
mod credentials;
mod fixture;
mod golden;
mod hostile;
mod proxy;
mod voice_only;
