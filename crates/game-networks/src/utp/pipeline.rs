//! The pipelines that Netcode for GameObjects sets up.

use consonance_link::gateway::{MessageChannel, VoiceChannels};

/// Messages that may be lost and overtaken; large ones travel in fragments.
pub const UNRELIABLE: MessageChannel = MessageChannel(1);
/// Messages of which an older one is dropped after a newer one; large ones travel in fragments.
pub const UNRELIABLE_SEQUENCED: MessageChannel = MessageChannel(2);
/// Messages that all arrive, in order.
pub const RELIABLE: MessageChannel = MessageChannel(3);
/// The channels that voice uses.
pub(crate) const CHANNELS: VoiceChannels = VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE };

/// The largest payload in one datagram, in bytes: what the longest headers leave, and what Netcode itself stays below.
pub const PAYLOAD_BYTES_MAX: usize = 1370;
