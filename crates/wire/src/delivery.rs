//! How a packet travels: for the engine, which says it of each packet, and for the networks, which keep it.

/// How a packet travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// Arrives, once, in the order sent. When that cannot be kept, the link is lost.
    Reliable,
    /// Arrives once, several times or never, in any order. For voice, late means useless: full queues drop the oldest.
    Unreliable,
}
