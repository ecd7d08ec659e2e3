//! The events that webhooks can have.

use consonance_settings::SettingChoice;
use serde::{Deserialize, Serialize};

/// An event that a webhook gets. Its name in bodies and settings is the one with hyphens, such as `player-joined`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum WebhookEvent {
    /// A session runs: one of the configuration since the server started, or one on demand since its first player
    /// came. One that was handed over by another process continues, and does not begin.
    SessionBegun,
    /// A session does not run any more: it was empty for long enough, or the server stops. One that is handed over to
    /// another process continues, and does not end.
    SessionEnded,
    /// A player has joined a session. One that comes back to its place has not left, and does not join.
    PlayerJoined,
    /// A player has left a session, or was removed.
    PlayerLeft,
    /// A name, an account or addresses were banned.
    Banned,
    /// The files of a recording are complete.
    RecordingReady,
}

/// The names in settings are those in bodies.
impl SettingChoice for WebhookEvent {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("session-begun", Self::SessionBegun),
        ("session-ended", Self::SessionEnded),
        ("player-joined", Self::PlayerJoined),
        ("player-left", Self::PlayerLeft),
        ("banned", Self::Banned),
        ("recording-ready", Self::RecordingReady),
    ];
}

impl WebhookEvent {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::SessionBegun,
        Self::SessionEnded,
        Self::PlayerJoined,
        Self::PlayerLeft,
        Self::Banned,
        Self::RecordingReady,
    ];

    /// Its place in a set of events.
    pub(super) const fn bit(self) -> u8 {
        1 << self as u8
    }
}
