//! A player's end of each of the networks for which a server listens, as a game's clients have it, for tests.
//!
//! Each function gives a [`ClientTransport`](consonance_transport::ClientTransport) to the server at an address of this
//! machine: put a voice chat or a session's client above it, and it is a player of ours in that game.
//!
//! ```no_run
//! use consonance_transport::ClientTransport;
//!
//! let mut client = consonance_testing::networks::mirror_kcp(([127, 0, 0, 1], 7777).into());
//! client.connect(std::time::Instant::now());
//! ```
//!
//! Who uses it: the tests of the command, and `consonance-e2e`. What cannot be opened ends a test.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails")]

mod clients;

pub use clients::{
    browser_fallback, darkrift, fishnet, forge, mirror_ignorance, mirror_kcp, mirror_telepathy,
    mirror_websocket, ngo, udp, webrtc, websocket,
};
