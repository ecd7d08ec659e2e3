//! A native player in a session of a game on Mirror.

use std::time::{Duration, Instant};

use consonance_link::gateway::{
    ClientEnvelope, EnvelopeEnd, MessageChannel, MessagePart, MessageParts, VoiceChannels,
};
use consonance_link::{Delivery, PacketLimits};

use crate::mirror::channels::{STOCK_CHANNELS, voice_limits};
use crate::mirror::clock::BatchClock;
use crate::mirror::credentials::TAKEN_IN;
use crate::mirror::{
    Credentials, Dialect, Framing, MessageKind, MirrorBatch, MirrorBatchError, MirrorMessage, MirrorPing,
    Version, VoiceType, text, voice,
};

/// Settings of a client, including the requirements of its server's game.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The server's version: the newest by default. A server of another version disconnects this client.
    pub version: Version,
    /// The voice message's type.
    pub voice_type: VoiceType,
    /// The channels that carry voice.
    pub channels: VoiceChannels,
    /// User and password, for games with Mirror's `BasicAuthenticator`.
    pub credentials: Option<Credentials>,
    /// Whether readiness waits for the server to name a scene, as clients of games with an `onlineScene` do.
    pub waits_for_scene: bool,
    /// Whether a player object is asked for, as stock clients do; the server makes one for this client then, and some
    /// games know only players that have one. Off, the client hears and speaks, and has no position.
    pub adds_player: bool,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            version: Version::NEWEST,
            voice_type: VoiceType::STOCK,
            channels: STOCK_CHANNELS,
            credentials: None,
            waits_for_scene: false,
            adds_player: true,
        }
    }
}

/// The envelope of a client.
#[derive(Debug)]
pub struct MirrorClient {
    settings: ClientSettings,
    dialect: Dialect,
    state: State,
    /// The clock of the present connection; `None` before the first.
    clock: Option<BatchClock>,
    ping_due: Option<Instant>,
    has_added_player: bool,
}

/// The progress of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The server is to answer user and password.
    Authenticating,
    /// The server is to name a scene.
    AwaitingScene,
    /// Voice may be sent.
    Ready,
}

impl MirrorClient {
    /// A client with these settings.
    pub fn new(settings: ClientSettings) -> Self {
        let dialect = Dialect::new(settings.version, settings.voice_type);
        let (state, clock) = (State::AwaitingScene, None);
        Self { settings, dialect, state, clock, ping_due: None, has_added_player: false }
    }

    fn seconds(&mut self, now: Instant) -> f64 {
        self.clock.get_or_insert_with(|| BatchClock::new(now)).seconds(now)
    }

    /// Sends one batch.
    fn send(
        &mut self,
        now: Instant,
        delivery: Delivery,
        parts: &mut MessageParts,
        write: impl FnOnce(Dialect, &mut Vec<u8>),
    ) {
        let seconds = self.seconds(now);
        parts.write(MessagePart::ToGame(self.settings.channels.channel_for(delivery)), |batch| {
            self.dialect.begin_batch(seconds, batch);
            write(self.dialect, batch);
        });
    }

    fn send_ping(&mut self, now: Instant, parts: &mut MessageParts) {
        if self.dialect.framing() == Framing::Bare {
            return; // The ping format of these versions is unknown; the network's own keep-alive suffices.
        }
        let has_two_times = self.settings.version.has_two_times();
        let local = self.seconds(now);
        let (ping, interval) = if has_two_times {
            (MirrorPing::Times { local, predicted: local }, PING_INTERVAL)
        } else {
            (MirrorPing::Time(local), PING_INTERVAL_BEFORE_V82_4)
        };
        self.ping_due = Some(now + interval);
        self.send(now, Delivery::Unreliable, parts, |dialect, batch| {
            dialect.write_message(MessageKind::Ping, &[ping.body().as_ref()], batch);
        });
    }

    fn enter(&mut self, now: Instant, parts: &mut MessageParts) {
        if self.settings.waits_for_scene {
            self.state = State::AwaitingScene;
        } else {
            self.become_ready(now, parts);
        }
    }

    fn become_ready(&mut self, now: Instant, parts: &mut MessageParts) {
        self.state = State::Ready;
        let adds_player = self.settings.adds_player && !self.has_added_player;
        self.has_added_player |= adds_player;
        let is_bare = self.dialect.framing() == Framing::Bare;
        self.send(now, Delivery::Reliable, parts, |dialect, batch| {
            dialect.write_message(MessageKind::Ready, &[], batch);
            if adds_player && !is_bare {
                dialect.write_message(MessageKind::AddPlayer, &[], batch);
            }
        });
        if adds_player && is_bare {
            self.send(now, Delivery::Reliable, parts, |dialect, message| {
                dialect.write_message(MessageKind::AddPlayer, &[], message);
            });
        }
    }

    fn handle(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: MirrorMessage<'_>,
        parts: &mut MessageParts,
    ) {
        match self.dialect.kind(message.id) {
            Some(MessageKind::Voice) => match voice::read(message.body) {
                Some(packet) => parts.voice(self.settings.channels.delivery_of(channel), packet),
                None => parts.violation("a voice message does not tell its own length"),
            },
            Some(MessageKind::Ping) => self.handle_ping(now, message.body, parts),
            Some(MessageKind::Scene) => self.handle_scene(now, message.body, parts),
            Some(MessageKind::AuthResponse) => self.handle_auth_response(now, message.body, parts),
            _ => {}
        }
    }

    fn handle_ping(&mut self, now: Instant, body: &[u8], parts: &mut MessageParts) {
        let Some(ping) = MirrorPing::read(body) else { return };
        let seconds = self.seconds(now);
        self.send(now, Delivery::Unreliable, parts, |dialect, batch| {
            dialect.write_message(
                MessageKind::Pong,
                &[ping.pong(dialect.pong_form(), seconds).as_ref()],
                batch,
            );
        });
    }

    /// A scene that replaces the present one makes a client ready again; there is nothing to load here.
    fn handle_scene(&mut self, now: Instant, body: &[u8], parts: &mut MessageParts) {
        let replaces = text::read(body).is_some_and(|(_, rest)| rest.first() == Some(&0));
        if replaces && self.state != State::Authenticating {
            self.become_ready(now, parts);
        }
    }

    fn handle_auth_response(&mut self, now: Instant, body: &[u8], parts: &mut MessageParts) {
        if self.state != State::Authenticating {
            return;
        }
        if body.first() == Some(&TAKEN_IN.0) {
            self.enter(now, parts);
        } else {
            parts.violation("the server refuses user and password");
        }
    }
}

/// How often clients since v82.4 ping.
const PING_INTERVAL: Duration = Duration::from_millis(100);
/// How often those before did.
const PING_INTERVAL_BEFORE_V82_4: Duration = Duration::from_secs(2);

impl EnvelopeEnd for MirrorClient {
    fn wrap(
        &mut self,
        now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        if packet.len() > crate::mirror::VOICE_BYTES_MAX {
            return None;
        }
        let seconds = self.seconds(now);
        self.dialect.begin_batch(seconds, message);
        self.dialect.write_voice(packet, message)?;
        Some(self.settings.channels.channel_for(delivery))
    }

    fn handle_timeout(&mut self, now: Instant, parts: &mut MessageParts) {
        if self.ping_due.is_some_and(|due| due <= now) {
            self.send_ping(now, parts);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.ping_due
    }
}

impl ClientEnvelope for MirrorClient {
    fn handle_connected(&mut self, now: Instant, parts: &mut MessageParts) {
        self.clock = Some(BatchClock::new(now));
        self.ping_due = None;
        self.has_added_player = false;
        self.send_ping(now, parts);
        match self.settings.credentials.clone() {
            Some(credentials) => {
                self.state = State::Authenticating;
                self.send(now, Delivery::Reliable, parts, |dialect, batch| {
                    credentials.write_request(dialect, batch);
                });
            }
            None => self.enter(now, parts),
        }
    }

    fn handle_message(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let Ok(batch) = MirrorBatch::parse(self.dialect.framing(), message) else {
            parts.violation("a batch is shorter than its time stamp");
            return;
        };
        for message in batch.messages(self.dialect) {
            match message {
                Ok(message) => self.handle(now, channel, message, parts),
                Err(MirrorBatchError::UnknownLength { .. }) => {}
                Err(_) => {
                    parts.violation("a message in a batch is cut off; is this the server's Mirror version?");
                }
            }
        }
    }

    fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        voice_limits(messages)
    }
}
