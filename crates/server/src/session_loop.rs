//! The one loop between networks and sessions: packets in, packets out, timers.
//!
//! [`SessionLoop`] holds parts, each with state of its own. [`WorkerState`] has the sessions and the parts that they
//! reach: networks, admission, observers, sinks of relayed voice, the clock. Beside it are the edge and the load.
//! [`Carrying`](carrying::Carrying) does what sessions want done, with that state at one moment. Other tasks borrow the
//! parts that they take, and no others: [`AtEdge`](at_edge::AtEdge) for links into sessions of other workers,
//! [`Following`](following::Following) for nodes that follow sessions here. The methods of the loop go from one to the
//! next; they stand in files named by what they do.

mod at_edge;
mod carrying;
mod clock;
mod edge;
mod ending;
mod event_log;
mod figures;
mod following;
mod join_handler;
mod join_spans;
mod link_arrivals;
mod link_places;
mod link_routes;
mod link_span;
mod member_reports;
mod moderators;
mod numbers;
mod observation;
mod operator_actions;
mod overview;
mod ownership;
mod packets;
mod reachability;
mod recording;
mod refusal_log;
mod sharing;
mod shedding;
mod snapshots;
mod voice_reports;
mod voice_sinks;
mod watchers;
mod webhooks;
mod worker_state;
mod workload;

pub use operator_actions::Expelled;
pub use ownership::Authority;

use std::mem;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_inspector::pcap::PacketSink;
use consonance_link::{PacketLimits, ServerLinkEvent, ServerNetwork};
use consonance_session::ServerStatistics;
use tracing::{Span, error_span};

use crate::copies::{Recipients, SessionCopies};
use crate::directory::Directory;
use crate::networks::{Networks, link_of, to_session_limits};
use crate::session_events::{self, EventSender, SessionEvents};
use crate::sessions::{LinkEnd, Session, SessionsSettings};

use edge::Edge;
pub use numbers::{LoopNumbers, SessionNumbers};
use worker_state::WorkerState;
use workload::Workload;

/// Events taken from one network before the others and the timers get their turn.
const EVENTS_PER_ITERATION: usize = 512;

/// A session that may be another node's is looked at this often.
const IN_DOUBT: Duration = Duration::from_millis(100);

/// One worker's sessions × its networks. A plain struct: nothing here blocks, or asks for the time but to measure
/// itself.
///
/// # How to drive it
///
/// 1. Set it up: [`add_network`](Self::add_network) for each network, and [`set_waker`](Self::set_waker) with a waker
///    that ends the driver's sleep.
/// 2. Call [`run_once`](Self::run_once): it takes what the networks have, runs timers, and sends what follows.
/// 3. Sleep until the time that it returned, the waker, or one of the `descriptors`, but only for a few milliseconds if
///    a network has no waker; then call it again. Calling too often costs time, calling late delays packets.
/// 4. [`shut_down`](Self::shut_down), or [`hand_over`](Self::hand_over) to another process, and go on with 2 until it
///    [`is_idle`](Self::is_idle).
///
/// Everything else may be called between two iterations, with the time of the call; what follows from it for players
/// is carried out at once, and leaves with the next iteration at the latest.
///
/// # What else it does
///
/// [`with_session`](Self::with_session) changes a session, and [`servers`](Self::servers) shows all of them.
/// [`subscribe`](Self::subscribe) tells what happens, [`numbers`](Self::numbers) how much of it there was, and
/// [`inspect`](Self::inspect) how a session is doing. [`reconfigure`](Self::reconfigure) changes settings while
/// sessions run. A driver that measures its load tells it by [`note_load`](Self::note_load).
pub struct SessionLoop {
    state: WorkerState,
    span: Span,
    edge: Edge,
    /// Of one packet, collected again for each.
    recipients: Recipients,
    work: Workload,
    /// Another process takes over the sessions: they do not end here.
    is_handed_over: bool,
    /// Room for a received packet, which is taken out of its network so that the network can send.
    packet: Vec<u8>,
}

impl SessionLoop {
    /// All sessions, without a network yet; see [`Workers`](crate::Workers) for several loops that share them.
    pub fn new(settings: &SessionsSettings) -> Self {
        Self::of_worker(settings, &Arc::new(Directory::new(settings, 1)), 0)
    }

    /// Those sessions that the directory gives to this worker.
    pub(crate) fn of_worker(settings: &SessionsSettings, directory: &Arc<Directory>, number: usize) -> Self {
        let span = error_span!("worker", worker = number);
        Self {
            state: WorkerState::new(settings, directory, number, &span),
            span,
            edge: Edge::default(),
            recipients: Recipients::default(),
            work: Workload::new(settings.shedding),
            is_handed_over: false,
            packet: Vec::new(),
        }
    }

    /// Admits clients of one more network. At most 65 536 networks; more make no sense on one machine.
    pub fn add_network(&mut self, network: Box<dyn ServerNetwork>) {
        let carried = self.state.networks.packet_limits().and(network.limits());
        self.state.networks.push(network);
        self.state.sessions.set_packet_limits(to_session_limits(carried));
    }

    /// The longest packets that every network carries: nothing longer is made here.
    pub fn packet_limits(&self) -> PacketLimits {
        self.state.networks.packet_limits()
    }

    /// Writes every packet down from now on, as it comes from the networks and as it is given to them. Without being
    /// asked for, nothing is written.
    pub fn capture_packets(&mut self, sink: PacketSink) {
        self.state.networks.capture(sink);
    }

    /// Tells from now on what happens in its sessions; up to `waiting_max` events wait to be taken.
    pub fn subscribe(&mut self, waiting_max: usize) -> SessionEvents {
        let (subscriber, events) = session_events::session_events(waiting_max);
        self.state.watchers.add_subscriber(subscriber);
        events
    }

    pub(crate) fn add_subscriber(&mut self, subscriber: EventSender) {
        self.state.watchers.add_subscriber(subscriber);
    }

    /// Asks the networks to wake the driver of the loop.
    pub fn set_waker(&mut self, waker: &Waker) {
        self.state.networks.set_waker(waker);
        self.state.join_handler.set_waker(waker);
        if let Some(edge) = self.edge.links_mut() {
            edge.set_waker(waker.clone());
        }
        if let Some(copies) = &mut self.state.copies {
            copies.receiver().set_waker(waker.clone());
        }
    }

    /// The networks, as they are together.
    pub(crate) fn networks(&self) -> &Networks {
        &self.state.networks
    }

    /// The descriptors that the driver of the loop waits for while it sleeps, besides the waker: one of them is
    /// readable when there is something to do.
    #[cfg(unix)]
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.state.networks.descriptors()
    }

    /// Handles incoming packets, and sends outgoing ones; returns when to call again, unless a waker calls before.
    pub fn run_once(&mut self, now: Instant) -> Option<Instant> {
        self.state.watchers.tell_first_sessions();
        let mut more_waits = false;
        for network in 0..self.state.networks.len() {
            more_waits |= !self.read(network, now);
        }
        self.poll_owners(now);
        self.carrying(now).answer_joins();
        self.run_timers(now);
        self.state.voices.forget_old(now, &mut self.state.sessions);
        let Self { work, edge, state: WorkerState { networks, copies, .. }, .. } = self;
        work.while_sending(|| {
            networks.flush(now);
            edge.flush();
            copies.iter_mut().for_each(SessionCopies::flush);
        });
        self.state.networks.watch_game_servers(now);
        self.state.show(now);
        self.state.join_handler.settle(now);
        if more_waits {
            return Some(now);
        }
        let at = self.state.clock.at(now);
        self.state.sessions.look_at_touched(at);
        let next_timer = self.state.sessions.next_due().map(|at| self.state.clock.moment_of(at));
        let next_look = self.state.watchers.observation().next_look_at();
        let next_sweep = self.state.voices.next_sweep();
        let next_copy = self
            .state
            .copies
            .as_ref()
            .and_then(|copies| copies.look_at)
            .map(|at| self.state.clock.moment_of(at));
        [next_timer, next_look, next_sweep, next_copy, self.state.networks.wants_poll_at()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Applies settings that can change while sessions run: limits, access rules, admission and whether channels are
    /// monitored. No player is disconnected; the other settings stay as they are.
    pub fn reconfigure(&mut self, now: Instant, settings: &SessionsSettings) {
        self.state.join_handler.follow(settings.admission.clone());
        self.state.directory.reconfigure(settings);
        self.state.sessions.reconfigure(settings);
        self.work.set_settings(settings.shedding);
        self.state.voices.set_settings(now, settings.report_buffer);
        self.state.voices.forget_old(now, &mut self.state.sessions);
        self.carrying(now).with_each(|_, _| ());
    }

    /// The span of all log lines of this worker.
    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    pub(crate) fn directory(&self) -> &Arc<Directory> {
        &self.state.directory
    }

    /// The sessions, their networks, and what else they reach.
    pub(crate) fn state(&self) -> &WorkerState {
        &self.state
    }

    /// How many links of this worker's networks are up, over all sessions.
    pub fn links(&self) -> usize {
        self.state.routes.count(|link| !self.state.networks.is_remote(link)) + self.edge.len()
    }

    /// Whether no client is connected any more, on links or on connections that carry something else, too.
    pub fn is_idle(&self) -> bool {
        self.links() == 0 && self.state.networks.connections() == 0
    }

    /// The name, the number of clients and the counters of each session.
    pub fn statistics(&self) -> impl Iterator<Item = (&str, usize, ServerStatistics)> {
        let sessions = self.state.sessions.iter();
        sessions.map(|session| (&*session.name, session.server.clients(), session.server.statistics()))
    }

    /// False if the network has more than its share.
    fn read(&mut self, network: usize, now: Instant) -> bool {
        for _ in 0..EVENTS_PER_ITERATION {
            match self.state.networks.get_mut(network).poll_event(now, &mut self.packet) {
                None => {
                    self.follow_reachability(network, now);
                    return true;
                }
                Some(ServerLinkEvent::Packet { peer, channel: delivery }) => {
                    let packet = mem::take(&mut self.packet);
                    self.handle_packet(now, link_of(network, peer), delivery, &packet);
                    self.packet = packet;
                }
                Some(ServerLinkEvent::Connected { peer, session, remote }) => {
                    self.handle_connected(now, network, peer, &session, remote);
                }
                Some(ServerLinkEvent::Disconnected { peer, reason }) => {
                    self.follow_reachability(network, now);
                    let link = link_of(network, peer);
                    if !self.at_edge(now).disconnect(link, &reason) {
                        self.handle_disconnected(now, link, LinkEnd::from(&reason));
                    }
                }
            }
        }
        false
    }

    fn run_timers(&mut self, now: Instant) {
        let at = self.state.clock.at(now);
        self.state.sessions.look_at_touched(at);
        while let Some(index) = self.state.sessions.pop_due(at) {
            if self.state.sessions.get(index).is_some_and(|session| !session.may_act(now)) {
                self.state.sessions.postpone(index, at + IN_DOUBT);
            } else if self.state.sessions.get(index).is_some_and(Session::has_held) {
                self.handle_held(now, index);
            } else if self.state.sessions.is_over(index, at) {
                self.carrying(now).end(index);
            } else {
                self.state.sessions.get_mut(index).server.handle_timeout(at);
                self.carrying(now).drain(index);
            }
        }
    }
}
