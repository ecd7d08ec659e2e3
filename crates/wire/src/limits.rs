//! Size limits: of packets, and of the buffers of a peer that may be an original.
//!
//! Parsing has no limits of its own: it allocates nothing and accepts any slice length.

/// Bytes of the largest packet that an original can send or receive; a larger one makes it fail.
pub const PACKET_BYTES_MAX: usize = 1024;

/// Destinations of one relay: their count is one byte.
pub const RELAY_DESTINATIONS_MAX: usize = 255;

/// Bytes of the largest string: its prefix is the length plus one, in 16 bits.
pub const STRING_BYTES_MAX: usize = 65_534;

/// Bytes of a text message that reaches an original through a relay to one listener,
/// within [`PACKET_BYTES_MAX`].
pub const TEXT_BYTES_MAX: usize = max_relayed_bytes(1) - TEXT_OVERHEAD_BYTES;

/// Bytes of the largest packet that a relay to this many destinations can carry, within [`PACKET_BYTES_MAX`].
#[doc(hidden)]
pub const fn max_relayed_bytes(destinations: usize) -> usize {
    PACKET_BYTES_MAX.saturating_sub(RELAY_OVERHEAD_BYTES).saturating_sub(destinations.saturating_mul(2))
}

/// The maximum size of a speaker in a [`ReceptionReport`](crate::ReceptionReport), in bytes.
pub const RECEPTION_BYTES_MAX: usize = 9;

/// Speakers of one [`ReceptionReport`](crate::ReceptionReport) within [`PACKET_BYTES_MAX`].
pub const RECEPTIONS_MAX: usize = (PACKET_BYTES_MAX - HEADER_BYTES - 2 - 3 - 2 - 3) / RECEPTION_BYTES_MAX;

/// Bytes of the longest join token: beside it, a name of 128 bytes and everything else fit into a handshake of
/// [`PACKET_BYTES_MAX`].
pub const JOIN_TOKEN_BYTES_MAX: usize = 832;

/// Bytes of the longest address that a server can redirect its clients to: see [`Closing`](crate::Closing).
pub const ONWARD_ADDRESS_BYTES_MAX: usize = 512;

/// Bytes of the longest reason for closing a link: see [`EndNotice`](crate::EndNotice).
pub const END_NOTICE_BYTES_MAX: usize = 256;

/// Addresses of the longest list of servers: see [`ServerList`](crate::ServerList).
pub const SERVERS_MAX: usize = 16;

/// Bytes of the longest address in a list of servers.
pub const SERVER_BYTES_MAX: usize = 255;

/// Bytes of the longest [message](crate::MemberMessage) of an encrypted session's group: the Welcome and the ratchet
/// tree of a thousand members take 480 KB.
pub const GROUP_MESSAGE_BYTES_MAX: usize = 1 << 20;

/// Bytes of the longest such message that a client sends unrequested: all but commits.
pub const GROUP_MESSAGE_UNASKED_BYTES_MAX: usize = 4096;

/// Bytes of the longest report that a member submits: it fits into such a message.
pub const MEMBER_REPORT_BYTES_MAX: usize = 1_000_000;

/// Header, destination count and length prefix of a relay.
pub(crate) const RELAY_OVERHEAD_BYTES: usize = HEADER_BYTES + 1 + 2;

/// Header, recipient type, sender, recipient and string prefix of a text message.
const TEXT_OVERHEAD_BYTES: usize = HEADER_BYTES + 1 + 2 + 2 + 2;

/// Magic, message type and session id.
const HEADER_BYTES: usize = 2 + 1 + 4;
