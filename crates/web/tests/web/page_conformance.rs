//! The rules of every network, for pages over WebRTC: real sockets, the real gateway, the real players.
//!
//! A page does not send packets of the protocol: its player makes them from the page's messages and voice. So the
//! kit's packets travel as payloads of players: reliable ones as texts to and from a player called the partner,
//! unreliable ones as its voice, each after the first byte of an Opus packet. [`partner`] replaces the session's
//! server and implements as much of the protocol as that needs; [`page`] is a page.
//!
//! Differences from other networks are documented at [`network::Browsers`].

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod network;
mod page;
mod partner;

use network::Browsers;

consonance_link::conformance_tests!(Browsers::default());
