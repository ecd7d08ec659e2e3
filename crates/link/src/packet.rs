//! Packets: their delivery and their size.

pub use consonance_wire::Delivery;

/// The largest packet of any network in this workspace, in bytes.
///
/// Networks may allow less: see [`PacketLimits`].
pub const PACKET_BYTES_MAX: usize = 16 * 1024;

/// The largest packets, in bytes, that a network accepts. Larger ones are dropped and counted, never split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketLimits {
    /// The largest reliable packet.
    pub reliable_bytes: usize,
    /// The largest unreliable packet.
    pub unreliable_bytes: usize,
}

impl PacketLimits {
    /// The limits that satisfy both networks.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            reliable_bytes: self.reliable_bytes.min(other.reliable_bytes),
            unreliable_bytes: self.unreliable_bytes.min(other.unreliable_bytes),
        }
    }

    /// Whether a packet of `bytes` bytes may be sent with this delivery.
    pub fn allow(&self, delivery: Delivery, bytes: usize) -> bool {
        bytes <= self.bytes_max(delivery)
    }

    /// The largest packet of this delivery.
    pub fn bytes_max(&self, delivery: Delivery) -> usize {
        match delivery {
            Delivery::Reliable => self.reliable_bytes,
            Delivery::Unreliable => self.unreliable_bytes,
        }
    }
}
