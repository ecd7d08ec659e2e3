//! The minimum work of any relay, as bare loops: a baseline for the session engine.

use std::hint::black_box;
use std::time::{Duration, Instant};

use consonance_session::{Delivery, LinkId};

use super::session::send_to;

/// A table of links by client number, and nothing else.
pub(crate) struct BareRelay {
    links: Vec<LinkId>,
    to: Vec<LinkId>,
}

impl BareRelay {
    pub(crate) fn new(clients: u16) -> Self {
        Self { links: (1..=u64::from(clients)).map(LinkId).collect(), to: Vec::new() }
    }

    /// Packets out per second: looks up each destination's link, and writes what would be sent to it.
    pub(crate) fn packets_per_s(&mut self, destinations: &[u16], packet: &[u8], time: Duration) -> f64 {
        let (start, mut packets) = (Instant::now(), 0);
        while start.elapsed() < time {
            for _ in 0..FRAMES_PER_LOOK_AT_THE_CLOCK {
                self.list(black_box(destinations));
                send_to(&self.to, Delivery::Unreliable, packet);
            }
            packets += FRAMES_PER_LOOK_AT_THE_CLOCK * self.to.len();
        }
        packets as f64 / start.elapsed().as_secs_f64()
    }

    /// The time to list the links of these clients, in nanoseconds.
    pub(crate) fn ns_per_list(&mut self, destinations: &[u16], time: Duration) -> f64 {
        let (start, mut lists) = (Instant::now(), 0);
        while start.elapsed() < time {
            for _ in 0..FRAMES_PER_LOOK_AT_THE_CLOCK {
                self.list(black_box(destinations));
                black_box(&self.to);
            }
            lists += FRAMES_PER_LOOK_AT_THE_CLOCK;
        }
        start.elapsed().as_nanos() as f64 / lists as f64
    }

    fn list(&mut self, destinations: &[u16]) {
        self.to.clear();
        for client in destinations {
            if let Some(link) = self.links.get(usize::from(*client)) {
                self.to.push(*link);
            }
        }
    }
}

const FRAMES_PER_LOOK_AT_THE_CLOCK: usize = 1000;
