//! A network made worse on purpose, from a seed: loss, bursts, delay, jitter, duplicates, a rate limit.
//!
//! [`Impairer`] is one direction of a link, as a plain structure that is told the time; the simulator and the lab
//! use it as it is.
//! [`ImpairedClient`] puts one on each direction of any client, and of each of its direct links.
//!
//! Reliable packets are delayed, in order, never lost or doubled: where the network loses one, it comes later by the
//! time a sender takes to notice and send it again.

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

/// What one direction of a link does to packets. The default does nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Impairment {
    /// How many of a hundred packets are lost, 0 to 100.
    pub loss_percent: f64,
    /// How many packets in a row are lost on average, at least 1; `None`: each is lost or not by itself.
    ///
    /// The bursts follow Gilbert's model ("Capacity of a burst-noise channel", Bell System Technical Journal 39,
    /// 1960) in its simple form: two states, and every packet of the bad one is lost.
    /// Where so much is lost that shorter bursts are impossible, they are longer than asked.
    pub burst_packets: Option<f64>,
    /// How long every packet takes.
    pub delay: Duration,
    /// What a packet takes in addition: uniform between nothing and this. Unreliable packets overtake each other.
    pub jitter: Duration,
    /// How many of a hundred unreliable packets arrive twice, 0 to 100.
    pub duplicate_percent: f64,
    /// How much passes, in bits per second of packets without the network's headers; `None`: everything at once.
    ///
    /// Packets queue before it for up to half a second; unreliable ones that would wait longer are dropped.
    pub rate_limit_bits_per_s: Option<u64>,
    /// The same seed does the same to the same packets. Each kind of impairment has random numbers of its own, so
    /// that more jitter, say, loses the same packets.
    pub seed: u64,
}

/// What an [`Impairer`] did so far, in packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImpairmentCounts {
    /// Given to it.
    pub pushed: u64,
    /// Came out, duplicates included.
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

/// What a link's end is called when a reliable packet cannot be kept.
fn overloaded() -> DisconnectReason {
    DisconnectReason::Overloaded { queue: "too many reliable packets on the impaired network".to_owned() }
}
