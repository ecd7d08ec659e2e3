//! ENet and Ignorance's fork of it: both ends on simulated time and over real sockets, and against plain ENet.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod by_itself;
mod commands;
mod conformance;
mod connections;
mod golden;
mod hostile;
mod proxy;
#[cfg(target_os = "linux")] // Elsewhere, 127.0.0.1 may be the only loopback address.
mod slots;
mod support;
mod unproved;
mod waiting;
