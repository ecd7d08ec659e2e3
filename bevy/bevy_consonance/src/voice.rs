//! The resource that a game connects, disconnects and asks.

use bevy_ecs::prelude::*;
use consonance::audio::SpatialSettings;
use consonance::{End, Event, EventKind, StartError, Status, VoiceChat, VoiceChatBuilder, VoiceSettings};

use crate::messages::VoiceStateChanged;
use crate::sound::VoiceSound;

/// How far we are with the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum VoiceState {
    /// There is no chat, or it has ended.
    #[default]
    Disconnected,
    /// On the way into the session for the first time.
    Connecting,
    /// In the session.
    Connected,
    /// The session was lost or is changed for another; the next attempt follows by itself.
    Reconnecting,
}

/// The voice chat of this app: at most one at a time.
#[derive(Resource, Debug)]
pub struct Voice {
    settings: ChatSettings,
    chat: Option<VoiceChat>,
    /// Chats that say goodbye. They are dropped when that is done, so that no frame waits for it.
    leaving: Vec<VoiceChat>,
    state: VoiceState,
    was_connected: bool,
    /// The chat has told its last event.
    has_ended: bool,
    /// Why the state is going to be another one, until it is.
    reason: Option<String>,
    /// One more with each chat, for systems that have told a chat something.
    generation: u64,
}

/// What each chat of this app is started with.
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

    /// A chat to be set up further and given to [`connect`](Self::connect), with all that the
    /// [plugin](crate::VoicePlugin) says of it.
    pub fn builder(&self) -> VoiceChatBuilder {
        let ChatSettings { name, sound, player, share_position, .. } = &self.settings;
        let builder = sound.prepare(VoiceChat::builder(), player.as_ref()).share_position(*share_position);
        match name {
            Some(name) => builder.name(name),
            None => builder,
        }
    }

    /// Joins the session of this address, such as `quic://127.0.0.1:7777/main#sha256=…`, or `offline:`. A chat before
    /// it leaves its session.
    ///
    /// # Errors
    /// If the address cannot be read, or the chat cannot be started; the chat before it goes on then. What the network
    /// answers comes as [messages](crate::VoiceStateChanged).
    #[cfg(feature = "quic")]
    pub fn connect_to(&mut self, address: &str) -> Result<(), StartError> {
        self.connect(self.builder().server(address)?)
    }

    /// Joins a session with a chat that was set up by [`builder`](Self::builder): with a join token, a password, a
    /// network or sounds of the game's own.
    ///
    /// # Errors
    /// If the chat cannot be started; the chat before it goes on then.
    pub fn connect(&mut self, builder: VoiceChatBuilder) -> Result<(), StartError> {
        let chat = builder.start()?;
        self.attach(chat);
        Ok(())
    }

    /// Uses a chat that runs already, such as that of a host (`VoiceNode::voice`). Its events are taken by the plugin
    /// from now on: other readers [subscribe](VoiceChat::subscribe). The chat before it, which has to be another one,
    /// leaves its session.
    pub fn attach(&mut self, chat: VoiceChat) {
        self.disconnect();
        chat.set_spatial(self.settings.spatial);
        self.chat = Some(chat);
        (self.was_connected, self.has_ended) = (false, false);
        self.generation += 1;
    }

    /// Leaves the session, without waiting for the goodbye. What the chat tells from now on is not told any more.
    pub fn disconnect(&mut self) {
        self.reason = None;
        if let Some(chat) = self.chat.take() {
            chat.stop();
            self.leaving.push(chat);
        }
    }

    /// The chat, while there is one: players, texts, volumes, devices, taps, and all else. Its events come as
    /// [messages](crate::VoiceEvent).
    pub fn chat(&self) -> Option<&VoiceChat> {
        self.chat.as_ref()
    }

    /// How far we are, as of the last [`VoiceSystems::Receive`](crate::VoiceSystems::Receive).
    pub fn state(&self) -> VoiceState {
        self.state
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// What has happened since the last time. A chat that has ended and told everything is gone afterwards.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        self.leaving.retain(VoiceChat::is_running);
        let Some(chat) = &self.chat else { return Vec::new() };
        // Asked first: what comes between the two is taken the next time.
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

    /// Asks the chat how far it is; the change, if that is another state than before.
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
            // The status follows a moment later.
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
            // It says why it had ended before; nothing is left to be told.
            let _ = chat.leave();
        }
    }
}

impl Drop for Voice {
    /// Also where the game holds handles of the chat.
    fn drop(&mut self) {
        self.leave();
    }
}

/// A run condition: while we are in a session.
pub fn voice_is_connected(voice: Option<Res<Voice>>) -> bool {
    voice.is_some_and(|voice| voice.state() == VoiceState::Connected)
}
