//! A Mirror server without a game: for sessions that are only voice, lobbies, demonstrations and tests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_link::gateway::{
    Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessagePart, MessageParts, VoiceChannels,
};
use consonance_link::{Delivery, PacketLimits};

use crate::mirror::channels::{STOCK_CHANNELS, voice_limits};
use crate::mirror::clock::BatchClock;
use crate::mirror::credentials::{REFUSED, TAKEN_IN, write_response};
use crate::mirror::guesses::Guesses;
use crate::mirror::{
    Credentials, Dialect, Framing, MessageKind, MirrorBatch, MirrorBatchError, MirrorMessage, MirrorPing,
    PongForm, VoiceType, text, voice,
};

/// The expectations of a game's clients, as far as a server without a game can meet them.
#[derive(Clone, Debug)]
pub struct VoiceOnlySettings {
    /// The voice message's type.
    pub voice_type: VoiceType,
    /// The channels that carry voice.
    pub channels: VoiceChannels,
    /// The scene that clients are to load before they are ready, exactly as the game names it, such as
    /// `Assets/Scenes/Game.unity`; it is the game's `onlineScene`. Games without one need none.
    pub online_scene: Option<String>,
    /// The credentials of clients, for games with Mirror's `BasicAuthenticator`. `None` asks for none.
    pub credentials: Option<Credentials>,
    /// The dialect of all clients. `None` detects it for each, which takes their first ping.
    pub dialect: Option<Dialect>,
    /// The longest time without a pong towards a client that has pinged once. Clients leave after a
    /// silence on Telepathy (30 s) and `SimpleWebTransport` (20 s); over other networks `None` is fine,
    /// since every ping is answered anyway.
    pub pong_interval_max: Option<Duration>,
}

impl Default for VoiceOnlySettings {
    fn default() -> Self {
        Self {
            voice_type: VoiceType::default(),
            channels: STOCK_CHANNELS,
            online_scene: None,
            credentials: None,
            dialect: None,
            pong_interval_max: None,
        }
    }
}

/// Envelopes of a voice-only server's connections.
#[derive(Debug)]
pub struct MirrorVoiceOnly {
    settings: Arc<VoiceOnlySettings>,
    guesses: Arc<Guesses>,
    /// When the server's clock began: with the first connection.
    start: Option<Instant>,
}

impl MirrorVoiceOnly {
    /// Envelopes with these settings for all connections.
    pub fn new(settings: VoiceOnlySettings) -> Self {
        Self { settings: Arc::new(settings), guesses: Arc::default(), start: None }
    }
}

impl EnvelopeKind for MirrorVoiceOnly {
    type Envelope = MirrorVoiceOnlyConnection;

    fn open(&mut self, now: Instant) -> MirrorVoiceOnlyConnection {
        let start = *self.start.get_or_insert(now);
        MirrorVoiceOnlyConnection {
            settings: Arc::clone(&self.settings),
            guesses: Arc::clone(&self.guesses),
            clock: BatchClock::new(start),
            dialect: self.settings.dialect,
            access: if self.settings.credentials.is_some() { Access::Asked } else { Access::Known },
            is_scene_told: false,
            takes_voice: false,
            unreadable: 0,
            last_ping: None,
            owes_pong: false,
            pong_due: None,
        }
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        voice_limits(messages)
    }
}

/// One connection of a voice-only server.
#[derive(Debug)]
pub struct MirrorVoiceOnlyConnection {
    settings: Arc<VoiceOnlySettings>,
    guesses: Arc<Guesses>,
    clock: BatchClock,
    dialect: Option<Dialect>,
    access: Access,
    is_scene_told: bool,
    /// A voice message has come, so one is understood there.
    takes_voice: bool,
    /// How many messages came of which nothing could be made, while the dialect was not known.
    unreadable: u8,
    last_ping: Option<MirrorPing>,
    /// The batch at hand holds a ping: one answer to the last one is enough, however many there are.
    owes_pong: bool,
    pong_due: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// User and password have not come yet.
    Asked,
    /// Received; they are answered at this time.
    Heard { is_right: bool, answer_at: Instant },
    /// Correct; the reply has been sent.
    Granted,
    /// The client knows that it is admitted: nothing is asked, or it has become ready since.
    Known,
    /// Wrong: all further messages are ignored.
    Refused,
}

/// How many messages a client may send before one of them shows its dialect.
const UNREADABLE_MAX: u8 = 64;

impl MirrorVoiceOnlyConnection {
    /// The client's dialect, once it is known.
    pub fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    fn is_admitted(&self) -> bool {
        matches!(self.access, Access::Granted | Access::Known)
    }

    fn detect(&mut self, message: &[u8], parts: &mut MessageParts) -> Option<Dialect> {
        if self.dialect.is_none() {
            self.dialect = Dialect::detect(message, self.settings.voice_type);
            match self.dialect {
                Some(dialect) => tracing::debug!(%dialect, "a Mirror client's dialect is known"),
                None if self.unreadable == UNREADABLE_MAX => {
                    parts.violation("what it sends cannot be read as Mirror's batches");
                }
                None => self.unreadable += 1,
            }
        }
        self.dialect
    }

    fn handle(
        &mut self,
        now: Instant,
        dialect: Dialect,
        channel: MessageChannel,
        message: MirrorMessage<'_>,
        parts: &mut MessageParts,
    ) {
        match dialect.kind(message.id) {
            Some(MessageKind::Voice) if self.is_admitted() => match voice::read(message.body) {
                Some(packet) => {
                    self.takes_voice = true;
                    parts.voice(self.settings.channels.delivery_of(channel), packet);
                }
                None => parts.violation("a voice message does not tell its own length"),
            },
            Some(MessageKind::Ping) => {
                self.last_ping =
                    MirrorPing::read(message.body).filter(|_| dialect.framing() != Framing::Bare);
                self.owes_pong = true;
            }
            Some(MessageKind::Ready) if self.access == Access::Granted => self.access = Access::Known,
            Some(MessageKind::AuthRequest) => {
                self.handle_credentials(now, message.body);
                self.answer_credentials(now, dialect, parts);
            }
            _ => {}
        }
    }

    fn send_pong(&mut self, now: Instant, dialect: Dialect, parts: &mut MessageParts) {
        (self.owes_pong, self.pong_due) = (false, None);
        let may_send = dialect.pong_form() != PongForm::Either || self.access == Access::Known;
        let Some(ping) = self.last_ping.filter(|_| may_send) else { return };
        self.pong_due = self.settings.pong_interval_max.map(|interval| now + interval);
        let seconds = self.clock.seconds(now);
        parts.write(MessagePart::ToClient(self.settings.channels.unreliable), |batch| {
            dialect.begin_batch(seconds, batch);
            dialect.write_message(
                MessageKind::Pong,
                &[ping.pong(dialect.pong_form(), seconds).as_ref()],
                batch,
            );
        });
    }

    /// Handles the first credentials of a connection; later ones are ignored.
    fn handle_credentials(&mut self, now: Instant, body: &[u8]) {
        let Some(expected) = self.settings.credentials.as_ref().filter(|_| self.access == Access::Asked)
        else {
            return;
        };
        let is_right = expected.are_in(body);
        self.access = Access::Heard { is_right, answer_at: now + self.guesses.take(now, is_right) };
    }

    fn answer_credentials(&mut self, now: Instant, dialect: Dialect, parts: &mut MessageParts) {
        let Access::Heard { is_right, answer_at } = self.access else { return };
        if answer_at > now {
            return;
        }
        let (access, response) =
            if is_right { (Access::Granted, TAKEN_IN) } else { (Access::Refused, REFUSED) };
        self.access = access;
        let seconds = self.clock.seconds(now);
        parts.write(MessagePart::ToClient(self.settings.channels.reliable), |batch| {
            dialect.begin_batch(seconds, batch);
            write_response(dialect, response, batch);
        });
        if !is_right {
            parts.violation("user and password are not those of this server");
        }
    }

    /// Sends the scene to an accepted client, once.
    fn tell_scene(&mut self, now: Instant, dialect: Dialect, parts: &mut MessageParts) {
        if self.is_scene_told || !self.is_admitted() {
            return;
        }
        self.is_scene_told = true;
        let scene = self.settings.online_scene.as_deref();
        let Some((scene, length)) = scene.and_then(|scene| Some((scene, text::length_prefix(scene)?))) else {
            return;
        };
        let seconds = self.clock.seconds(now);
        parts.write(MessagePart::ToClient(self.settings.channels.reliable), |batch| {
            dialect.begin_batch(seconds, batch);
            dialect.write_message(MessageKind::Scene, &[&length, scene.as_bytes(), &LOAD_NORMALLY], batch);
        });
    }
}

/// Operation and custom handling of a scene message: loaded instead of the present one, as usual.
const LOAD_NORMALLY: [u8; 2] = [0, 0];

impl EnvelopeEnd for MirrorVoiceOnlyConnection {
    fn wrap(
        &mut self,
        now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        let dialect =
            self.dialect.filter(|_| self.takes_voice && packet.len() <= crate::mirror::VOICE_BYTES_MAX)?;
        dialect.begin_batch(self.clock.seconds(now), message);
        dialect.write_voice(packet, message)?;
        Some(self.settings.channels.channel_for(delivery))
    }

    fn handle_timeout(&mut self, now: Instant, parts: &mut MessageParts) {
        let Some(dialect) = self.dialect else { return };
        if self.pong_due.is_some_and(|due| due <= now) {
            self.send_pong(now, dialect, parts);
        }
        if matches!(self.access, Access::Heard { .. }) {
            self.answer_credentials(now, dialect, parts);
            self.tell_scene(now, dialect, parts);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let answer_at = match self.access {
            Access::Heard { answer_at, .. } => Some(answer_at),
            Access::Asked | Access::Granted | Access::Known | Access::Refused => None,
        };
        [self.pong_due, answer_at].into_iter().flatten().min()
    }
}

impl Envelope for MirrorVoiceOnlyConnection {
    fn handle_connected(&mut self, now: Instant, parts: &mut MessageParts) {
        if let Some(dialect) = self.dialect {
            self.tell_scene(now, dialect, parts);
        }
    }

    fn handle_from_client(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let Some(dialect) = self.detect(message, parts) else { return };
        let Ok(batch) = MirrorBatch::parse(dialect.framing(), message) else {
            parts.violation("a batch is shorter than its time stamp");
            return;
        };
        for message in batch.messages(dialect) {
            match message {
                Ok(message) => self.handle(now, dialect, channel, message, parts),
                Err(MirrorBatchError::UnknownLength { .. }) => {}
                Err(_) => parts.violation("a message in a batch is cut off"),
            }
        }
        if self.owes_pong {
            self.send_pong(now, dialect, parts);
        }
        self.tell_scene(now, dialect, parts);
    }
}
