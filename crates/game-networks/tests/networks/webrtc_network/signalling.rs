//! The signalling server, with and without sockets, and the bytes of its protocol.

mod hex;
mod messages;
mod server;
