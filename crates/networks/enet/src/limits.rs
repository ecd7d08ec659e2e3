//! What a side can make grow, wait or cost where no [setting](crate::ConnectionSettings) says it.

/// How many commands a datagram has at most: `ENET_PROTOCOL_MAXIMUM_PACKET_COMMANDS` of ENet 1.3 and of ENet-CSharp.
/// One with more is malformed.
pub(crate) const COMMANDS_MAX: usize = 32;

/// How many fragments a message has at most; a fragment of more is malformed. ENet confirms nothing that is as many
/// numbers ahead, so that no message of more arrives.
pub(crate) const FRAGMENTS_MAX: u32 = 7 * 4096;

/// The largest unreliable message in fragments, in bytes; fragments of a larger one are dropped, and counted as those
/// that found no room. ENet puts together three of a channel at once, at most: it drops those before the last two
/// whenever another one begins.
pub(crate) const UNRELIABLE_BYTES_MAX: u32 = 16 * 1024;

/// How many reliable commands of a connection wait at most, however small they are: all of them may become due with one
/// datagram. Beyond it it is as with [`waiting_bytes_max`](crate::ConnectionSettings::waiting_bytes_max).
pub(crate) const WAITING_MAX: usize = 4096;

/// What a command counts for besides its own bytes while it waits: about what is remembered of it.
pub(crate) const WAITING_OVERHEAD: usize = 64;

/// Which part of what may wait is for unreliable messages that wait for a reliable one.
pub(crate) const UNRELIABLE_SHARE: usize = 4;
