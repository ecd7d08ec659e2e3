//! Players of the session as seen by a game: identity, activity, and settings of this listener.

use std::sync::{Arc, Weak};

use consonance_audio::{EffectChain, SpeakerPlace};
use consonance_session::Priority;

use super::{Running, VoiceChat};
use crate::event_queue::EventReader;
use crate::player_state::{PlayerState, SpeakingChannel};

/// A player of the session, the local one or another one, from joining to leaving.
///
/// Its state is at most 10 ms old. Reading it does not block, except for the lists of rooms and channels, which are
/// copied under a short lock. A player that leaves and joins again is a new `Player` with the same name; the old one
/// [is not connected](Self::is_connected) any more and keeps its last state. Settings for hearing a player
/// ([volume](Self::set_volume), [mute](Self::set_muted)) belong to the name and survive that; its
/// [position](Self::set_place) is forgotten.
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

    /// Whether this is the local player.
    pub fn is_local(&self) -> bool {
        self.state.is_local
    }

    /// Whether it is in the session, as far as we know while we are in it.
    pub fn is_connected(&self) -> bool {
        self.state.is_connected()
    }

    /// Whether it speaks to us; for the local player, whether any listener receives us.
    pub fn is_speaking(&self) -> bool {
        self.state.is_speaking()
    }

    /// Its current level: the mean absolute value of the last 10 ms, 0 to 1, before volume and distance. For the local
    /// player, that of the processed microphone.
    pub fn amplitude(&self) -> f32 {
        self.state.amplitude.get()
    }

    /// The highest priority of the channels on which it speaks to us; `None` while it is silent or muted here.
    pub fn priority(&self) -> Option<Priority> {
        self.state.priority()
    }

    /// Whether its voice is positional: all channels on which it speaks to us are.
    pub fn is_positional(&self) -> bool {
        self.state.is_positional()
    }

    /// The channels on which it speaks to us, or last spoke; empty before it ever did. For the local player, the open
    /// ones.
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

    /// The share of its last 128 frames that never arrived, 0 to 1; `None` until that many were due. For the local
    /// player, the share of frames that did not reach the server, if the server reports that.
    pub fn packet_loss(&self) -> Option<f32> {
        self.state.packet_loss()
    }

    /// Its volume here: an amplitude factor from 0 to 4.
    pub fn volume(&self) -> f32 {
        self.state.volume.get()
    }

    /// Sets its volume here, as [`VoiceChat::set_volume`] does. No effect on the local player.
    pub fn set_volume(&self, volume: f32) {
        self.with_chat(|chat| chat.set_volume(self.name(), volume));
    }

    /// Whether it is muted here.
    pub fn is_muted(&self) -> bool {
        self.state.is_muted()
    }

    /// Mutes or unmutes it here, as [`VoiceChat::set_player_muted`] does. No effect on the local player; see
    /// [`VoiceChat::set_muted`].
    pub fn set_muted(&self, muted: bool) {
        self.with_chat(|chat| chat.set_player_muted(self.name(), muted));
    }

    /// Sets the effects on its voice here, as [`VoiceChat::set_effects`] does. No effect on the local player.
    pub fn set_effects(&self, effects: EffectChain) {
        self.with_chat(|chat| chat.set_effects(self.name(), effects));
    }

    /// Sets whether it is brought to the loudness of the others, as [`VoiceChat::set_player_auto_volume`] does.
    pub fn set_auto_volume(&self, enabled: Option<bool>) {
        self.with_chat(|chat| chat.set_player_auto_volume(self.name(), enabled));
    }

    /// Sets whether the noise between its words is turned down, as [`VoiceChat::set_player_noise_gate`] does.
    pub fn set_noise_gate(&self, enabled: bool) {
        self.with_chat(|chat| chat.set_player_noise_gate(self.name(), enabled));
    }

    /// Sets its position, as [`VoiceChat::set_place`] does. For the local player see [`VoiceChat::set_listener`].
    pub fn set_place(&self, place: Option<SpeakerPlace>) {
        self.with_chat(|chat| chat.set_place(self.name(), place));
    }

    /// Subscribes to the events of this player from now on: it starts or stops speaking, enters or exits rooms, leaves,
    /// or sends texts. `None` once the chat has ended.
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
