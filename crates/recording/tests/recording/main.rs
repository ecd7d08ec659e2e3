//! Ogg Opus files of packets: what a player hears of them, and what a crash leaves.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod ogg_opus;
mod repair;
mod sealed_track;
