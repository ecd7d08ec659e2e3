//! The order of polling: clients and upstreams take turns, each with a bounded share.

use std::collections::VecDeque;
use std::time::Instant;

use crate::Peer;

/// The progress of the current turn, and the upstreams that have something.
#[derive(Debug)]
pub(super) struct PollOrder {
    phase: Phase,
    /// Upstreams that have or may have something, each once.
    ready: VecDeque<Peer>,
    /// The last turn ended before it had taken everything.
    more_waits_since: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// This many more events of clients.
    Clients(u32),
    /// This many more events of all upstreams, and of the first one that is ready.
    Upstreams { all: u32, first: u32, clients_wait: bool },
}

impl PollOrder {
    /// Takes one event of a client out of the share of clients; false if the upstreams have their turn.
    pub(super) fn take_client_share(&mut self) -> bool {
        match &mut self.phase {
            Phase::Clients(0) | Phase::Upstreams { .. } => false,
            Phase::Clients(left) => {
                *left -= 1;
                true
            }
        }
    }

    /// Begins the turn of the upstreams; false if it has begun.
    pub(super) fn begin_upstreams(&mut self) -> bool {
        let Phase::Clients(left) = self.phase else { return false };
        self.phase = Phase::Upstreams {
            all: UPSTREAM_EVENTS_PER_TURN,
            first: EVENTS_PER_UPSTREAM,
            clients_wait: left == 0,
        };
        true
    }

    /// Appends an upstream that is not in the queue.
    pub(super) fn push(&mut self, peer: Peer) {
        self.ready.push_back(peer);
    }

    /// The upstream to poll; `None` if the turn is over: there is nothing more, or enough for now.
    pub(super) fn next(&self) -> Option<Peer> {
        match self.phase {
            Phase::Upstreams { all: 1.., .. } => self.ready.front().copied(),
            Phase::Upstreams { .. } | Phase::Clients(_) => None,
        }
    }

    /// The [next](Self::next) upstream was polled, and may have more. Returns whether it is still in the queue.
    pub(super) fn polled(&mut self, has_more: bool) -> bool {
        let Phase::Upstreams { all, first, .. } = &mut self.phase else { return false };
        *all = all.saturating_sub(1);
        if has_more && *first > 1 {
            *first -= 1;
            return true;
        }
        *first = EVENTS_PER_UPSTREAM;
        let polled = self.ready.pop_front();
        self.ready.extend(polled.filter(|_| has_more));
        has_more
    }

    /// Ends the turn.
    pub(super) fn end_turn(&mut self, now: Instant) {
        let clients_wait = matches!(self.phase, Phase::Upstreams { clients_wait: true, .. });
        self.more_waits_since = (clients_wait || !self.ready.is_empty()).then_some(now);
        self.phase = Phase::Clients(CLIENT_EVENTS_PER_TURN);
    }

    /// The time since which there is work that no waker will announce.
    pub(super) fn more_waits_since(&self) -> Option<Instant> {
        self.more_waits_since
    }
}

impl Default for PollOrder {
    fn default() -> Self {
        Self { phase: Phase::Clients(CLIENT_EVENTS_PER_TURN), ready: VecDeque::new(), more_waits_since: None }
    }
}

/// The most events of clients before upstreams have their turn.
const CLIENT_EVENTS_PER_TURN: u32 = 512;
/// The most events of all upstreams before the driver does something else.
const UPSTREAM_EVENTS_PER_TURN: u32 = 2048;
/// The most events of one upstream before the next one has its turn.
const EVENTS_PER_UPSTREAM: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_go_first_until_their_share_is_used_up() {
        let (mut order, now) = (PollOrder::default(), Instant::now());
        order.push(Peer(1));
        assert_eq!(order.next(), None, "it is the clients' turn");
        assert_eq!((0..1000).filter(|_| order.take_client_share()).count(), 512);
        assert!(order.begin_upstreams());
        assert!(!order.take_client_share() && !order.begin_upstreams());
        assert_eq!(order.next(), Some(Peer(1)));
        assert!(!order.polled(false));
        assert_eq!(order.next(), None);
        order.end_turn(now);
        assert_eq!(order.more_waits_since(), Some(now), "clients may have more");
        assert!(order.take_client_share());
    }

    #[test]
    fn an_upstream_with_many_events_lets_the_others_have_theirs() {
        let mut order = begun();
        order.push(Peer(1));
        order.push(Peer(2));
        let polled: Vec<_> = (0..200).map_while(|_| next(&mut order, |_| true)).collect();
        let turns: Vec<_> = polled.chunk_by(PartialEq::eq).map(|turn| (turn[0], turn.len())).collect();
        assert_eq!(turns, [(1, 64), (2, 64), (1, 64), (2, 8)]);
    }

    #[test]
    fn a_turn_ends_when_it_has_taken_everything_or_its_share() {
        let (mut order, now) = (begun(), Instant::now());
        order.push(Peer(1));
        order.push(Peer(2));
        assert_eq!(std::iter::from_fn(|| next(&mut order, |_| false)).collect::<Vec<_>>(), [1, 2]);
        order.end_turn(now);
        assert_eq!(order.more_waits_since(), None);

        order.push(Peer(3));
        order.begin_upstreams();
        assert_eq!(std::iter::from_fn(|| next(&mut order, |_| true)).count(), 2048);
        order.end_turn(now);
        assert_eq!(order.more_waits_since(), Some(now));
    }

    fn begun() -> PollOrder {
        let mut order = PollOrder::default();
        order.begin_upstreams();
        order
    }

    /// Polls the next upstream, which has more or not.
    fn next(order: &mut PollOrder, has_more: impl FnOnce(u64) -> bool) -> Option<u64> {
        let Peer(peer) = order.next()?;
        order.polled(has_more(peer));
        Some(peer)
    }
}
