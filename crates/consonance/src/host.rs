//! Everything a game needs to serve sessions itself: the server, its settings, and what operators may do with it.
//!
//! [`VoiceNode`](crate::VoiceNode) runs a server beside a player in one process, [`DedicatedServer`] runs one without
//! a player. Both take a [`SessionLoop`], which is set up by [`SessionsSettings`]:
//!
//! | field | type | what it sets |
//! |---|---|---|
//! | [`proximity`](SessionsSettings::proximity) | [`RoomPattern`], [`ProximitySettings`] | rooms in which distance decides which players hear each other |
//! | [`access`](SessionsSettings::access) | [`RoomPattern`], [`AccessRule`] | rooms that require access tokens |
//! | [`room_limits`](SessionsSettings::room_limits) | [`RoomPattern`], [`RoomLimits`] | listeners, speakers and the rate of texts of a room |
//! | [`limits`](SessionsSettings::limits) | [`Limits`], [`Rate`] | bounds of a whole session |
//! | [`admission`](SessionsSettings::admission) | [`Admission`], [`JoiningSettings`] | passwords, join tokens, reserved names, names in use |
//! | [`encryption`](SessionsSettings::encryption) | [`SessionEncryption`], [`Encryption`] | sessions that are encrypted from end to end |
//! | [`shedding`](SessionsSettings::shedding) | [`SheddingSettings`] | load shedding |
//!
//! ```
//! use std::time::Duration;
//!
//! use consonance::host::{AccessRule, ProximitySettings, RoomLimits, RoomPattern, SessionLoop, SessionsSettings};
//!
//! let mut settings = SessionsSettings::new(["main"])?;
//! settings.limits.players = 64;
//! settings.proximity = vec![(RoomPattern::from("world"), ProximitySettings::new(25.0))];
//! settings.access = vec![(RoomPattern::from("team red*"), AccessRule::for_both(["red"]))];
//! let mut lobby = RoomLimits::new();
//! lobby.speakers = Some(4);
//! lobby.text_every = Duration::from_secs(1);
//! settings.room_limits = vec![(RoomPattern::from("lobby"), lobby)];
//! let sessions = SessionLoop::new(&settings);
//! # let _ = sessions;
//! # Ok::<(), consonance::host::SessionsSettingsError>(())
//! ```
//!
//! It is all of the crate `consonance-server`, and the types of `consonance-session` that its interface speaks of.

pub use consonance_server::*;
pub use consonance_session::{
    Access, AccessRule, ClientId, ClientRow, CloseReason, Delivery, DrainTarget, Draining, Encryption,
    Instant, Limits, LinkId, LinkRow, ModerationDecision, ModeratorAction, MonitoredChannel, NameTaken,
    Offence, PlayerIdentity, ProximitySettings, Rate, Restriction, RestrictionTerms, Restrictions,
    RestrictionsError, RoomId, RoomLimits, RoomPattern, RoomRights, RoomRow, RoomUse, Server, ServerEvent,
    ServerStatistics, SessionId, SessionSnapshot, SharedSecret, SpokenTo, VoiceRow, Vouched,
};
