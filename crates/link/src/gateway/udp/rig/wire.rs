//! Datagrams in transit.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::random::Random;

/// The network's treatment of each datagram, in both directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkConditions {
    /// The probability that it is lost, from 0 to 1.
    pub loss: f64,
    /// The probability that it arrives twice, from 0 to 1.
    pub duplication: f64,
    /// The minimum delay.
    pub delay: Duration,
    /// The maximum additional delay, uniformly distributed, so that datagrams overtake each other.
    pub jitter: Duration,
}

impl LinkConditions {
    /// Nothing but 10 ms each way.
    pub const PERFECT: Self =
        Self { loss: 0.0, duplication: 0.0, delay: Duration::from_millis(10), jitter: Duration::ZERO };

    /// One in five is lost, one in twenty doubled, and 20 to 60 ms each way.
    pub const POOR: Self = Self {
        loss: 0.2,
        duplication: 0.05,
        delay: Duration::from_millis(20),
        jitter: Duration::from_millis(40),
    };
}

#[derive(Clone, Debug)]
pub(super) struct Datagram {
    /// The client that sent it or receives it.
    pub(super) client: SocketAddr,
    pub(super) is_to_server: bool,
    pub(super) bytes: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Wire {
    pub(super) conditions: LinkConditions,
    /// Sorted by arrival, and then by the order in which they were sent.
    under_way: BTreeMap<(Instant, u64), Datagram>,
    sent: u64,
    random: Random,
}

impl Wire {
    pub(super) fn new(conditions: LinkConditions, seed: u64) -> Self {
        Self { conditions, under_way: BTreeMap::new(), sent: 0, random: Random::new(seed, "wire") }
    }

    pub(super) fn send(&mut self, now: Instant, datagram: Datagram) {
        if self.random.chance(self.conditions.loss) {
            return;
        }
        if self.random.chance(self.conditions.duplication) {
            self.put(now, datagram.clone());
        }
        self.put(now, datagram);
    }

    pub(super) fn next_arrival(&self) -> Option<Instant> {
        Some(self.under_way.first_key_value()?.0.0)
    }

    /// The next datagram that has arrived by now.
    pub(super) fn take(&mut self, now: Instant) -> Option<Datagram> {
        let first = self.under_way.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    fn put(&mut self, now: Instant, datagram: Datagram) {
        let takes = self.conditions.delay + self.conditions.jitter.mul_f64(self.random.unit());
        self.sent += 1;
        self.under_way.insert((now + takes, self.sent), datagram);
    }
}
