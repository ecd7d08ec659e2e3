//! Players in browsers, as a network like any other.
//!
//! A page speaks to its worker's [`BrowserGateway`]: voice and control messages over WebRTC, and before that, over
//! HTTP, an offer through the [`PageEntrance`]. Behind each page stands a player
//! ([`BrowserPlayer`](consonance_browser::BrowserPlayer)), whose link to the session is made here, without leaving the
//! process: for the server it is a link as those of native players are.
//!
//! ```text
//!   threads with HTTP ── offers ──▶ PageEntrance ── queue ──┐
//!                     ◀── answers ──────────────────────────┤
//!                                                           ▼
//!   page ══ voice, control ══ WebRTC shard ══ BrowserGateway ══ player ══ link ══ session's server
//! ```
//!
//! A page that is lost comes back to the same player with the player's key, which only that page was told.
//! Nothing here blocks, has a thread or asks for the time.

mod browser;
mod browsers;
mod entrance;
mod gateway;
mod indices;
mod key;
mod neighbours;
mod request_queue;
mod reservations;
mod seats;
mod settings;
mod shard;

pub use consonance_browser::PageLimits;
pub use entrance::PageEntrance;
pub use gateway::{BrowserGateway, browser_gateways};
pub use reservations::{NoReservation, SessionReservations};
pub use settings::GatewaySettings;
pub use shard::PageShard;
