//! The engine behind a page: a player of a session whose game is a page in a browser.
//!
//! A page says in JSON what its player wants, and is told in JSON what happens ([`control`]); its voice and that of
//! others is Opus, and is never decoded here. The server has one such engine for each page that talks over WebRTC; a
//! page that cannot has its own, compiled to WebAssembly, so that its scripts speak the same messages either way.
//!
//! ```text
//!  server ──▶ handle_packet   ┌───────────────┐  handle_message ◀── page
//!  server ◀── poll_transmit   │               │  poll_message   ──▶ page
//!  server ◀── poll_command    │ BrowserPlayer │  handle_voice   ◀── microphone
//!                             │               │  poll_voice     ──▶ slots
//!                             └───────────────┘
//! ```
//!
//! The page's voice is put into frames of 20 ms with the gaps that the network made; what others say goes to one of at
//! most [`SLOTS_MAX`] slots, which the page plays. Nothing here knows a socket, a clock or what carries voice and
//! messages. Start reading at [`BrowserPlayer`] and [`control::FromPage`].
#![forbid(unsafe_code)]

pub mod control;
mod downlink;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod place;
mod player;
mod settings;
mod statistics;
mod uplink;

pub use downlink::{DownlinkStatistics, SLOTS_MAX, SlotVoice};
pub use player::{BrowserPlayer, PageEnd, PageLinkCommand, PageQuality, PageVoice};
pub use settings::{BrowserSettings, PageLimits};
pub use statistics::BrowserStatistics;
pub use uplink::UplinkStatistics;
