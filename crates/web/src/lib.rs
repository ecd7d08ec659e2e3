//! HTTP for players in browsers: the page that they open, and the signalling that connects its voice to a session.
//!
//! | request | answer |
//! |---|---|
//! | `GET /`, and the files of the page | the page, out of this program |
//! | `GET /api/info` | the sessions, and how to join them |
//! | `POST /api/voice/{session}` | a WebRTC offer in, the answer out |
//! | `GET /api/voice/{session}/signal` | a `WebSocket`: further candidates, and a new path to the same player |
//! | `GET /api/voice/{session}/packets` | a `WebSocket`: voice when WebRTC is blocked |
//!
//! `docs/browser/signalling.md` describes them.
//!
//! ```text
//!   link::http (bounded, timed, TLS) ─▶ origin, rates ─▶ routes ─▶ Signalling: a browser_gateway::PageEntrance
//! ```
//!
//! Voice goes over WebRTC to the pages' players in [`browser_gateway`] and bypasses the listener, which knows neither
//! sessions nor the content of an offer. Only when WebRTC is blocked does voice arrive here, as packets for
//! [`PacketShard`]s. [`webrtc`] has the peers. [`WebListener`] is started with [`WebSettings`] and an implementation of
//! [`Signalling`].

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
mod web_socket;
pub mod webrtc;

pub use listener::{WebError, WebListener};
pub use packets::{PacketEntrance, PacketPlaces, PacketSettings, PacketShard, packet_shards};
pub use page::page_hash;
pub use reply::{Replier, Reply, reply};
pub use settings::{IceServers, WebLimits, WebSettings};
pub use signalling::{
    Attendance, Displaced, Info, Join, JoinBody, JoinProblem, JoinRule, Joined, SecretRequirement, Secrets,
    Signalling,
};
