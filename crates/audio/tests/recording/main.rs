//! Recordings: files that line up to the sample, whatever is written when.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod files;
mod names;
mod ogg_opus;
mod time_line;
