//! Recordings on the server: what is in the files, and where.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod call;
mod disk;
mod reports;
mod sessions;
