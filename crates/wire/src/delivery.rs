//! The delivery mode of a packet: the engine chooses it for each packet, and the networks implement it.

/// The delivery mode of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// Arrives, once, in the order sent. When that cannot be kept, the link is lost.
    Reliable,
    /// Arrives once, several times or never, in any order. For voice, late means useless: full queues drop the oldest.
    Unreliable,
}
