//! Limits on the memory and work that a peer can cause, besides the [settings](crate::enet::ConnectionSettings).

/// The maximum number of commands in a datagram: `ENET_PROTOCOL_MAXIMUM_PACKET_COMMANDS` of ENet 1.3 and of
/// ENet-CSharp. A datagram with more is malformed.
pub(crate) const COMMANDS_MAX: usize = 32;

/// The maximum number of fragments of a message; a fragment of a longer one is malformed. ENet acknowledges nothing
/// that is this many numbers ahead, so that no longer message can arrive.
pub(crate) const FRAGMENTS_MAX: u32 = 7 * 4096;

/// The largest unreliable message in fragments, in bytes; fragments of a larger one are dropped, and counted as those
/// for which there was no room. ENet assembles at most three of a channel at once: it drops those before the last two
/// whenever another one begins.
pub(crate) const UNRELIABLE_BYTES_MAX: u32 = 16 * 1024;

/// The maximum number of waiting reliable commands of a connection, however small they are. Further ones are
/// treated as beyond [`waiting_bytes_max`](crate::enet::ConnectionSettings::waiting_bytes_max).
pub(crate) const WAITING_MAX: usize = 4096;

/// The share of the waiting commands that ENet gets at once, in bytes with [`WAITING_OVERHEAD`] for each: a datagram
/// may be the one for which all of them wait. The others follow in turns: they were acknowledged, so that dropping them
/// or the connection would harm an honest peer, which may have any number of small messages on their way. Whatever a
/// datagram can add to them is less than this, so that no backlog grows.
pub(crate) const RELEASED_BYTES_MAX: usize = 64 * 1024;

/// The bytes that a waiting command counts for besides its own: about its bookkeeping.
pub(crate) const WAITING_OVERHEAD: usize = 64;

/// The divisor for the share of the waiting room that is for unreliable messages waiting for a reliable one.
pub(crate) const UNRELIABLE_SHARE: usize = 4;
