//! The order of polling: clients and upstreams take turns, each with a bounded share.

use std::collections::VecDeque;
use std::time::Instant;

use crate::{ClientNetwork, MessageChannel, Peer, ServerNetwork};

use super::player::UpstreamLeg;
use super::{Proxy, watching};
use crate::gateway::readiness::Ready;
use crate::gateway::{EnvelopeEnd as _, EnvelopeKind};

/// The progress of the current turn.
#[derive(Debug, Default)]
pub(super) struct PollOrder {
    stage: Stage,
    /// Upstreams that have or may have something, each once.
    ready: VecDeque<Peer>,
    /// Upstreams that were found ready after the turn of the clients.
    found: Vec<Peer>,
    seen: Vec<Ready>,
    /// The last turn ended before it had taken everything.
    more_waits_since: Option<Instant>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    /// The next call begins a turn.
    #[default]
    Over,
    /// This many more events of clients.
    Clients(u32),
    /// This many more events of all upstreams, and of the first one that is ready.
    Upstreams { all: u32, first: u32 },
}

/// The part of a player that a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The connection to the game's server.
    Upstream,
    /// The envelope.
    Envelope,
    /// The connection to the game's server has to be up by now.
    Deadline,
}

impl PollOrder {
    /// The time since which there is work that no waker will announce.
    pub(super) fn more_waits_since(&self) -> Option<Instant> {
        self.more_waits_since
    }
}

impl<G: ServerNetwork<MessageChannel>, C: ClientNetwork<MessageChannel>, E: EnvelopeKind> Proxy<G, C, E> {
    /// Handles one event of a client or an upstream. False when the turn is over: there is nothing more, or enough for
    /// now.
    pub(super) fn step(&mut self, now: Instant) -> bool {
        match self.poll_order.stage {
            Stage::Over => {
                if let Some((peer, timer)) = self.timers.pop(now) {
                    self.ring(now, peer, timer);
                } else {
                    self.poll_order.more_waits_since = None;
                    self.poll_order.stage = Stage::Clients(CLIENT_EVENTS_PER_TURN);
                }
            }
            Stage::Clients(0) => {
                self.poll_order.more_waits_since = Some(now);
                self.begin_upstreams();
            }
            Stage::Clients(left) => {
                if self.poll_clients(now) {
                    self.poll_order.stage = Stage::Clients(left - 1);
                } else {
                    self.begin_upstreams();
                }
            }
            Stage::Upstreams { all, first } => match self.poll_order.ready.front() {
                None => return self.end_turn(now),
                Some(_) if all == 0 => {
                    self.poll_order.more_waits_since = Some(now);
                    return self.end_turn(now);
                }
                Some(&peer) => self.step_upstream(now, peer, all, first),
            },
        }
        true
    }

    /// This player's upstream is polled in this turn, or in the next one if this one is over.
    pub(super) fn mark_ready(&mut self, peer: Peer) {
        if let Some(player) = self.players.get_mut(&peer).filter(|player| !player.is_ready) {
            player.is_ready = true;
            self.poll_order.ready.push_back(peer);
        }
    }

    fn begin_upstreams(&mut self) {
        let mut found = std::mem::take(&mut self.poll_order.found);
        let mut seen = std::mem::take(&mut self.poll_order.seen);
        self.readiness.look(&mut seen);
        found.extend(seen.drain(..).filter_map(watching::upstream_of));
        self.wakers.take(|peer| found.push(peer));
        found.drain(..).for_each(|peer| self.mark_ready(peer));
        (self.poll_order.found, self.poll_order.seen) = (found, seen);
        self.poll_order.stage =
            Stage::Upstreams { all: UPSTREAM_EVENTS_PER_TURN, first: EVENTS_PER_UPSTREAM };
    }

    fn step_upstream(&mut self, now: Instant, peer: Peer, all: u32, first: u32) {
        let has_more = self.poll_upstream(now, peer);
        if has_more && first > 1 {
            self.poll_order.stage = Stage::Upstreams { all: all - 1, first: first - 1 };
            return;
        }
        self.poll_order.stage = Stage::Upstreams { all: all - 1, first: EVENTS_PER_UPSTREAM };
        self.poll_order.ready.pop_front();
        if let Some(player) = self.players.get_mut(&peer) {
            player.is_ready = has_more;
            if has_more {
                self.poll_order.ready.push_back(peer);
            }
        }
    }

    /// Sends the messages from upstreams to their clients, and ends the turn. Always false.
    fn end_turn(&mut self, now: Instant) -> bool {
        self.clients.flush(now);
        self.poll_order.stage = Stage::Over;
        false
    }

    /// A timer has expired.
    fn ring(&mut self, now: Instant, peer: Peer, timer: Timer) {
        let Some(player) = self.players.get_mut(&peer) else { return };
        match timer {
            Timer::Upstream => self.mark_ready(peer),
            Timer::Deadline if matches!(player.upstream, UpstreamLeg::Connecting(_)) => {
                self.give_up(now, peer);
            }
            Timer::Deadline => {}
            Timer::Envelope => {
                player.envelope.handle_timeout(now, &mut self.parts);
                self.settle(now, peer);
            }
        }
    }
}

/// The most events of clients before upstreams have their turn.
const CLIENT_EVENTS_PER_TURN: u32 = 512;
/// The most events of all upstreams before the driver does something else.
const UPSTREAM_EVENTS_PER_TURN: u32 = 2048;
/// The most events of one upstream before the next one has its turn.
const EVENTS_PER_UPSTREAM: u32 = 64;
