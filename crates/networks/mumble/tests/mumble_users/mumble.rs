//! The server over real sockets of this machine, with clients of ours.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod carrying;
mod conformance;
mod fixture;
mod hostile;
mod users;
mod voice;
