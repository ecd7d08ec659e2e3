//! What fits: into a packet, and into the buffers of a peer that may be an original.
//!
//! Parsing has no limits of its own: it allocates nothing and takes what the slice has.

/// Bytes of the largest packet that an original can send or receive; a larger one makes it fail.
pub const MAX_PACKET_BYTES: usize = 1024;

/// Destinations of one relay: their count is one byte.
pub const MAX_RELAY_DESTINATIONS: usize = 255;

/// Bytes of the largest string: its prefix is the length plus one, in 16 bits.
pub const MAX_STRING_BYTES: usize = 65_534;

/// Bytes of a text message that reaches an original through a relay to one listener,
/// within [`MAX_PACKET_BYTES`].
pub const MAX_TEXT_BYTES: usize = max_relayed_bytes(1) - TEXT_OVERHEAD_BYTES;

/// Bytes of the largest packet that a relay to this many destinations can carry, within [`MAX_PACKET_BYTES`].
#[doc(hidden)]
pub const fn max_relayed_bytes(destinations: usize) -> usize {
    MAX_PACKET_BYTES.saturating_sub(RELAY_OVERHEAD_BYTES).saturating_sub(destinations.saturating_mul(2))
}

/// Speakers of one [`ReceptionReport`](crate::ReceptionReport) within [`MAX_PACKET_BYTES`].
pub const MAX_RECEPTIONS: usize = (MAX_PACKET_BYTES - HEADER_BYTES - 2 - 3 - 2) / 8;

/// Bytes of the longest join token: beside it, a name of 128 bytes and everything else fit into a handshake of
/// [`MAX_PACKET_BYTES`].
pub const MAX_JOIN_TOKEN_BYTES: usize = 832;

/// Bytes of the longest address that a server can send its clients to: see [`Closing`](crate::Closing).
pub const MAX_ONWARD_ADDRESS_BYTES: usize = 512;

/// Header, destination count and length prefix of a relay.
pub(crate) const RELAY_OVERHEAD_BYTES: usize = HEADER_BYTES + 1 + 2;

/// Header, recipient type, sender, recipient and string prefix of a text message.
const TEXT_OVERHEAD_BYTES: usize = HEADER_BYTES + 1 + 2 + 2 + 2;

/// Magic, message type and session id.
const HEADER_BYTES: usize = 2 + 1 + 4;
