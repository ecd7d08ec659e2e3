//! Messages as games' networks see them: a frame's group, and what it says.

use consonance_link::PacketLimits;
use consonance_link::gateway::{MessageChannel, VoiceChannels};

use crate::forge::frame::{Control, PAYLOAD_BYTES_MAX};
use crate::forge::link::Head;
use crate::forge::{RELIABLE, UNRELIABLE};

/// Group and payload, if it is one that fits a frame.
pub(crate) fn parse(message: &[u8]) -> Option<(i32, &[u8])> {
    let (group, payload) = message.split_first_chunk()?;
    (payload.len() <= PAYLOAD_BYTES_MAX).then_some((i32::from_le_bytes(*group), payload))
}

pub(crate) fn write(group: i32, payload: &[u8], message: &mut Vec<u8>) {
    message.extend_from_slice(&group.to_le_bytes());
    message.extend_from_slice(payload);
}

/// What is in a message behind its group.
pub(crate) fn payload(message: &[u8]) -> &[u8] {
    message.get(GROUP_BYTES..).unwrap_or_default()
}

/// The frame that carries it.
pub(crate) fn head(channel: MessageChannel, group: i32) -> Head {
    Head { control: Control::Binary, router: 0, group, is_reliable: channel == RELIABLE }
}

pub(crate) fn channel_of(head: Head) -> MessageChannel {
    if head.is_reliable { RELIABLE } else { UNRELIABLE }
}

pub(crate) const CHANNELS: VoiceChannels = VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE };

const GROUP_BYTES: usize = 4;

const MESSAGE_BYTES_MAX: usize = GROUP_BYTES + PAYLOAD_BYTES_MAX;

pub(crate) const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: MESSAGE_BYTES_MAX, unreliable_bytes: MESSAGE_BYTES_MAX };
