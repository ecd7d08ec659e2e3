//! The driver of protocols in UDP datagrams, on sockets of this machine.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod driver;
mod plain;
mod rig;
