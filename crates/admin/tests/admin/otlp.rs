//! An exporter's requests to a real HTTP server, parsed with the protocol's types; outages, rejections and shutdown.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod fixture;
mod metrics;
mod outages;
mod settings;
mod spans;
