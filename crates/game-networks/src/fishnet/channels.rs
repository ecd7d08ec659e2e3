//! The network's channels that carry payloads, and the largest voice packets in them.

use consonance_link::gateway::{MessageChannel, MessagePart, MessageParts, VoiceChannels};
use consonance_link::{Delivery, PACKET_BYTES_MAX, PacketLimits};

use crate::fishnet::broadcast::{voice_bytes, write_voice};
use crate::fishnet::payload::TICK_BYTES;
use crate::fishnet::{BroadcastKey, PAYLOAD_BYTES_MAX, split};

/// The channels of stock games, by the numbers of our `LiteNetLib`: `ReliableOrdered` and unreliable.
pub const STOCK_CHANNELS: VoiceChannels =
    VoiceChannels { reliable: MessageChannel(2), unreliable: MessageChannel(256) };

/// Writes the payload with a voice packet, if one can hold it.
pub(crate) fn write_in_payload(
    channels: VoiceChannels,
    key: BroadcastKey,
    tick: u32,
    delivery: Delivery,
    packet: &[u8],
    payload: &mut Vec<u8>,
) -> Option<MessageChannel> {
    if TICK_BYTES + voice_bytes(packet.len()) > PAYLOAD_BYTES_MAX {
        return None;
    }
    payload.extend_from_slice(&tick.to_le_bytes());
    write_voice(key, packet, payload);
    Some(channels.channel_for(delivery))
}

/// Writes the payloads of a voice packet that one alone cannot hold: always reliable, as `FishNet` itself does it.
pub(crate) fn write_in_parts(
    channels: VoiceChannels,
    key: BroadcastKey,
    tick: u32,
    packet: &[u8],
    part: fn(MessageChannel) -> MessagePart,
    parts: &mut MessageParts,
) {
    let mut packets = Vec::new();
    write_voice(key, packet, &mut packets);
    for payload in split::payloads(tick, &packets) {
        parts.write(part(channels.reliable), |bytes| bytes.extend_from_slice(&payload));
    }
}

/// The largest voice packets: one that is reliable and does not fit a payload is split, if
/// payloads of full size are carried.
pub(crate) fn voice_limits(messages: PacketLimits) -> PacketLimits {
    /// Around a voice packet at most: tick 4, id 2, key 2, two lengths of 2.
    const AROUND_VOICE_BYTES: usize = 12;
    let single = |bytes: usize| bytes.min(PAYLOAD_BYTES_MAX).saturating_sub(AROUND_VOICE_BYTES);
    let splits = messages.reliable_bytes >= PAYLOAD_BYTES_MAX;
    PacketLimits {
        reliable_bytes: if splits { PACKET_BYTES_MAX } else { single(messages.reliable_bytes) },
        unreliable_bytes: single(messages.unreliable_bytes),
    }
}
