//! The driver for UDP protocols, with local sockets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod driver;
mod plain;
mod rig;
