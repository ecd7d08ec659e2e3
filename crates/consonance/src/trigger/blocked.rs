//! The reasons why a trigger does nothing.

use std::collections::BTreeSet;
use std::fmt;

use super::{FrameInput, TriggerActivation, Zone};
use crate::status::Status;
use crate::voice_chat::VoiceChat;

/// The reason why a trigger currently does nothing; the first one that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Blocked {
    /// It has not been updated yet, or the chat has ended.
    NoChat,
    /// It has no room or player.
    NoTarget,
    /// It would speak to the local player.
    OwnPlayer,
    /// It is muted.
    Muted,
    /// It requires tokens, and none of them is held.
    NoToken,
    /// The local player's position is unknown, but needed.
    NoPosition,
    /// The local player is not in its zone.
    OutsideZone,
    /// The server has taken the player out of the room. The trigger asks again when it would next begin to listen.
    TakenOut,
    /// The player listens to as many rooms as it can, or to another one that the wire cannot distinguish from this one.
    /// The trigger listens as soon as there is a place.
    NoPlace,
    /// Its activation is [`TriggerActivation::None`].
    NotActivated,
    /// The key for push to talk is not held.
    KeyUp,
    /// No speech.
    NoSpeech,
    /// The chat is not in its session yet, or not again after a lost connection; also for a moment while a channel
    /// opens.
    Starting,
    /// The local voice is not sent: the chat is muted, or has no input.
    NoVoice,
}

impl Blocked {
    /// Whether the cause is that the player does not want to speak; otherwise speaking would not help.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::KeyUp | Self::NoSpeech | Self::Starting | Self::NoVoice)
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoChat => "no voice chat, or the trigger is not updated",
            Self::NoTarget => "it has no room or player",
            Self::OwnPlayer => "it belongs to the local player, which does not hear itself",
            Self::Muted => "it is muted",
            Self::NoToken => "the player holds none of its tokens",
            Self::NoPosition => "the player's position is not known",
            Self::OutsideZone => "the player is outside of its zone",
            Self::TakenOut => "the server has removed the player from its room",
            Self::NoPlace => "the player listens to as many rooms as it can, or to one with the same number",
            Self::NotActivated => "it is never activated",
            Self::KeyUp => "the key for push to talk is not held",
            Self::NoSpeech => "no speech is detected",
            Self::Starting => "the chat is joining the session, or the channel is opening",
            Self::NoVoice => "the chat is muted, or has no input",
        })
    }
}

/// Checks a trigger's conditions apart from speech; returns the one that is not met.
pub(super) fn pass(voice: &VoiceChat, muted: bool, tokens: &BTreeSet<String>) -> Result<(), Blocked> {
    if !voice.is_running() {
        Err(Blocked::NoChat)
    } else if muted {
        Err(Blocked::Muted)
    } else if !voice.tokens().satisfy(tokens) {
        Err(Blocked::NoToken)
    } else {
        Ok(())
    }
}

/// Checks whether the local player is inside the trigger's zone.
pub(super) fn be_inside(zone: Option<&Zone>, tick: &FrameInput) -> Result<(), Blocked> {
    match zone.map(|zone| zone.contains(tick.position_m)) {
        None | Some(Some(true)) => Ok(()),
        Some(Some(false)) => Err(Blocked::OutsideZone),
        Some(None) => Err(Blocked::NoPosition),
    }
}

/// Why a trigger that can transmit does not.
pub(super) fn waits_for(activation: TriggerActivation, tick: &FrameInput, voice: &VoiceChat) -> Blocked {
    match activation {
        TriggerActivation::None => Blocked::NotActivated,
        TriggerActivation::PushToTalk if !tick.push_to_talk => Blocked::KeyUp,
        _ if voice.microphone().is_muted() => Blocked::NoVoice,
        _ if voice.status() != Status::Connected => Blocked::Starting,
        TriggerActivation::Voice if !voice.microphone().is_voice_detected() => Blocked::NoSpeech,
        _ if voice.statistics().capture.is_none() => Blocked::NoVoice,
        _ => Blocked::Starting,
    }
}
