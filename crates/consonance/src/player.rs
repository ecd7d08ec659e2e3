//! Players of the session as a game sees them: identity, activity, and settings of this listener.

use std::sync::{Arc, Weak};

use consonance_audio::{EffectChain, SpeakerPlace};
use consonance_session::Priority;

use crate::event_queue::EventReader;
use crate::player_state::{PlayerState, SpeakingChannel};
use crate::voice_chat::{Running, VoiceChat};

/// A player of the session, oneself or another one, from joining to leaving.
///
/// What it tells is at most 10 ms old, and never waits. A player that leaves and joins again is another `Player` with
/// the same name; the old one [is not connected](Self::is_connected) any more and keeps its last state. How a player is
/// heard ([volume](Self::set_volume), [mute](Self::set_muted)) belongs to the name and survives that; its
/// [place](Self::set_place) is forgotten.
#[derive(Clone)]
pub struct Player {
    state: Arc<PlayerState>,
    chat: Weak<Running>,
}

impl Player {
    pub(crate) fn new(state: Arc<PlayerState>, chat: Weak<Running>) -> Self {
        Self { state, chat }
    }

    /// Its name, unique in the session.
    pub fn name(&self) -> &str {
        &self.state.name
    }

    /// Whether this is oneself.
    pub fn is_local(&self) -> bool {
        self.state.is_local
    }

    /// Whether it is in the session, as far as we know while we are.
    pub fn is_connected(&self) -> bool {
        self.state.is_connected()
    }

    /// Whether it speaks to us; for oneself, whether any listener receives us.
    pub fn is_speaking(&self) -> bool {
        self.state.is_speaking()
    }

    /// How loud it is just now: the mean absolute value of the last 10 ms, 0 to 1, before volume and distance. For
    /// oneself, of what the microphone gives after it was cleaned.
    pub fn amplitude(&self) -> f32 {
        self.state.amplitude.get()
    }

    /// The highest priority of the channels on which it speaks to us; none while it is silent or muted here.
    pub fn priority(&self) -> Option<Priority> {
        self.state.priority()
    }

    /// Whether its voice comes from its place in the world: all channels on which it speaks to us are positional.
    pub fn is_positional(&self) -> bool {
        self.state.is_positional()
    }

    /// The channels on which it speaks to us, or spoke last; empty before it ever did. For
    /// oneself, those that are open.
    pub fn speaking_channels(&self) -> Vec<SpeakingChannel> {
        self.state.channels()
    }

    /// The rooms that it listens to, sorted.
    pub fn rooms(&self) -> Vec<String> {
        self.state.rooms()
    }

    /// Whether it listens to this room.
    pub fn listens_to(&self, room: &str) -> bool {
        self.state.listens_to(room)
    }

    /// The share of its last 128 frames that never came, 0 to 1; none as long as fewer were due. For oneself, of the
    /// frames that did not reach the server, if the server says so.
    pub fn packet_loss(&self) -> Option<f32> {
        self.state.packet_loss()
    }

    /// How loud it is heard here: an amplitude factor from 0 to 4.
    pub fn volume(&self) -> f32 {
        self.state.volume.get()
    }

    /// Sets how loud it is heard here, as [`VoiceChat::set_volume`] does. For oneself this does nothing.
    pub fn set_volume(&self, volume: f32) {
        self.with_chat(|chat| chat.set_volume(self.name(), volume));
    }

    /// Whether it is not let be heard here.
    pub fn is_muted(&self) -> bool {
        self.state.is_muted()
    }

    /// Does not let it be heard here, as [`VoiceChat::set_player_muted`] does. For oneself this does nothing; see
    /// [`VoiceChat::set_muted`].
    pub fn set_muted(&self, muted: bool) {
        self.with_chat(|chat| chat.set_player_muted(self.name(), muted));
    }

    /// Sets what its voice passes here, as [`VoiceChat::set_effects`] does. For oneself this does nothing.
    pub fn set_effects(&self, effects: EffectChain) {
        self.with_chat(|chat| chat.set_effects(self.name(), effects));
    }

    /// Whether it is brought to the loudness of the others, as [`VoiceChat::set_player_auto_volume`] does.
    pub fn set_auto_volume(&self, enabled: Option<bool>) {
        self.with_chat(|chat| chat.set_player_auto_volume(self.name(), enabled));
    }

    /// Whether what its microphone picks up between its words is turned down, as
    /// [`VoiceChat::set_player_noise_gate`] does.
    pub fn set_noise_gate(&self, enabled: bool) {
        self.with_chat(|chat| chat.set_player_noise_gate(self.name(), enabled));
    }

    /// Tells where it is, as [`VoiceChat::set_place`] does. For oneself see [`VoiceChat::set_listener`].
    pub fn set_place(&self, place: Option<SpeakerPlace>) {
        self.with_chat(|chat| chat.set_place(self.name(), place));
    }

    /// What happens to this player from now on: that it starts and stops speaking, enters and
    /// exits rooms, leaves, writes.
    pub fn subscribe(&self) -> Option<EventReader> {
        let chat = self.chat.upgrade()?;
        Some(chat.shared.events.subscribe(Some(self.name())))
    }

    fn with_chat(&self, change: impl FnOnce(&VoiceChat)) {
        if !self.is_local()
            && let Some(running) = self.chat.upgrade()
        {
            change(&VoiceChat::of(running));
        }
    }
}

impl std::fmt::Debug for Player {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player")
            .field("name", &self.name())
            .field("is_connected", &self.is_connected())
            .field("is_speaking", &self.is_speaking())
            .finish_non_exhaustive()
    }
}
