//! One direction of a link that loses, delays, reorders and duplicates packets.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use super::bottleneck::Bottleneck;
use super::loss::{Loss, probability};
use super::{DELAY_MAX, Impairment, ImpairmentCounts};
use crate::Delivery;
use crate::random::Random;

/// The most packets in flight: 250 speakers for more than a second.
const IN_FLIGHT_MAX: usize = 16 * 1024;

/// How long a receiver may wait before it acknowledges: RFC 9002's `max_ack_delay`.
const ACKNOWLEDGEMENT_DELAY: Duration = Duration::from_millis(25);

/// After this many losses in a row a reliable packet always gets through.
const RETRANSMISSIONS_MAX: u32 = 6;

/// The fate of a pushed packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It will be delivered.
    OnItsWay,
    /// It is unreliable and will not be delivered.
    Lost,
    /// Too many packets are in flight. A reliable one cannot be dropped, so its link is lost.
    Overflowed,
}

/// One direction of a link. `P` is a packet: bytes that can be shared or copied.
///
/// The same packets pushed at the same times come out identically on every machine.
#[derive(Clone, Debug)]
pub struct Impairer<P> {
    delay: Duration,
    jitter: Duration,
    duplicate: f64,
    loss_of_retransmissions: f64,
    loss: Loss,
    bottleneck: Option<Bottleneck>,
    jitter_random: Random,
    duplicate_random: Random,
    retransmission_random: Random,
    in_flight: BinaryHeap<InFlight<P>>,
    pushed: u64,
    /// When the last reliable packet comes out: no other comes before it.
    last_reliable_due: Option<Instant>,
    /// The highest number of an unreliable packet that came out.
    last_unreliable_place: u64,
    counts: ImpairmentCounts,
}

impl<P: AsRef<[u8]> + Clone> Impairer<P> {
    /// A direction with nothing in flight.
    pub fn new(impairment: &Impairment) -> Self {
        Self {
            delay: impairment.delay.min(DELAY_MAX),
            jitter: impairment.jitter.min(DELAY_MAX),
            duplicate: probability(impairment.duplicate_percent),
            loss_of_retransmissions: probability(impairment.loss_percent),
            loss: Loss::new(impairment),
            bottleneck: impairment.rate_limit_bits_per_s.map(Bottleneck::new),
            jitter_random: Random::new(impairment.seed, "jitter"),
            duplicate_random: Random::new(impairment.seed, "duplicate"),
            retransmission_random: Random::new(impairment.seed, "retransmission"),
            in_flight: BinaryHeap::new(),
            pushed: 0,
            last_reliable_due: None,
            last_unreliable_place: 0,
            counts: ImpairmentCounts::default(),
        }
    }

    /// Pushes a packet.
    pub fn push(&mut self, now: Instant, delivery: Delivery, packet: P) -> Fate {
        self.counts.pushed += 1;
        if self.in_flight.len() >= IN_FLIGHT_MAX {
            self.counts.overflowed += 1;
            return Fate::Overflowed;
        }
        let passed = match &mut self.bottleneck {
            Some(bottleneck) => bottleneck.pass(now, delivery, packet.as_ref().len()),
            None => Some(now),
        };
        let Some(passed) = passed else {
            self.counts.congested += 1;
            return Fate::Lost;
        };
        let is_lost = self.loss.loses_next();
        match delivery {
            Delivery::Reliable => self.push_reliable(passed, is_lost, packet),
            Delivery::Unreliable => self.push_unreliable(passed, is_lost, packet),
        }
    }

    /// A packet that is due by `now`.
    pub fn pop(&mut self, now: Instant) -> Option<(Delivery, P)> {
        if self.next_at()? > now {
            return None;
        }
        let InFlight { place, delivery, packet, .. } = self.in_flight.pop()?;
        self.counts.popped += 1;
        if delivery == Delivery::Unreliable {
            if place < self.last_unreliable_place {
                self.counts.reordered += 1;
            }
            self.last_unreliable_place = self.last_unreliable_place.max(place);
        }
        Some((delivery, packet))
    }

    /// When [`pop`](Self::pop) will have the next packet; `None` if none is in flight.
    pub fn next_at(&self) -> Option<Instant> {
        self.in_flight.peek().map(|packet| packet.due)
    }

    /// Delivers every reliable packet now, in order, and loses the others.
    pub fn drain_reliable(&mut self) -> impl Iterator<Item = P> + use<P> {
        self.last_reliable_due = None;
        let mut packets = std::mem::take(&mut self.in_flight).into_sorted_vec();
        packets.reverse();
        let reliable = packets.into_iter().filter(|packet| packet.delivery == Delivery::Reliable);
        reliable.map(|packet| packet.packet)
    }

    /// Loses everything in flight.
    pub fn clear(&mut self) {
        self.in_flight.clear();
        self.last_reliable_due = None;
    }

    /// Counters so far.
    pub fn counts(&self) -> ImpairmentCounts {
        self.counts
    }

    fn push_reliable(&mut self, passed: Instant, is_lost: bool, packet: P) -> Fate {
        let mut due = passed + self.travel_time();
        let mut timeout = self.retransmission_timeout();
        let mut is_lost = is_lost;
        for _ in 0..RETRANSMISSIONS_MAX {
            if !is_lost {
                break;
            }
            self.counts.retransmitted += 1;
            due += timeout;
            timeout *= 2;
            is_lost = self.retransmission_random.chance(self.loss_of_retransmissions);
        }
        let due = self.last_reliable_due.map_or(due, |last| due.max(last));
        self.last_reliable_due = Some(due);
        self.send_off(due, Delivery::Reliable, packet);
        Fate::OnItsWay
    }

    fn push_unreliable(&mut self, passed: Instant, is_lost: bool, packet: P) -> Fate {
        // Drawn for lost packets too, so that loss and jitter do not depend on each other.
        let travel_time = self.travel_time();
        let is_doubled = self.duplicate_random.chance(self.duplicate);
        let travel_time_of_double = self.duplicate_random.unit();
        if is_lost {
            self.counts.lost += 1;
            return Fate::Lost;
        }
        if is_doubled {
            self.counts.duplicated += 1;
            let due = passed + self.delay + self.jitter.mul_f64(travel_time_of_double);
            self.send_off(due, Delivery::Unreliable, packet.clone());
        }
        self.send_off(passed + travel_time, Delivery::Unreliable, packet);
        Fate::OnItsWay
    }

    fn travel_time(&mut self) -> Duration {
        self.delay + self.jitter.mul_f64(self.jitter_random.unit())
    }

    /// How long a sender takes to retransmit: a round trip with this delay in both directions and its variation, as in
    /// the probe timeout of RFC 9002 (section 6.2.1).
    fn retransmission_timeout(&self) -> Duration {
        2 * (self.delay + self.jitter) + ACKNOWLEDGEMENT_DELAY
    }

    fn send_off(&mut self, due: Instant, delivery: Delivery, packet: P) {
        self.pushed += 1;
        self.in_flight.push(InFlight { due, place: self.pushed, delivery, packet });
    }
}

/// A packet in flight. The greatest comes out first: the earliest due, and of those the first pushed.
#[derive(Clone, Debug)]
struct InFlight<P> {
    due: Instant,
    place: u64,
    delivery: Delivery,
    packet: P,
}

impl<P> Ord for InFlight<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.due, other.place).cmp(&(self.due, self.place))
    }
}

impl<P> PartialOrd for InFlight<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> PartialEq for InFlight<P> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<P> Eq for InFlight<P> {}

#[cfg(test)]
mod tests;
