//! A `FishNet` server without a game: for sessions that are only voice, lobbies, demonstrations and tests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_link::gateway::{
    Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessagePart, MessageParts, VoiceChannels,
};
use consonance_link::{Delivery, PacketLimits};
use consonance_settings::{PlainValue, SettingKind, SettingType, settings};

use crate::fishnet::channels::{STOCK_CHANNELS, voice_limits, write_in_parts, write_in_payload};
use crate::fishnet::packet_id::{AUTHENTICATED, PING_PONG, TIMING_UPDATE, VERSION};
use crate::fishnet::split::{Assembly, TooLong};
use crate::fishnet::tick_clock::TickClock;
use crate::fishnet::{BroadcastKey, FishNetPacket, FishNetPackets, Payload, Side, broadcast, packed};

/// The major version of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 3.x, which does not report its version, and expects to be admitted as soon as it is connected.
    V3,
    /// 4.x, which reports its version first.
    V4,
}

/// Whether clients are told that they are authenticated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authentication {
    /// As soon as they are greeted, including clients of a game with an authenticator of its own, whose messages are
    /// ignored. The game's code is notified that it is authenticated, and scene objects that no server has spawned are
    /// deactivated.
    #[default]
    OnArrival,
    /// Never: scene objects stay as they are, and voice works all the same.
    Never,
}

/// Whether they are.
impl SettingType for Authentication {
    fn kind() -> SettingKind {
        SettingKind::Flag
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::Flag(*self == Self::OnArrival)
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        let PlainValue::Flag(are_told) = value else { return None };
        Some(if *are_told { Self::OnArrival } else { Self::Never })
    }
}

settings! {
    /// The expectations of a game's clients, as far as a server without a game can meet them.
    #[derive(Debug, PartialEq, Eq)]
    pub struct VoiceOnlySettings {
        /// The voice broadcast's type: by default that of the integration.
        pub voice_key: BroadcastKey as _ = BroadcastKey::VOICE;
        /// The channels that carry payloads: by default those of our `LiteNetLib`.
        pub channels: VoiceChannels as _ = STOCK_CHANNELS;
        /// The version of all clients. By default it is detected for each client, which takes its first reliable
        /// payload.
        pub version: Option<Version> as _ = None;
        /// Tell clients that they are authenticated, for games that wait for it; they then deactivate scene objects
        /// that no server has spawned.
        pub authentication: Authentication as announce_authenticated = Authentication::default();
        /// For games with predicted spawning.
        pub predicted_spawning: bool = false;
        /// Tell clients that there are no scenes to load.
        pub tells_empty_scenes: bool as announce_no_scenes = false;
        /// How often clients are told about their ticks, which keeps some of them connected, too: at least a
        /// millisecond; `None` is never.
        pub timing_interval: Option<Duration> as _ = Some(Duration::from_secs(1));
    }
}

/// In the answer to a version: the server is not a development build.
const RELEASE_BUILD: u8 = 0;

/// In a change of connections: a client has connected.
const CONNECTED: u8 = 1;

/// How many ids for predicted spawning are reserved; as `u8` and as packed number the same.
const NO_RESERVED_IDS: u8 = 0;

/// Envelopes of a voice-only server's connections.
///
/// Each client is told a number of its own, and of no other client: they meet in the session.
#[derive(Debug)]
pub struct FishNetVoiceOnly {
    settings: Arc<VoiceOnlySettings>,
    /// When the server's clock began: with the first connection.
    start: Option<Instant>,
    next_client: u32,
}

impl FishNetVoiceOnly {
    /// Envelopes with these settings for all connections.
    pub fn new(settings: VoiceOnlySettings) -> Self {
        Self { settings: Arc::new(settings), start: None, next_client: 0 }
    }
}

impl EnvelopeKind for FishNetVoiceOnly {
    type Envelope = FishNetVoiceOnlyConnection;

    fn open(&mut self, now: Instant) -> FishNetVoiceOnlyConnection {
        let client = self.next_client;
        // Client numbers must fit the signed 16 bits that 3.x has for them.
        self.next_client = (client + 1) & i16::MAX as u32;
        FishNetVoiceOnlyConnection {
            settings: Arc::clone(&self.settings),
            clock: TickClock::new(*self.start.get_or_insert(now)),
            client,
            greeted: None,
            assembly: Assembly::default(),
            last_tick: 0,
            timing_due: None,
        }
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        voice_limits(messages)
    }
}

/// One connection of a voice-only server.
#[derive(Debug)]
pub struct FishNetVoiceOnlyConnection {
    settings: Arc<VoiceOnlySettings>,
    clock: TickClock,
    /// Its client number.
    client: u32,
    /// The version for which it was greeted.
    greeted: Option<Version>,
    assembly: Assembly,
    /// The last tick that was seen from it.
    last_tick: u32,
    timing_due: Option<Instant>,
}

impl FishNetVoiceOnlyConnection {
    /// The version for which the client was greeted, once that has happened.
    pub fn greeted(&self) -> Option<Version> {
        self.greeted
    }

    /// Sends everything that a newcomer needs to know, in one payload.
    fn greet(&mut self, now: Instant, version: Version, parts: &mut MessageParts) {
        if self.greeted.is_some() {
            return;
        }
        self.greeted = Some(version);
        self.timing_due = self.settings.timing_interval.map(|interval| now + interval);
        let tick = self.clock.tick(now);
        let mut packed_client = Vec::new();
        packed::write(i64::from(self.client), &mut packed_client);
        parts.write(MessagePart::ToClient(self.settings.channels.reliable), |payload| {
            payload.extend_from_slice(&tick.to_le_bytes());
            if version == Version::V4 {
                payload.extend_from_slice(&VERSION.to_le_bytes());
                payload.push(RELEASE_BUILD);
            }
            let change = [&[CONNECTED], packed_client.as_slice()].concat();
            broadcast::write(BroadcastKey::CONNECTION_CHANGE, &change, payload);
            let mut clients = Vec::new();
            packed::write(1, &mut clients);
            clients.extend_from_slice(&packed_client);
            broadcast::write(BroadcastKey::CONNECTED_CLIENTS, &clients, payload);
            self.write_authenticated(version, &packed_client, payload);
        });
    }

    fn write_authenticated(&self, version: Version, packed_client: &[u8], payload: &mut Vec<u8>) {
        if self.settings.authentication == Authentication::Never {
            return;
        }
        payload.extend_from_slice(&AUTHENTICATED.to_le_bytes());
        match version {
            Version::V3 => payload.extend_from_slice(&(self.client as i16).to_le_bytes()),
            Version::V4 => payload.extend_from_slice(packed_client),
        }
        if self.settings.predicted_spawning {
            payload.push(NO_RESERVED_IDS);
        }
        if self.settings.tells_empty_scenes {
            broadcast::write(BroadcastKey::EMPTY_START_SCENES, &[], payload);
        }
    }

    /// The tick of the last ping among them, which is the one that is answered.
    fn handle_packets(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        packets: FishNetPackets<'_>,
        is_whole_split: bool,
        parts: &mut MessageParts,
    ) -> Option<u32> {
        let channels = self.settings.channels;
        let mut newest_ping = None;
        for packet in packets {
            match packet {
                FishNetPacket::Version { .. } => self.greet(now, Version::V4, parts),
                FishNetPacket::PingPong { tick } => newest_ping = Some(tick),
                FishNetPacket::Split { parts: total, chunk }
                    if channel == channels.reliable && !is_whole_split =>
                {
                    match self.assembly.push(total, chunk) {
                        Ok(Some(whole)) => {
                            let packets = FishNetPackets::new(Side::Client, &whole);
                            newest_ping =
                                self.handle_packets(now, channel, packets, true, parts).or(newest_ping);
                        }
                        Ok(None) => {}
                        Err(TooLong) => parts.violation("a split is longer than a client may send"),
                    }
                }
                _ => {
                    if let Some(voice) = packet.voice(self.settings.voice_key) {
                        parts.voice(channels.delivery_of(channel), voice);
                    }
                }
            }
        }
        newest_ping
    }

    fn send_unreliable(&self, now: Instant, id: u16, tick: u32, parts: &mut MessageParts) {
        parts.write(MessagePart::ToClient(self.settings.channels.unreliable), |payload| {
            payload.extend_from_slice(&self.clock.tick(now).to_le_bytes());
            payload.extend_from_slice(&id.to_le_bytes());
            payload.extend_from_slice(&tick.to_le_bytes());
        });
    }
}

impl EnvelopeEnd for FishNetVoiceOnlyConnection {
    fn wrap(
        &mut self,
        now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        let (key, tick) = (self.settings.voice_key, self.clock.tick(now));
        write_in_payload(self.settings.channels, key, tick, delivery, packet, message)
    }

    fn wrap_in_parts(&mut self, now: Instant, _: Delivery, packet: &[u8], parts: &mut MessageParts) -> bool {
        let (key, tick) = (self.settings.voice_key, self.clock.tick(now));
        write_in_parts(self.settings.channels, key, tick, packet, MessagePart::ToClient, parts);
        true
    }

    fn handle_timeout(&mut self, now: Instant, parts: &mut MessageParts) {
        if self.timing_due.is_some_and(|due| due <= now) {
            let interval = self.settings.timing_interval;
            self.timing_due = interval.map(|interval| now + interval.max(Duration::from_millis(1)));
            self.send_unreliable(now, TIMING_UPDATE, self.last_tick, parts);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.timing_due
    }
}

impl Envelope for FishNetVoiceOnlyConnection {
    fn handle_connected(&mut self, now: Instant, parts: &mut MessageParts) {
        if self.settings.version == Some(Version::V3) {
            self.greet(now, Version::V3, parts);
        }
    }

    fn handle_from_client(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let Some(payload) = Payload::parse(message) else { return };
        self.last_tick = payload.tick;
        let packets = FishNetPackets::new(Side::Client, payload.packets);
        // The first reliable packet of a 4.x client is its version; a client that sends anything else is older.
        let is_asked = self.greeted.is_none() && self.settings.version.is_none();
        if is_asked && channel == self.settings.channels.reliable && !says_version(packets.clone()) {
            self.greet(now, Version::V3, parts);
        }
        if let Some(tick) = self.handle_packets(now, channel, packets, false, parts) {
            self.send_unreliable(now, PING_PONG, tick, parts);
        }
    }
}

fn says_version(mut packets: FishNetPackets<'_>) -> bool {
    packets.any(|packet| matches!(packet, FishNetPacket::Version { .. }))
}
