//! A player's end of each network that a server listens on, as in a game's clients, for tests.
//!
//! Each function returns a [`ClientNetwork`] to the server at an address of this machine: with a voice chat or a
//! session's client on top, it is a player of ours in that game.
//!
//! ```no_run
//! use consonance_link::ClientNetwork;
//!
//! let mut client = consonance_testing::networks::player("mirror-kcp", ([127, 0, 0, 1], 7777).into());
//! client.connect(std::time::Instant::now());
//! ```
//!
//! Used by the command's tests and `consonance-e2e`. A network that cannot be opened fails the test.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails")]

use std::net::SocketAddr;

pub use consonance_game_networks::players::over_udp as udp;
use consonance_link::ClientNetwork;
use consonance_link::gateway::streams::StreamClientSettings;

/// A player on the network of this name in the configuration. Pages and WebRTC Network's clients are in the session
/// `main`.
pub fn player(network: &str, server: SocketAddr) -> Box<dyn ClientNetwork> {
    consonance_server_config::find(network).unwrap().player(server).unwrap()
}

/// A page without WebRTC, in the session `main`, connected as by the page's own engine.
pub fn browser_fallback(server: SocketAddr) -> impl ClientNetwork + 'static {
    let end = consonance_link::voice_websocket::ClientEnd::at(server.to_string(), "/api/voice/main/packets");
    consonance_link::voice_websocket::client(end, StreamClientSettings::new(server)).unwrap()
}
