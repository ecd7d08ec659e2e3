//! The resource through which a game connects, disconnects and queries voice.

use bevy_ecs::prelude::*;
use consonance::audio::SpatialSettings;
use consonance::{End, Event, EventKind, StartError, Status, VoiceChat, VoiceChatBuilder, VoiceSettings};

use crate::messages::VoiceStateChanged;
use crate::sound::VoiceSound;

/// The state of the connection to the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum VoiceState {
    /// There is no chat, or it has ended.
    #[default]
    Disconnected,
    /// Joining the session for the first time.
    Connecting,
    /// In the session.
    Connected,
    /// The session was lost or is being changed; the next attempt follows automatically.
    Reconnecting,
}

/// The voice chat of this app: at most one at a time.
#[derive(Resource, Debug)]
pub struct Voice {
    settings: ChatSettings,
    chat: Option<VoiceChat>,
    /// Chats that are leaving. They are dropped once that is done, so that no frame waits for it.
    leaving: Vec<VoiceChat>,
    state: VoiceState,
    was_connected: bool,
    /// Whether the chat has reported its last event.
    has_ended: bool,
    /// The reason for the next change of state, until it happens.
    reason: Option<String>,
    /// Increments with each chat, for systems that have passed settings to a chat.
    generation: u64,
}

/// The settings for each chat of this app.
#[derive(Clone, Debug)]
pub(crate) struct ChatSettings {
    pub(crate) name: Option<String>,
    pub(crate) sound: VoiceSound,
    pub(crate) player: Option<VoiceSettings>,
    pub(crate) spatial: SpatialSettings,
    pub(crate) share_position: bool,
}

impl Voice {
    pub(crate) fn new(settings: ChatSettings) -> Self {
        Self {
            settings,
            chat: None,
            leaving: Vec::new(),
            state: VoiceState::default(),
            was_connected: false,
            has_ended: false,
            reason: None,
            generation: 0,
        }
    }

    /// A builder with all settings of the [plugin](crate::VoicePlugin), to be refined and passed to
    /// [`connect`](Self::connect).
    pub fn builder(&self) -> VoiceChatBuilder {
        let ChatSettings { name, sound, player, share_position, .. } = &self.settings;
        let builder = sound.prepare(VoiceChat::builder(), player.as_ref()).share_position(*share_position);
        match name {
            Some(name) => builder.name(name),
            None => builder,
        }
    }

    /// Joins the session at this address, such as `quic://127.0.0.1:7777/main#sha256=…`, or `offline:`. A previous
    /// chat leaves its session.
    ///
    /// # Errors
    /// If the address is invalid or the chat cannot be started; then the previous chat continues. The network's
    /// response arrives as [messages](crate::VoiceStateChanged).
    #[cfg(feature = "quic")]
    pub fn connect_to(&mut self, address: &str) -> Result<(), StartError> {
        self.connect(self.builder().server(address)?)
    }

    /// Joins a session with a chat from [`builder`](Self::builder): with a join token, a password, or the game's own
    /// network or sounds.
    ///
    /// # Errors
    /// If the chat cannot be started; then the previous chat continues.
    pub fn connect(&mut self, builder: VoiceChatBuilder) -> Result<(), StartError> {
        let chat = builder.start()?;
        self.attach(chat);
        Ok(())
    }

    /// Uses a running chat, such as that of a host (`VoiceNode::voice`). The plugin takes its events from now on:
    /// other readers must [subscribe](VoiceChat::subscribe). The previous chat, which must be a different one, leaves
    /// its session.
    pub fn attach(&mut self, chat: VoiceChat) {
        self.disconnect();
        chat.playback().set_spatial(self.settings.spatial);
        self.chat = Some(chat);
        (self.was_connected, self.has_ended) = (false, false);
        self.generation += 1;
    }

    /// Leaves the session without waiting for the goodbye. Later events of the chat are not reported.
    pub fn disconnect(&mut self) {
        self.reason = None;
        if let Some(chat) = self.chat.take() {
            chat.stop();
            self.leaving.push(chat);
        }
    }

    /// The chat, while there is one: players, texts, volumes, devices, taps, and everything else. Its events arrive
    /// as [messages](crate::VoiceEvent).
    pub fn chat(&self) -> Option<&VoiceChat> {
        self.chat.as_ref()
    }

    /// The state of the connection, as of the last [`VoiceSystems::Receive`](crate::VoiceSystems::Receive).
    pub fn state(&self) -> VoiceState {
        self.state
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Takes the events since the last call. A chat that has ended is dropped once its events are taken.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        self.leaving.retain(VoiceChat::is_running);
        let Some(chat) = &self.chat else { return Vec::new() };
        // Checked before the events are taken: events that arrive in between are taken on the next call.
        let is_running = chat.is_running();
        let events: Vec<Event> = chat.events().collect();
        if !is_running && events.is_empty() {
            self.chat = None;
        }
        for event in &events {
            self.note(&event.kind);
        }
        events
    }

    /// Updates the state from the chat; returns the change, if any.
    pub(crate) fn follow_state(&mut self) -> Option<VoiceStateChanged> {
        let to = match &self.chat {
            Some(chat) if chat.is_running() && !self.has_ended => match chat.status() {
                Status::Connected => VoiceState::Connected,
                _ if self.was_connected => VoiceState::Reconnecting,
                _ => VoiceState::Connecting,
            },
            _ => VoiceState::Disconnected,
        };
        self.was_connected |= to == VoiceState::Connected;
        let from = std::mem::replace(&mut self.state, to);
        (from != to).then(|| VoiceStateChanged { from, to, reason: self.reason.take() })
    }

    fn note(&mut self, event: &EventKind) {
        match event {
            // The status changes a moment later.
            EventKind::ConnectionLost { reason, .. } => self.reason = Some(reason.clone()),
            EventKind::Ended(end) => {
                self.has_ended = true;
                self.reason = (*end != End::Left).then(|| end.to_string());
            }
            EventKind::Joined | EventKind::Resumed => self.reason = None,
            _ => {}
        }
    }

    /// Leaves the session and waits until the server knows, a few seconds at most.
    pub(crate) fn leave(&mut self) {
        self.disconnect();
        for chat in self.leaving.drain(..) {
            // An error would only repeat why the chat had ended, which its events have already reported.
            let _ = chat.leave();
        }
    }
}

impl Drop for Voice {
    /// Leaves even if the game still holds handles of the chat.
    fn drop(&mut self) {
        self.leave();
    }
}

/// A run condition: true while we are in a session.
pub fn voice_is_connected(voice: Option<Res<Voice>>) -> bool {
    voice.is_some_and(|voice| voice.state() == VoiceState::Connected)
}
