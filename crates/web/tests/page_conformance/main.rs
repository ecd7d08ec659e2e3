//! The rules that every network keeps, kept by pages over WebRTC: real sockets, the real gateway, the real players.
//!
//! A page sends no packets, but says something, and its player makes packets of that. So the kit's packets travel as
//! what players carry: reliable ones as texts to a player called the partner and from it, unreliable ones as its voice,
//! each behind the first byte of a packet of Opus. [`partner`] takes the place of the session's server and knows as
//! much of the protocol as that needs; [`page`] is a page.
//!
//! What does not hold as for other networks stands at [`network::Browsers`].

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod network;
mod page;
mod partner;

use network::Browsers;

consonance_transport::conformance_tests!(Browsers::default());
