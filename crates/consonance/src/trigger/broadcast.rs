//! Speaking to a room or a player, by rule.

use std::collections::BTreeSet;
use std::time::Instant;

use consonance_session::{ChannelProperties, Priority, Target};

use super::blocked::{be_inside, pass, waits_for};
use super::held::{HeldChannel, own_voice};
use super::{Blocked, FrameInput, TriggerActivation, Zone};
use crate::channel::{ChannelActivation, ChannelSettings, ChannelState};
use crate::fader::{Fade, Fader};
use crate::voice_chat::VoiceChat;

/// The target of a [`BroadcastTrigger`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TriggerTarget {
    /// All listeners of this room.
    Room(String),
    /// The player of this name, once there is one.
    Player(String),
    /// The player that owns the object with this trigger, as set by the game; none if not set, or if it is the local
    /// player.
    Owner(Option<String>),
}

/// Speaks to a room or a player while its conditions are met.
#[derive(Debug)]
pub struct BroadcastTrigger {
    /// The target. Changing it closes the channel; the next update opens the new one.
    pub target: TriggerTarget,
    /// When it transmits (default: while speech is detected).
    pub activation: TriggerActivation,
    /// Whether the voice is positional (default true).
    pub positional: bool,
    /// The channel's priority; `None` is the player's own priority (default).
    pub priority: Option<Priority>,
    /// Whether it is closed at once, without a fade (default false).
    pub muted: bool,
    /// Tokens of which the player must [hold](VoiceChat::tokens) at least one; if empty, none is required (default).
    pub tokens: BTreeSet<String>,
    /// The zone in which it works; everywhere if `None` (default).
    pub zone: Option<Zone>,
    /// The fade when the player starts and stops speaking (default [`Fade::ACTIVATION`]).
    pub activation_fade: Fade,
    /// The fade when the player enters and leaves the zone (default [`Fade::ZONE`]). Both fades are multiplied; the
    /// wire carries a volume of at most 2.
    pub zone_fade: Fade,
    zone_fader: Fader,
    held: Option<(TriggerTarget, HeldChannel)>,
    blocked: Option<Blocked>,
}

impl BroadcastTrigger {
    /// A trigger with every setting at its default.
    pub fn new(target: TriggerTarget) -> Self {
        Self {
            target,
            activation: TriggerActivation::default(),
            positional: true,
            priority: None,
            muted: false,
            tokens: BTreeSet::new(),
            zone: None,
            activation_fade: Fade::ACTIVATION,
            zone_fade: Fade::ZONE,
            zone_fader: Fader::default(),
            held: None,
            blocked: Some(Blocked::NoChat),
        }
    }

    /// A trigger that speaks to a room.
    pub fn to_room(room: impl Into<String>) -> Self {
        Self::new(TriggerTarget::Room(room.into()))
    }

    /// A trigger that speaks to a player.
    pub fn to_player(name: impl Into<String>) -> Self {
        Self::new(TriggerTarget::Player(name.into()))
    }

    /// Mutes or unmutes it.
    pub fn toggle_mute(&mut self) {
        self.muted = !self.muted;
    }

    /// Applies the settings for this frame of the game.
    pub fn update(&mut self, voice: &VoiceChat, tick: &FrameInput) {
        let inside = be_inside(self.zone.as_ref(), tick);
        let zone_volume = match &self.zone {
            Some(_) => self.zone_fader.step(self.zone_fade, inside.is_ok(), tick.seconds),
            None => 1.0,
        };
        self.held.take_if(|(target, held)| *target != self.target || !held.is_of(voice));
        let target = pass(voice, self.muted, &self.tokens).and_then(|()| self.channel_target(voice));
        let target = match target {
            Ok(target) => target,
            Err(blocked) => {
                self.tell_missing_token(voice, blocked);
                self.held = None;
                self.blocked = Some(blocked);
                return;
            }
        };
        let activation = if inside.is_ok() || zone_volume > 0.0 {
            self.activation.of_channel(tick.push_to_talk)
        } else {
            ChannelActivation::Closed
        };
        self.hold(voice, target, activation, zone_volume);
        self.blocked = match inside {
            Err(blocked) => Some(blocked),
            Ok(()) if self.is_transmitting() => None,
            Ok(()) => Some(waits_for(self.activation, tick, voice)),
        };
    }

    /// Notes a missing token, for diagnosing why nothing is heard over the trigger.
    fn tell_missing_token(&self, voice: &VoiceChat, blocked: Blocked) {
        let target = match &self.target {
            TriggerTarget::Room(room) => consonance_inspector::ChannelTarget::Room(room.clone()),
            TriggerTarget::Player(name) | TriggerTarget::Owner(Some(name)) => {
                consonance_inspector::ChannelTarget::Player(name.clone())
            }
            TriggerTarget::Owner(None) => return,
        };
        if blocked == Blocked::NoToken {
            own_voice(voice).missing_tokens().note(Instant::now(), true, &target, &self.tokens);
        }
    }

    /// Whether the local voice is currently sent over it, as of the last update.
    pub fn is_transmitting(&self) -> bool {
        self.state().is_open
    }

    /// The volume at which the local voice is sent: both fades together, 0 to 2.
    pub fn current_volume(&self) -> f32 {
        let zone = if self.zone.is_some() { self.zone_fader.volume() } else { 1.0 };
        (self.state().volume * zone).min(2.0)
    }

    /// Whether it would transmit if the player spoke, as of the last update.
    pub fn can_trigger(&self) -> bool {
        self.blocked.is_none_or(Blocked::is_waiting)
    }

    /// Why it does not transmit, or will not once it has faded out, as of the last update; `None` if it does.
    pub fn blocked(&self) -> Option<Blocked> {
        self.blocked
    }

    fn hold(&mut self, voice: &VoiceChat, target: Target, activation: ChannelActivation, volume: f32) {
        let (positional, priority) = (self.positional, self.priority);
        let properties = ChannelProperties { positional, priority, amplitude: volume };
        let settings = ChannelSettings { properties, activation, fade: self.activation_fade };
        match &mut self.held {
            Some((_, held)) => held.set(settings),
            None if activation == ChannelActivation::Closed => {}
            None => {
                let held = HeldChannel::open(voice, target, settings);
                self.held = held.map(|held| (self.target.clone(), held));
            }
        }
    }

    fn channel_target(&self, voice: &VoiceChat) -> Result<Target, Blocked> {
        match &self.target {
            TriggerTarget::Room(name) if !name.is_empty() => Ok(Target::Room(name.as_str().into())),
            TriggerTarget::Player(name) | TriggerTarget::Owner(Some(name))
                if name == voice.local_player().name() =>
            {
                Err(Blocked::OwnPlayer)
            }
            TriggerTarget::Player(name) | TriggerTarget::Owner(Some(name)) if !name.is_empty() => {
                Ok(Target::Player(name.as_str().into()))
            }
            _ => Err(Blocked::NoTarget),
        }
    }

    fn state(&self) -> ChannelState {
        self.held.as_ref().map(|(_, held)| held.state()).unwrap_or_default()
    }
}
