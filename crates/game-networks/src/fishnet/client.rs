//! A native player in a session of a game on `FishNet`.

use std::time::{Duration, Instant};

use consonance_link::gateway::{
    ClientEnvelope, EnvelopeEnd, MessageChannel, MessagePart, MessageParts, VoiceChannels,
};
use consonance_link::{Delivery, PacketLimits};

use crate::fishnet::channels::{STOCK_CHANNELS, voice_limits, write_in_parts, write_in_payload};
use crate::fishnet::packet_id::{PING_PONG, VERSION};
use crate::fishnet::split::{Assembly, TooLong};
use crate::fishnet::tick_clock::TickClock;
use crate::fishnet::{BroadcastKey, FishNetPacket, FishNetPackets, Payload, Side, packed};

/// Settings of a client.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The version that the client reports, which real servers compare with their own. Default `4.7.2`; `None` is 3.x,
    /// which reports none.
    pub version: Option<String>,
    /// The voice broadcast's type. Default that of the integration.
    pub voice_key: BroadcastKey,
    /// The channels that carry payloads. Default those of our `LiteNetLib`.
    pub channels: VoiceChannels,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self { version: Some("4.7.2".to_owned()), voice_key: BroadcastKey::VOICE, channels: STOCK_CHANNELS }
    }
}

/// The envelope of a client. Voice is sent as soon as the connection is up: servers dispatch broadcasts of clients
/// that are not authenticated yet.
#[derive(Debug)]
pub struct FishNetClient {
    settings: ClientSettings,
    /// The clock of the present connection; `None` before the first.
    clock: Option<TickClock>,
    assembly: Assembly,
    ping_due: Option<Instant>,
}

const PING_INTERVAL: Duration = Duration::from_secs(1);

impl FishNetClient {
    /// A client with these settings.
    pub fn new(settings: ClientSettings) -> Self {
        Self { settings, clock: None, assembly: Assembly::default(), ping_due: None }
    }

    fn tick(&mut self, now: Instant) -> u32 {
        self.clock.get_or_insert_with(|| TickClock::new(now)).tick(now)
    }

    fn handle_packets(
        &mut self,
        channel: MessageChannel,
        packets: FishNetPackets<'_>,
        is_whole_split: bool,
        parts: &mut MessageParts,
    ) {
        let channels = self.settings.channels;
        for packet in packets {
            if let Some(voice) = packet.voice(self.settings.voice_key) {
                parts.voice(channels.delivery_of(channel), voice);
                continue;
            }
            let FishNetPacket::Split { parts: total, chunk } = packet else { continue };
            if channel != channels.reliable || is_whole_split {
                continue;
            }
            match self.assembly.push(total, chunk) {
                Ok(Some(whole)) => {
                    self.handle_packets(channel, FishNetPackets::new(Side::Server, &whole), true, parts);
                }
                Ok(None) => {}
                Err(TooLong) => parts.violation("a split is longer than is taken here"),
            }
        }
    }
}

impl EnvelopeEnd for FishNetClient {
    fn wrap(
        &mut self,
        now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        let tick = self.tick(now);
        write_in_payload(self.settings.channels, self.settings.voice_key, tick, delivery, packet, message)
    }

    fn wrap_in_parts(&mut self, now: Instant, _: Delivery, packet: &[u8], parts: &mut MessageParts) -> bool {
        let tick = self.tick(now);
        let key = self.settings.voice_key;
        write_in_parts(self.settings.channels, key, tick, packet, MessagePart::ToGame, parts);
        true
    }

    fn handle_timeout(&mut self, now: Instant, parts: &mut MessageParts) {
        if self.ping_due.is_some_and(|due| due <= now) {
            self.ping_due = Some(now + PING_INTERVAL);
            let tick = self.tick(now).to_le_bytes();
            parts.write(MessagePart::ToGame(self.settings.channels.unreliable), |payload| {
                payload.extend_from_slice(&tick);
                payload.extend_from_slice(&PING_PONG.to_le_bytes());
                payload.extend_from_slice(&tick);
            });
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.ping_due
    }
}

impl ClientEnvelope for FishNetClient {
    fn handle_connected(&mut self, now: Instant, parts: &mut MessageParts) {
        self.clock = Some(TickClock::new(now));
        self.assembly.clear();
        self.ping_due = Some(now + PING_INTERVAL);
        let tick = self.tick(now);
        let Some(version) = &self.settings.version else { return };
        parts.write(MessagePart::ToGame(self.settings.channels.reliable), |payload| {
            payload.extend_from_slice(&tick.to_le_bytes());
            payload.extend_from_slice(&VERSION.to_le_bytes());
            packed::write_segment(version.as_bytes(), payload);
        });
    }

    fn handle_message(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        if let Some(payload) = Payload::parse(message) {
            self.handle_packets(channel, FishNetPackets::new(Side::Server, payload.packets), false, parts);
        }
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        voice_limits(messages)
    }
}
