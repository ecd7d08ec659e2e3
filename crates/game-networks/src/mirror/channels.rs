//! The network's channels that carry voice.

use consonance_link::PacketLimits;
use consonance_link::gateway::{MessageChannel, VoiceChannels};

use crate::mirror::VOICE_BYTES_MAX;

/// The channels of stock games, by Mirror's numbers. Pings travel on the unreliable one.
pub const STOCK_CHANNELS: VoiceChannels =
    VoiceChannels { reliable: MessageChannel(0), unreliable: MessageChannel(1) };

/// The most bytes around a voice packet: time stamp 8, length 2, id 2, length 2.
const AROUND_VOICE_BYTES: usize = 14;

/// The largest voice packets in messages of these sizes.
pub(crate) fn voice_limits(messages: PacketLimits) -> PacketLimits {
    let largest = |bytes: usize| bytes.saturating_sub(AROUND_VOICE_BYTES).min(VOICE_BYTES_MAX);
    PacketLimits {
        reliable_bytes: largest(messages.reliable_bytes),
        unreliable_bytes: largest(messages.unreliable_bytes),
    }
}
