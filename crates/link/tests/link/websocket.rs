//! The network over real sockets: between our own ends, and with data from other programs.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conformance;
mod crowd;
mod goodbyes;
mod listener;
mod page;
mod pings;
mod refused_requests;
mod tls;
