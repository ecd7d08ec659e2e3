//! Triggers: rules for which rooms and players are spoken and listened to, updated by the game once per frame.
//!
//! | trigger | does |
//! |---|---|
//! | [`BroadcastTrigger`] | speaks to a room or a player |
//! | [`ReceiptTrigger`] | listens to a room |
//! | [`ProximityBroadcastTrigger`] | speaks to players nearby |
//! | [`ProximityReceiptTrigger`] | listens to players nearby |
//!
//! A trigger is a plain value with public settings, which may be changed at any time. Nothing happens before
//! [`update`](BroadcastTrigger::update), which takes microseconds and never blocks; between two updates the voice
//! thread continues by itself, so that a game that stalls loses no word. Dropping a trigger closes its channels and
//! leaves its rooms.
//!
//! ```no_run
//! use consonance::VoiceChat;
//! use consonance::trigger::{BroadcastTrigger, ReceiptTrigger, FrameInput, TriggerActivation, Zone};
//!
//! # fn game(voice: VoiceChat) {
//! let mut radio = BroadcastTrigger::to_room("red team");
//! radio.activation = TriggerActivation::PushToTalk;
//! let mut kitchen = ReceiptTrigger::new("kitchen");
//! kitchen.zone = Some(Zone::cuboid([0.0, 0.0, 0.0], [4.0, 3.0, 5.0]));
//! loop {
//!     // Once per frame of the game.
//!     let tick = FrameInput { seconds: 1.0 / 60.0, position_m: Some([1.0, 0.0, 2.0]), push_to_talk: true };
//!     radio.update(&voice, &tick);
//!     kitchen.update(&voice, &tick);
//! }
//! # }
//! ```

mod blocked;
mod broadcast;
mod cell_rooms;
mod grid;
mod held;
mod proximity;
mod proximity_rules;
mod receipt;
mod zone;

pub use blocked::Blocked;
pub use broadcast::{BroadcastTrigger, TriggerTarget};
pub use grid::{Cell, Grid, GridError};
pub use proximity::{ProximityBroadcastTrigger, ProximityReceiptTrigger};
pub use proximity_rules::{AllowCell, ProximityRules};
pub use receipt::ReceiptTrigger;
pub use zone::Zone;

use crate::channel::ChannelActivation;

/// The input to triggers for one frame of the game.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FrameInput {
    /// The time since the last frame, in seconds; used for fading zones.
    pub seconds: f32,
    /// The position of the local player, in metres; `None` if it is unknown.
    pub position_m: Option<[f32; 3]>,
    /// Whether the key for push to talk is held. A trigger with its own key needs its own input.
    pub push_to_talk: bool,
}

/// When a trigger transmits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TriggerActivation {
    /// Never.
    None,
    /// While speech is detected (default).
    #[default]
    Voice,
    /// While the [key](FrameInput::push_to_talk) is held.
    PushToTalk,
    /// Always.
    Open,
}

impl TriggerActivation {
    fn of_channel(self, push_to_talk: bool) -> ChannelActivation {
        match self {
            Self::Voice => ChannelActivation::Voice,
            Self::Open => ChannelActivation::Open,
            Self::PushToTalk if push_to_talk => ChannelActivation::Open,
            Self::PushToTalk | Self::None => ChannelActivation::Closed,
        }
    }
}
