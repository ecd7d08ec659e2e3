//! The session loop, driven manually over in-process networks, on simulated time.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod accounts;
mod capturing;
mod encrypting;
mod fairness;
mod fixture;
#[cfg(feature = "joining-hook")]
mod hook;
#[cfg(feature = "joining-hook")]
mod http_server;
mod inspecting;
mod joining;
mod moderators;
mod on_demand;
mod origins;
mod player;
mod room_limits;
mod sessions;
mod shedding;
mod tokens;
mod traces;
mod unjoined;
#[cfg(feature = "joining-hook")]
mod webhooks;
