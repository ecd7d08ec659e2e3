//! The ways that a game network offers side by side.

/// One of a game network's ways for messages, by its number there: what it guarantees, and in which order with what
/// else, is the network's to say.
///
/// Numbers mean something within one network only. Each has at least one for each
/// [`Delivery`](consonance_transport::Delivery).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageChannel(pub u16);
