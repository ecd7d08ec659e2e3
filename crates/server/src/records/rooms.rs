//! The decisions about the rooms of one session while it ran.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_session::{Limits, RoomLimits, RoomPattern, Server};
use serde::{Deserialize, Serialize};

/// Limits that go before those of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionRooms {
    /// By room, or with a `*` at the end by how names begin.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rooms: BTreeMap<String, RoomDecision>,
    /// How long a player has to wait between two texts anywhere, in seconds; none if the configuration decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_every_s: Option<u32>,
}

/// The limits of one room; `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomDecision {
    /// How many may listen at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listeners_max: Option<u32>,
    /// How many may speak at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speakers_max: Option<u32>,
    /// How long a player has to wait between two texts to the room, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_every_s: Option<u32>,
}

impl SessionRooms {
    /// Rooms and patterns of one session.
    pub const ROOMS_MAX: usize = 256;

    /// Makes a session follow these, and the configuration where they say nothing.
    pub(crate) fn apply(
        &self,
        server: &mut Server,
        limits: &Limits,
        configured: &[(RoomPattern, RoomLimits)],
    ) {
        let mut limits = limits.clone();
        if let Some(seconds) = self.text_every_s {
            limits.text_every = Duration::from_secs(seconds.into());
        }
        server.reconfigure().set_limits(limits);
        // A name is more specific than a pattern, and a longer pattern than a shorter one.
        let mut own: Vec<_> = self.rooms.iter().collect();
        own.sort_by_key(|(room, _)| (room.ends_with('*'), std::cmp::Reverse(room.len())));
        let own = own.into_iter().map(|(room, decision)| (RoomPattern::from(&**room), decision.limits()));
        server.reconfigure().set_room_limits(own.chain(configured.iter().cloned()).collect());
    }
}

impl RoomDecision {
    fn limits(self) -> RoomLimits {
        let mut limits = RoomLimits::new();
        limits.listeners = self.listeners_max.map(|most| most as usize);
        limits.speakers = self.speakers_max.map(|most| most as usize);
        limits.text_every = Duration::from_secs(self.text_every_s.unwrap_or(0).into());
        limits
    }
}
