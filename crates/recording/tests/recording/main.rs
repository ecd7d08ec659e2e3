//! Ogg Opus files of packets: how players decode them, and how crashes leave them.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod ogg_opus;
mod repair;
mod sealed_track;
