//! The one loop between networks and sessions: packets in, packets out, timers.
//!
//! [`SessionLoop`] holds parts, each with state of its own: the clock, admission, observers, sinks of relayed voice,
//! the edge, the load. A task that takes several parts borrows those, and no others:
//! [`Carrying`](carrying::Carrying) for what sessions want done, [`AtEdge`](at_edge::AtEdge) for links into sessions of
//! other workers, [`Following`](following::Following) for nodes that follow sessions here. The methods of the loop go
//! from one to the next; they stand in files named by what they do.

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
mod workload;

pub use operator_actions::Expelled;
pub use ownership::Authority;

use std::mem;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_link::{PacketLimits, ServerLinkEvent, ServerNetwork};
use consonance_pcap::PacketSink;
use consonance_session::ServerStatistics;
use tracing::{Span, error_span};

use crate::copies::{Recipients, SessionCopies};
use crate::directory::Directory;
use crate::networks::{Networks, link_of, to_session_limits};
use crate::node_addresses::NodeAddresses;
use crate::session_events::{self, EventSender, SessionEvents};
use crate::sessions::{LinkEnd, Session, Sessions, SessionsSettings};

use clock::LoopClock;
use edge::Edge;
use join_handler::JoinHandler;
use link_routes::LinkRoutes;
pub use numbers::{LoopNumbers, SessionNumbers};
use voice_sinks::VoiceSinks;
use watchers::Watchers;
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
    directory: Arc<Directory>,
    /// The number of this worker in the directory.
    number: usize,
    span: Span,
    networks: Networks,
    sessions: Sessions,
    routes: LinkRoutes,
    join_handler: JoinHandler,
    edge: Edge,
    /// Copies of sessions of other nodes, where there are any.
    copies: Option<SessionCopies>,
    node_addresses: NodeAddresses,
    /// Of one packet, collected again for each.
    recipients: Recipients,
    clock: LoopClock,
    watchers: Watchers,
    voices: VoiceSinks,
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
        let mut sessions = Sessions::new(settings, span.clone());
        let mut untold_sessions = Vec::new();
        for (index, name) in settings.names().iter().enumerate() {
            if directory.worker_of(name) == Some(number)
                && let Some(id) = directory.id_of(name)
            {
                sessions.start_configured(name, index, id);
                untold_sessions.push(name.clone());
            }
        }
        Self {
            directory: Arc::clone(directory),
            number,
            span,
            networks: Networks::default(),
            sessions,
            routes: LinkRoutes::default(),
            join_handler: JoinHandler::new(settings),
            edge: Edge::default(),
            copies: None,
            node_addresses: NodeAddresses::default(),
            recipients: Recipients::default(),
            clock: LoopClock::default(),
            watchers: Watchers::new(settings.webhooks.clone(), untold_sessions),
            voices: VoiceSinks::new(settings.report_buffer),
            work: Workload::new(settings.shedding),
            is_handed_over: false,
            packet: Vec::new(),
        }
    }

    /// Admits clients of one more network. At most 65 536 networks; more make no sense on one machine.
    pub fn add_network(&mut self, network: Box<dyn ServerNetwork>) {
        let carried = self.networks.packet_limits().and(network.limits());
        self.networks.push(network);
        self.sessions.set_packet_limits(to_session_limits(carried));
    }

    /// The longest packets that every network carries: nothing longer is made here.
    pub fn packet_limits(&self) -> PacketLimits {
        self.networks.packet_limits()
    }

    /// Writes every packet down from now on, as it comes from the networks and as it is given to them. Without being
    /// asked for, nothing is written.
    pub fn capture_packets(&mut self, sink: PacketSink) {
        self.networks.capture(sink);
    }

    /// Tells from now on what happens in its sessions; up to `waiting_max` events wait to be taken.
    pub fn subscribe(&mut self, waiting_max: usize) -> SessionEvents {
        let (subscriber, events) = session_events::session_events(waiting_max);
        self.watchers.add_subscriber(subscriber);
        events
    }

    pub(crate) fn add_subscriber(&mut self, subscriber: EventSender) {
        self.watchers.add_subscriber(subscriber);
    }

    /// Asks the networks to wake the driver of the loop.
    pub fn set_waker(&mut self, waker: &Waker) {
        self.networks.set_waker(waker);
        self.join_handler.set_waker(waker);
        if let Some(edge) = self.edge.links_mut() {
            edge.set_waker(waker.clone());
        }
        if let Some(copies) = &mut self.copies {
            copies.receiver().set_waker(waker.clone());
        }
    }

    /// The networks, as they are together.
    pub(crate) fn networks(&self) -> &Networks {
        &self.networks
    }

    /// The descriptors that the driver of the loop waits for while it sleeps, besides the waker: one of them is
    /// readable when there is something to do.
    #[cfg(unix)]
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.networks.descriptors()
    }

    /// Handles incoming packets, and sends outgoing ones; returns when to call again, unless a waker calls before.
    pub fn run_once(&mut self, now: Instant) -> Option<Instant> {
        self.watchers.tell_first_sessions();
        let mut more_waits = false;
        for network in 0..self.networks.len() {
            more_waits |= !self.read(network, now);
        }
        self.poll_owners(now);
        self.carrying(now).answer_joins();
        self.run_timers(now);
        self.voices.forget_old(now, &mut self.sessions);
        let Self { work, networks, edge, copies, .. } = self;
        work.while_sending(|| {
            networks.flush(now);
            edge.flush();
            copies.iter_mut().for_each(SessionCopies::flush);
        });
        self.networks.watch_game_servers(now);
        self.show(now);
        self.join_handler.settle(now);
        if more_waits {
            return Some(now);
        }
        let at = self.clock.at(now);
        self.sessions.look_at_touched(at);
        let next_timer = self.sessions.next_due().map(|at| self.clock.moment_of(at));
        let next_look = self.watchers.observation().next_look_at();
        let next_sweep = self.voices.next_sweep();
        let next_copy =
            self.copies.as_ref().and_then(|copies| copies.look_at).map(|at| self.clock.moment_of(at));
        [next_timer, next_look, next_sweep, next_copy, self.networks.wants_poll_at()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Applies settings that can change while sessions run: limits, access rules, admission and whether channels are
    /// monitored. No player is disconnected; the other settings stay as they are.
    pub fn reconfigure(&mut self, now: Instant, settings: &SessionsSettings) {
        self.join_handler.follow(settings.admission.clone());
        self.directory.reconfigure(settings);
        self.sessions.reconfigure(settings);
        self.work.set_settings(settings.shedding);
        self.voices.set_settings(now, settings.report_buffer);
        self.voices.forget_old(now, &mut self.sessions);
        self.carrying(now).with_each(|_, _| ());
    }

    /// The span of all log lines of this worker.
    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    pub(crate) fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// How many links of this worker's networks are up, over all sessions.
    pub fn links(&self) -> usize {
        self.routes.count(|link| !self.networks.is_remote(link)) + self.edge.len()
    }

    /// Whether no client is connected any more, on links or on connections that carry something else, too.
    pub fn is_idle(&self) -> bool {
        self.links() == 0 && self.networks.connections() == 0
    }

    /// The name, the number of clients and the counters of each session.
    pub fn statistics(&self) -> impl Iterator<Item = (&str, usize, ServerStatistics)> {
        let sessions = self.sessions.iter();
        sessions.map(|session| (&*session.name, session.server.clients(), session.server.statistics()))
    }

    /// False if the network has more than its share.
    fn read(&mut self, network: usize, now: Instant) -> bool {
        for _ in 0..EVENTS_PER_ITERATION {
            match self.networks.get_mut(network).poll_event(now, &mut self.packet) {
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
        let at = self.clock.at(now);
        self.sessions.look_at_touched(at);
        while let Some(index) = self.sessions.pop_due(at) {
            if self.sessions.get(index).is_some_and(|session| !session.may_act(now)) {
                self.sessions.postpone(index, at + IN_DOUBT);
            } else if self.sessions.get(index).is_some_and(Session::has_held) {
                self.handle_held(now, index);
            } else if self.sessions.is_over(index, at) {
                self.carrying(now).end(index);
            } else {
                self.sessions.get_mut(index).server.handle_timeout(at);
                self.carrying(now).drain(index);
            }
        }
    }
}
