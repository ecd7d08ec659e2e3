//! What tests of several crates share. Only tests and tools use it, and it ends a test that cannot be set up.
//!
//! Each part is a module with a feature of its name, so that a crate's tests build no more than they need:
//!
//! * `player`: the session engine over a transport, without sound.
//! * `sound`: recorded speech and chirps, and how much of them is found again, and where.
//! * `made-up-network`: a network that no game has.
//! * `networks`: a player's end of each game network.
//! * `rtc`: what a page does with WebRTC, without a browser.
//! * `stage`: programs and real browsers, started, directed and listened to; on Unix.
//! * `tone`: a tone, and what can be said of what became of it.
//! * `direct-session`: the session engine's server, and players of another kind before it, without a network.
//! * `folder`: folders of tests, removed with everything in them.
//! * `node-bus`: what joins the nodes of a cluster, without NATS.
//! * `nats`: NATS servers, started and ended.
//! * `murmur`: Mumble's server, started and ended; on Unix.
//! * `http-server`: an HTTP server that answers what a test wants, and keeps what it was asked.
//! * `input`: what a voice chat speaks with.
//! * `command`: the programs `consonance` and `consonance-bench`, and sound files for them.
#![forbid(unsafe_code)]

#[cfg(feature = "command")]
pub mod command;
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
#[cfg(feature = "sound")]
pub mod sound;
#[cfg(all(unix, feature = "stage"))]
pub mod stage;
#[cfg(feature = "tone")]
pub mod tone;
