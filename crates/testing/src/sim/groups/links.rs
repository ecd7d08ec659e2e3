//! The links between players and the server: reliable packets arrive in order or the link ends; others are lost, and
//! overtake each other.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_session::{Delivery, LinkId};

use crate::sim::dice::Dice;
use crate::sim::transcript::Transcript;

/// From a player to the server, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// The output of a link at one end.
#[derive(Debug)]
pub(super) enum Arrival {
    Packet(Delivery, Vec<u8>),
    /// The other end has closed it.
    End,
}

#[derive(Debug)]
pub(super) struct Links {
    by_id: BTreeMap<LinkId, Link>,
    next: u64,
    dice: Dice,
    pub(super) transcript: Transcript,
}

#[derive(Debug)]
struct Link {
    latency: Duration,
    jitter: Duration,
    /// A packet that is not reliable is lost; a reliable one takes two times longer.
    loss_per_million: u32,
    up: Lane,
    down: Lane,
    stalled_until: Duration,
    /// Nothing gets through any more, and each end notices at some time.
    broken: Option<[Option<Duration>; 2]>,
}

#[derive(Debug, Default)]
struct Lane {
    queue: BTreeMap<(Duration, u64), Arrival>,
    sent: u64,
    /// The arrival time of the last reliable packet.
    in_order_from: Duration,
}

/// The limit of packets that wait in one direction: more means that no end reads them.
pub(super) const LANE_MAX: usize = 20_000;

impl Links {
    pub(super) fn new(dice: Dice) -> Self {
        Self { by_id: BTreeMap::new(), next: 1, dice, transcript: Transcript::default() }
    }

    pub(super) fn open(&mut self) -> LinkId {
        let link = LinkId(self.next);
        self.next += 1;
        let is_clean = self.dice.chance(500_000);
        self.by_id.insert(
            link,
            Link {
                latency: self.dice.millis(5, 150),
                jitter: self.dice.millis(0, 20),
                loss_per_million: if is_clean { 0 } else { self.dice.below(60_000) as u32 },
                up: Lane::default(),
                down: Lane::default(),
                stalled_until: Duration::ZERO,
                broken: None,
            },
        );
        link
    }

    /// Whether packets get through.
    pub(super) fn is_up(&self, link: LinkId, now: Duration) -> bool {
        self.by_id.get(&link).is_some_and(|it| it.broken.is_none() && it.stalled_until <= now)
    }

    /// Whether an end has not noticed yet that its link is broken.
    pub(super) fn is_one_broken(&self) -> bool {
        let ends = self.by_id.values().filter_map(|link| link.broken.as_ref());
        ends.flatten().any(Option::is_some)
    }

    /// The longest delay of a packet, including a retransmission after a loss.
    pub(super) fn longest_way(&self, link: LinkId) -> Duration {
        self.by_id.get(&link).map_or(Duration::ZERO, |link| {
            let times = if link.loss_per_million > 0 { 3 } else { 1 };
            link.latency * times + link.jitter
        })
    }

    pub(super) fn stall(&mut self, link: LinkId, until: Duration) {
        if let Some(link) = self.by_id.get_mut(&link) {
            link.stalled_until = until;
        }
    }

    /// Ends all stalls.
    pub(super) fn calm(&mut self) {
        for link in self.by_id.values_mut() {
            link.stalled_until = Duration::ZERO;
        }
    }

    /// Breaks a link: packets in flight vanish; the player's end and the server's end notice at these times.
    pub(super) fn break_off(&mut self, link: LinkId, client_at: Duration, server_at: Duration) {
        if let Some(link) = self.by_id.get_mut(&link) {
            link.broken = Some([Some(client_at), Some(server_at)]);
            link.up.queue.clear();
            link.down.queue.clear();
        }
    }

    pub(super) fn send(
        &mut self,
        now: Duration,
        link: LinkId,
        way: Way,
        delivery: Delivery,
        packet: Vec<u8>,
    ) {
        let over = link.0 << 1 | u64::from(way == Way::Up);
        self.transcript.note_sealed(now.as_micros() as u64, over, delivery, packet.len());
        let Some(link) = self.by_id.get_mut(&link).filter(|link| link.broken.is_none()) else { return };
        let is_lost = self.dice.chance(link.loss_per_million);
        if is_lost && delivery == Delivery::Unreliable {
            return;
        }
        let again = if is_lost { link.latency * 2 } else { Duration::ZERO };
        let jitter = Duration::from_micros(self.dice.below(link.jitter.as_micros() as u64 + 1));
        let at = now + link.latency + jitter + again;
        link.lane(way).push(at, delivery, Arrival::Packet(delivery, packet));
    }

    /// One end closes the link after what it has sent.
    pub(super) fn close(&mut self, now: Duration, link: LinkId, way: Way) {
        let Some(link) = self.by_id.get_mut(&link) else { return };
        let at = now + link.latency;
        link.lane(way).push(at, Delivery::Reliable, Arrival::End);
    }

    /// The next arrival at one end of some link.
    pub(super) fn arrived(&mut self, now: Duration, way: Way) -> Option<(LinkId, Arrival)> {
        for (id, link) in &mut self.by_id {
            let end = usize::from(way == Way::Up);
            if let Some(broken) = &mut link.broken {
                if broken[end].take_if(|at| *at <= now).is_some() {
                    return Some((*id, Arrival::End));
                }
                continue;
            }
            if link.stalled_until > now {
                continue;
            }
            let lane = link.lane(way);
            if lane.queue.first_key_value().is_some_and(|((at, _), _)| *at <= now) {
                return lane.queue.pop_first().map(|(_, arrival)| (*id, arrival));
            }
        }
        None
    }

    /// The time of the next arrival on any link, stalled or not.
    pub(super) fn next_arrival(&self) -> Option<Duration> {
        let lanes = self.by_id.values().flat_map(|link| [&link.up, &link.down]);
        lanes.filter_map(|lane| lane.queue.first_key_value().map(|((at, _), _)| *at)).min()
    }

    /// Removes links that both ends have given up.
    pub(super) fn forget(&mut self, is_in_use: impl Fn(LinkId) -> bool) {
        self.by_id.retain(|id, link| {
            let is_awaited = match &link.broken {
                Some(ends) => ends.iter().any(Option::is_some),
                None => !link.up.queue.is_empty() || !link.down.queue.is_empty(),
            };
            is_awaited || is_in_use(*id)
        });
    }

    /// The most packets that wait in one direction.
    pub(super) fn longest_queue(&self) -> usize {
        let lanes = self.by_id.values().flat_map(|link| [&link.up, &link.down]);
        lanes.map(|lane| lane.queue.len()).max().unwrap_or(0)
    }
}

impl Link {
    fn lane(&mut self, way: Way) -> &mut Lane {
        match way {
            Way::Up => &mut self.up,
            Way::Down => &mut self.down,
        }
    }
}

impl Lane {
    fn push(&mut self, at: Duration, delivery: Delivery, arrival: Arrival) {
        self.sent += 1;
        let at = if delivery == Delivery::Reliable { at.max(self.in_order_from) } else { at };
        if delivery == Delivery::Reliable {
            self.in_order_from = at;
        }
        self.queue.insert((at, self.sent), arrival);
    }
}
