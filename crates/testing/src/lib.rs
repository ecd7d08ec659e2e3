//! Test support for several crates. Only tests and tools use it, and it fails a test that cannot be set up.
//!
//! Each part is a module with a feature of its name, so that a crate's tests build no more than they need:
//!
//! * `player`: the session engine over a transport, without sound.
//! * `sim`: whole sessions on simulated time and a seeded network, and bodies of fuzz targets.
//! * `sound`: recorded speech and chirps, and how much of them arrives, and when.
//! * `made-up-network`: a fictional network.
//! * `networks`: the player's end of each game network.
//! * `rtc`: what a page does with WebRTC, without a browser.
//! * `stage`: starts and controls programs and real browsers, and records what they play; on Unix.
//! * `tone`: a tone, and measurements of what arrives of it.
//! * `direct-session`: the session engine's server with other kinds of players in front of it, without a network.
//! * `folder`: temporary folders, removed with everything in them.
//! * `node-bus`: a bus for the nodes of a cluster, without NATS.
//! * `nats`: starts and stops NATS servers.
//! * `murmur`: starts and stops Mumble's server; on Unix.
//! * `http-server`: an HTTP server that gives a test's responses, and records its requests.
//! * `input`: audio inputs for a voice chat.
//! * `cost`: what one message costs, in bytes and steps; `datagram-cost` has a server for datagrams, `session-cost`
//!   a big session.
//! * `command`: the programs `consonance` and `consonance-bench`, and sound files for them.
#![forbid(unsafe_code)]

#[cfg(feature = "command")]
pub mod command;
#[cfg(feature = "cost")]
pub mod cost;
#[cfg(feature = "direct-session")]
pub mod direct_session;
#[cfg(feature = "folder")]
pub mod folder;
#[cfg(feature = "http-server")]
pub mod http_server;
#[cfg(feature = "input")]
pub mod input;
#[cfg(feature = "made-up-network")]
pub mod made_up_network;
#[cfg(all(unix, feature = "murmur"))]
pub mod murmur;
#[cfg(feature = "nats")]
pub mod nats;
#[cfg(feature = "networks")]
pub mod networks;
#[cfg(feature = "node-bus")]
pub mod node_bus;
#[cfg(feature = "player")]
pub mod player;
#[cfg(feature = "rtc")]
pub mod rtc;
#[cfg(feature = "sim")]
pub mod sim;
#[cfg(feature = "sound")]
pub mod sound;
#[cfg(all(unix, feature = "stage"))]
pub mod stage;
#[cfg(feature = "tone")]
pub mod tone;
