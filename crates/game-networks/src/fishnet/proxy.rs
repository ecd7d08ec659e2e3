//! Voice taken out of a game's traffic on its way to the game's server.

use std::time::Instant;

use consonance_link::gateway::{
    Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessagePart, MessageParts, VoiceChannels,
};
use consonance_link::{Delivery, PacketLimits};

use crate::fishnet::channels::{STOCK_CHANNELS, voice_limits, write_in_parts, write_in_payload};
use crate::fishnet::payload::TICK_BYTES;
use crate::fishnet::split::{self, Assembly};
use crate::fishnet::{
    BroadcastKey, FishNetPacket, FishNetPackets, PAYLOAD_BYTES_MAX, Payload, Side, find_voice,
};

/// Properties of the game that a proxy must know.
#[derive(Clone, Copy, Debug)]
pub struct ProxySettings {
    /// The voice broadcast's type. Default that of the integration.
    pub voice_key: BroadcastKey,
    /// The channels that carry payloads. Default those of our `LiteNetLib`.
    pub channels: VoiceChannels,
}

impl Default for ProxySettings {
    fn default() -> Self {
        Self { voice_key: BroadcastKey::VOICE, channels: STOCK_CHANNELS }
    }
}

/// Envelopes of the connections of a proxy.
///
/// Packets of the game do not tell their lengths, so voice is [found by its signature](find_voice) anywhere in a
/// payload and cut out; the rest goes on with the same tick on the same channel, and a payload without voice byte for
/// byte. Splits are put together first: one without voice goes on in its original parts.
#[derive(Debug)]
pub struct FishNetProxy {
    settings: ProxySettings,
}

impl FishNetProxy {
    /// Envelopes with these settings for all connections.
    pub fn new(settings: ProxySettings) -> Self {
        Self { settings }
    }
}

impl EnvelopeKind for FishNetProxy {
    type Envelope = FishNetProxiedConnection;

    fn open(&mut self, _now: Instant) -> FishNetProxiedConnection {
        FishNetProxiedConnection {
            settings: self.settings,
            from_client: Held::default(),
            parts_from_game: 0,
            waiting: Vec::new(),
            games_tick: 1,
            takes_voice: false,
        }
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        voice_limits(messages)
    }
}

/// One connection of a proxy.
#[derive(Debug)]
pub struct FishNetProxiedConnection {
    settings: ProxySettings,
    from_client: Held,
    /// How many parts of a split of the game are still missing: no packet of ours must come in between.
    parts_from_game: i64,
    /// Voice for the client that waits for the end of that split.
    waiting: Vec<Vec<u8>>,
    /// The latest tick from the game's server.
    games_tick: u32,
    /// Voice has come, so it is understood there.
    takes_voice: bool,
}

/// Parts of a client's split that wait for the last one.
#[derive(Debug, Default)]
struct Held {
    payloads: Vec<Vec<u8>>,
    assembly: Assembly,
    /// How many parts of an abandoned split are still to be forwarded unchanged.
    passing: i64,
}

/// How many voice payloads may wait for the end of a split of the game.
const WAITING_MAX: usize = 64;

impl FishNetProxiedConnection {
    /// Handles a whole payload: takes voice out, and forwards the rest.
    fn take_voice(&mut self, channel: MessageChannel, message: &[u8], parts: &mut MessageParts) {
        let (tick, packets) = message.split_at(TICK_BYTES);
        match self.cut(channel, packets, parts) {
            None => parts.whole_to_game(channel, message),
            Some(rest) if rest.is_empty() => {}
            Some(rest) => parts.write(MessagePart::ToGame(channel), |payload| {
                payload.extend_from_slice(tick);
                payload.extend_from_slice(&rest);
            }),
        }
    }

    /// Takes voice out of packets and returns the rest; `None` if there is no voice in them.
    fn cut(&mut self, channel: MessageChannel, packets: &[u8], parts: &mut MessageParts) -> Option<Vec<u8>> {
        let delivery = self.settings.channels.delivery_of(channel);
        let mut rest = None::<Vec<u8>>;
        let mut remaining = packets;
        while let Some((whole, packet)) = find_voice(self.settings.voice_key, remaining) {
            parts.voice(delivery, &remaining[packet]);
            rest.get_or_insert_default().extend_from_slice(&remaining[..whole.start]);
            remaining = &remaining[whole.end..];
        }
        self.takes_voice |= rest.is_some();
        rest.as_mut()?.extend_from_slice(remaining);
        rest
    }

    /// Handles a part of a split: it waits for the others, and voice is taken out of all of them together.
    fn take_part(
        &mut self,
        channel: MessageChannel,
        part: (i64, &[u8]),
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        if self.from_client.passing > 0 {
            self.from_client.passing -= 1;
            parts.whole_to_game(channel, message);
            return;
        }
        let (total, chunk) = part;
        if !self.from_client.payloads.is_empty() && self.from_client.assembly.parts() != total {
            self.release(channel, parts);
        }
        let missing =
            if self.from_client.payloads.is_empty() { total } else { self.from_client.assembly.missing() };
        self.from_client.payloads.push(message.to_vec());
        let Ok(whole) = self.from_client.assembly.push(total, chunk) else {
            self.release(channel, parts);
            self.from_client.passing = (missing - 1).clamp(0, PARTS_PASSED_MAX);
            return;
        };
        let Some(whole) = whole else { return };
        match self.cut(channel, &whole, parts) {
            None => self.release(channel, parts),
            Some(rest) => {
                let tick = self.from_client.payloads.pop().and_then(|last| Some(Payload::parse(&last)?.tick));
                self.from_client.payloads.clear();
                forward(channel, tick.unwrap_or(0), &rest, parts);
            }
        }
    }

    /// Something else came in between: forwards the parts unchanged, including those still to come.
    fn give_up(&mut self, channel: MessageChannel, parts: &mut MessageParts) {
        self.from_client.passing = self.from_client.assembly.missing();
        self.from_client.assembly.clear();
        self.release(channel, parts);
    }

    fn release(&mut self, channel: MessageChannel, parts: &mut MessageParts) {
        for payload in self.from_client.payloads.drain(..) {
            parts.to_game(channel, &payload);
        }
    }
}

/// A split of more parts than this is none that a server would take.
const PARTS_PASSED_MAX: i64 = split::BYTES_MAX as i64;

/// Forwards packets in as many payloads as needed.
fn forward(channel: MessageChannel, tick: u32, packets: &[u8], parts: &mut MessageParts) {
    if packets.is_empty() {
        return;
    }
    if TICK_BYTES + packets.len() <= PAYLOAD_BYTES_MAX {
        parts.write(MessagePart::ToGame(channel), |payload| {
            payload.extend_from_slice(&tick.to_le_bytes());
            payload.extend_from_slice(packets);
        });
        return;
    }
    for payload in split::payloads(tick, packets) {
        parts.to_game(channel, &payload);
    }
}

/// The part of a split that a payload is.
fn part_in(payload: Payload<'_>, from: Side) -> Option<(i64, &[u8])> {
    match FishNetPackets::new(from, payload.packets).next() {
        Some(FishNetPacket::Split { parts, chunk }) => Some((parts, chunk)),
        _ => None,
    }
}

impl EnvelopeEnd for FishNetProxiedConnection {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        let Self { settings: ProxySettings { voice_key, channels }, .. } = *self;
        self.takes_voice
            .then(|| write_in_payload(channels, voice_key, self.games_tick, delivery, packet, message))?
    }

    fn wrap_in_parts(&mut self, _now: Instant, _: Delivery, packet: &[u8], parts: &mut MessageParts) -> bool {
        let Self { settings: ProxySettings { voice_key, channels }, .. } = *self;
        if !self.takes_voice {
            return false;
        }
        if self.parts_from_game == 0 {
            write_in_parts(channels, voice_key, self.games_tick, packet, MessagePart::ToClient, parts);
            return true;
        }
        if self.waiting.len() >= WAITING_MAX {
            return false;
        }
        let mut later = MessageParts::default();
        write_in_parts(channels, voice_key, self.games_tick, packet, MessagePart::ToClient, &mut later);
        while let Some((_, payload)) = later.pop() {
            self.waiting.push(payload.to_vec());
        }
        true
    }
}

impl Envelope for FishNetProxiedConnection {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let is_reliable = channel == self.settings.channels.reliable;
        let payload = Payload::parse(message);
        if let Some(part) = payload.filter(|_| is_reliable).and_then(|payload| part_in(payload, Side::Client))
        {
            self.take_part(channel, part, message, parts);
            return;
        }
        if is_reliable && !self.from_client.payloads.is_empty() {
            self.give_up(channel, parts);
        }
        match payload {
            Some(_) => self.take_voice(channel, message, parts),
            None => parts.whole_to_game(channel, message),
        }
    }

    fn handle_from_game(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        parts.whole_to_client(channel, message);
        let Some(payload) = Payload::parse(message) else { return };
        self.games_tick = payload.tick;
        if channel != self.settings.channels.reliable {
            return;
        }
        if let Some((total, _)) = part_in(payload, Side::Server) {
            let missing = if self.parts_from_game > 0 { self.parts_from_game } else { total };
            self.parts_from_game = (missing - 1).clamp(0, PARTS_PASSED_MAX);
        }
        if self.parts_from_game == 0 {
            for payload in self.waiting.drain(..) {
                parts.to_client(channel, &payload);
            }
        }
    }
}
