//! What an exporter sends a real HTTP server, read with the types of the protocol; outages, refusals and the end.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod metrics;
mod outages;
mod settings;
mod spans;
mod stage;
