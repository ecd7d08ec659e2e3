//! Mumble users as players of a session.
//!
//! Each user has a [`MumblePlayer`], a session client whose game is a Mumble client: the session's rooms are its
//! channels, it speaks in and listens to the room of the user's channel, and a whisper is a channel of the session to
//! players or rooms. Its voice is Opus, which is repacked into frames of the player's length and never decoded.
//!
//! ```text
//!  session ──▶ handle_packet   ┌──────────────┐  handle_control, handle_voice ◀── Mumble client
//!  session ◀── poll_transmit   │ MumblePlayer │  poll_control, poll_voice     ──▶ Mumble client
//!  session ◀── poll_command    └──────────────┘
//! ```
//!
//! [`MumbleGateway`] is the network that a server listens on: it joins the users of a
//! [`MumbleServer`](crate::MumbleServer) to a session, and is a
//! [`ServerNetwork`](consonance_link::ServerNetwork) like any other. The player has no socket and no clock.

mod channels;
mod gateway;
mod html;
mod player;
mod profile;
mod settings;
mod users;

pub use gateway::MumbleGateway;
pub use player::{MumblePlayer, PlayerCommand, PluginNote};
pub use profile::{Neighbours, Profile};
pub use settings::PlayerSettings;
