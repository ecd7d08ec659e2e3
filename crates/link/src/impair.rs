//! A network impaired on purpose, from a seed: loss, bursts, delay, jitter, duplicates, a rate limit.
//!
//! [`Impairer`] is one direction of a link, as a plain structure that is told the time; the simulator and the lab use
//! it directly. [`ImpairedClient`] puts one on each direction of any client, and of each of its direct links.
//!
//! Reliable packets are delayed, in order, never lost or duplicated: if the network loses one, it arrives later by the
//! time that a sender needs to notice and retransmit it.

mod bottleneck;
mod client;
mod direct;
mod impairer;
mod loss;

use std::time::Duration;

use crate::DisconnectReason;

pub use client::ImpairedClient;
pub use impairer::{Fate, Impairer};

/// The longest delay and the longest jitter. Longer ones count as this.
pub const DELAY_MAX: Duration = Duration::from_mins(1);

/// The impairment of packets in one direction of a link. The default does nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Impairment {
    /// The share of lost packets, in percent, 0 to 100.
    pub loss_percent: f64,
    /// The average length of a burst of losses in packets, at least 1; `None`: losses are independent.
    ///
    /// The bursts follow Gilbert's model ("Capacity of a burst-noise channel", Bell System Technical Journal 39,
    /// 1960) in its simple form: two states, and every packet of the bad one is lost.
    /// If the loss is too high for such short bursts, they are longer.
    pub burst_packets: Option<f64>,
    /// The delay of every packet.
    pub delay: Duration,
    /// The largest added delay of a packet, uniform from zero. Unreliable packets overtake each other.
    pub jitter: Duration,
    /// The share of unreliable packets that arrive twice, in percent, 0 to 100.
    pub duplicate_percent: f64,
    /// The rate limit, in bits per second of packets without the network's headers; `None`: no limit.
    ///
    /// Packets queue for it for up to half a second; unreliable ones that would wait longer are dropped.
    pub rate_limit_bits_per_s: Option<u64>,
    /// The same seed has the same effect on the same packets. Each kind of impairment has its own random numbers, so
    /// that, for example, more jitter loses the same packets.
    pub seed: u64,
}

/// Counters of an [`Impairer`], in packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImpairmentCounts {
    /// Pushed.
    pub pushed: u64,
    /// Popped, duplicates included.
    pub popped: u64,
    /// Unreliable packets lost.
    pub lost: u64,
    /// Unreliable packets dropped because the queue before the rate limit was too long.
    pub congested: u64,
    /// Unreliable packets that came out twice.
    pub duplicated: u64,
    /// Unreliable packets that came out after one that was pushed later.
    pub reordered: u64,
    /// Times a reliable packet was lost and sent again.
    pub retransmitted: u64,
    /// Rejected because too many were in flight.
    pub overflowed: u64,
}

/// The reason for a link's end when a reliable packet cannot be queued.
fn overloaded() -> DisconnectReason {
    DisconnectReason::Overloaded { queue: "too many reliable packets on the impaired network".to_owned() }
}
