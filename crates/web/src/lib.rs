//! Where players come in with a browser, over HTTP: the page that they open, and how its voice finds a session.
//!
//! | request | answer |
//! |---|---|
//! | `GET /`, and the files of the page | the page, out of this program |
//! | `GET /api/info` | which sessions there are, and how one joins them |
//! | `POST /api/voice/{session}` | an offer of WebRTC in, the answer out |
//! | `GET /api/voice/{session}/signal` | a `WebSocket`: further candidates, and a new way to the same player |
//! | `GET /api/voice/{session}/packets` | a `WebSocket`: voice where WebRTC does not come through |
//!
//! `docs/browser/signalling.md` says what is in them.
//!
//! ```text
//!   consonance-http (bounded, timed, TLS) ─▶ origin, rates ─▶ routes ─▶ Signalling: a browser_gateway::PageEntrance
//! ```
//!
//! Voice goes over WebRTC to the pages' players in [`browser_gateway`], past the listener, which knows neither sessions
//! nor what is in an offer. Only where it does not come through, it comes in here, as packets for [`PacketShard`]s.
//! [`WebListener`] is started with [`WebSettings`] and an implementation of [`Signalling`].

mod app;
pub mod browser_gateway;
mod info;
mod join_rate;
mod joining;
mod listener;
mod packets;
mod page;
mod reply;
mod settings;
mod signal;
mod signalling;
mod this_machine;
mod turn;
mod visitor;

pub use listener::{WebError, WebListener};
pub use packets::{PacketEntrance, PacketPlaces, PacketSettings, PacketShard, packet_shards};
pub use reply::{Replier, Reply, reply};
pub use settings::{IceServers, WebLimits, WebSettings};
pub use signalling::{
    Attendance, Displaced, Info, Join, JoinProblem, JoinRule, Joined, SecretRequirement, Secrets, Signalling,
};
