//! The façade as a game uses it: whole conversations over real QUIC on this machine, and over other networks.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

#[cfg(feature = "tokio")]
mod async_programs;
mod capture;
mod conversation;
mod crowded;
mod diagnostics;
mod direct_links;
mod ear;
mod encryption;
mod engines;
mod fixture;
mod glue;
mod hall;
mod handle;
mod hearing;
mod hosted;
mod hosted_direct_links;
mod hosted_fixture;
mod hosted_stall;
mod moderation;
mod networks;
#[cfg(feature = "host")]
mod node;
mod offline;
mod place;
mod player;
mod player_reports;
mod players;
mod proximity;
mod quality;
mod recorder;
mod refusals;
mod restart;
mod sealed_recording;
mod server_proximity;
mod settings;
mod sound_devices;
mod speech;
mod stereo;
mod taps;
mod texts;
mod triggers;
mod uplink;
mod why;
mod witness;
