//! The ways that a game network offers side by side.

/// A message channel of a game network, by its number there. The network defines its guarantees, and its order
/// relative to other channels.
///
/// Numbers are specific to a network. Each network has at least one for each
/// [`Delivery`](consonance_transport::Delivery).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageChannel(pub u16);
