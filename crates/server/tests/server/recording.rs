//! Recordings on the server: the files and their contents.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod call;
mod disk;
mod reports;
mod sessions;
