//! An exporter's requests to a real HTTP server, parsed with the protocol's types; outages, rejections and shutdown.

mod metrics;
mod outages;
mod settings;
mod spans;
mod stage;
