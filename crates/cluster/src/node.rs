//! One node of a cluster: the owner of each session, and the messages between this node and the others.

mod announcement;
mod answering;
mod beat;
mod event;
mod exchange;
mod lease;
mod queries;
mod query_message;
mod requests;
mod settings;
mod statistics;
mod status;
#[cfg(test)]
mod tests;
mod view;
mod woken_queue;

use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;
use std::time::Instant;

pub use beat::{NodeInfo, OLDEST_PROTOCOL, PROTOCOL};
pub use event::NodeEvent;
pub use lease::NodeLease;
pub use queries::{
    ANSWER_BYTES_MAX, NodeQueries, NodeQuestion, PendingAnswer, QUERY_TIMEOUT, QUESTION_BYTES_MAX, QueryError,
};
pub use requests::NodeRequests;
pub use settings::NodeSettings;
pub use statistics::NodeStatistics;
pub use status::ClusterStatus;
pub use view::{ClusterView, NodeState, NodeView};

use crate::message::BusMessageError;
use crate::nodes::{BusWay, NodeGateway, NodeWorkers, WAYS};
use crate::placement::{
    FORGOTTEN, NodeId, Placement, PlacementEvent, Revision, SessionPlace, SessionRecord, StoreAnswer,
    StoreRequest,
};
use announcement::Announcement;
use beat::Beat;
use exchange::Exchange;
use requests::NodeRequest;
use view::Other;

/// The logic of a cluster node, without the network between nodes.
///
/// A plain struct without I/O: input from the bus and the store, and the time, are arguments; messages to publish,
/// requests to the store, and events are drained.
#[derive(Debug)]
pub struct ClusterNode {
    own: NodeId,
    info: NodeInfo,
    placement: Placement,
    gateway: NodeGateway,
    others: BTreeMap<NodeId, Other>,
    lease: NodeLease,
    requests: NodeRequests,
    queries: NodeQueries,
    exchange: Exchange,
    events: VecDeque<NodeEvent>,
    takeovers: u64,
    /// Records of sessions that this node owns, of which the others have not been told yet.
    announcements: VecDeque<(Box<str>, SessionRecord, Revision)>,
    buffer: Vec<u8>,
}

/// A message to publish, and the nodes that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication<'a> {
    /// A beat, for all nodes, this one included.
    Beat(&'a [u8]),
    /// The announcement that this node owns a session, for all nodes.
    Announcement(&'a [u8]),
    /// A bundle, for this node.
    Bundle(NodeId, &'a [u8]),
    /// A question or an answer, for this node.
    Query(NodeId, &'a [u8]),
}

impl ClusterNode {
    /// Creates a node with this many workers; `buses` holds the gateway's end of each bus.
    pub fn new(now: Instant, own: NodeId, info: NodeInfo, workers: u16, buses: [BusWay; WAYS]) -> Self {
        Self {
            own,
            info,
            placement: Placement::new(now, own),
            gateway: NodeGateway::new(own, workers, buses),
            others: BTreeMap::new(),
            lease: NodeLease::new(now),
            requests: NodeRequests::default(),
            queries: NodeQueries::default(),
            exchange: Exchange::default(),
            events: VecDeque::new(),
            takeovers: 0,
            announcements: VecDeque::new(),
            buffer: Vec::new(),
        }
    }

    /// Sets the address at which clients reach this node, which the others are told (empty if it is not known), and
    /// whether sessions are shared with nodes of other regions.
    pub fn set_address(&mut self, address: &str, spans_regions: bool) {
        self.info.address = address.into();
        let info = self.info.clone();
        self.events.push_back(NodeEvent::SelfInfo { node: self.own, info, spans_regions });
    }

    /// For the workers: whether this node may decide.
    pub fn lease(&self) -> NodeLease {
        self.lease.clone()
    }

    /// For the workers: the numbers of all workers on the buses.
    pub fn workers(&self) -> NodeWorkers {
        self.gateway.workers()
    }

    /// For the workers: a handle for their requests to this node.
    pub fn requests(&self) -> NodeRequests {
        self.requests.clone()
    }

    /// For any thread: a handle for this node's view of its cluster and for questions to other nodes.
    pub fn queries(&self) -> NodeQueries {
        self.queries.clone()
    }

    /// Asks to be woken when workers have something for this node or for others;
    /// [`handle_timeout`](Self::handle_timeout) is to be called then.
    pub fn set_waker(&mut self, waker: &Waker) {
        self.gateway.set_waker(waker);
        self.requests.set_waker(waker.clone());
        self.queries.set_waker(waker.clone());
    }

    /// The bus was lost, or is back.
    pub fn handle_bus(&mut self, now: Instant, is_there: bool) {
        self.placement.handle_bus(now, is_there);
        self.follow();
    }

    /// A beat arrived.
    ///
    /// # Errors
    /// [`BusMessageError`] if it cannot be read.
    pub fn handle_beat(&mut self, now: Instant, bytes: &[u8]) -> Result<(), BusMessageError> {
        let beat = Beat::read(bytes)?;
        let is_compatible = beat.is_compatible();
        if is_compatible && beat.is_last {
            // Its loss is reported when it counts as silent.
            self.placement.handle_last_beat(now, beat.node);
            return Ok(());
        }
        if is_compatible {
            self.placement.handle_beat(now, beat.node, beat.number);
        }
        if beat.node != self.own {
            let Beat { node, protocol, oldest, info, .. } = beat;
            let state = if is_compatible { NodeState::Alive } else { NodeState::Incompatible };
            self.hear(node, oldest, Other { info, protocol, state, heard: now });
        }
        self.follow();
        Ok(())
    }

    /// The store has this record of a session.
    pub fn handle_record(&mut self, now: Instant, name: &str, record: SessionRecord, revision: Revision) {
        self.placement.handle_record(now, name, record, revision);
        self.follow();
    }

    /// The store no longer has a record of a session.
    pub fn handle_no_record(&mut self, now: Instant, name: &str, revision: Revision) {
        self.placement.handle_no_record(now, name, revision);
        self.follow();
    }

    /// The store was created anew, without the records that it had.
    pub fn handle_new_store(&mut self) {
        self.placement.handle_new_store();
        self.follow();
    }

    /// The store's answer to a request.
    pub fn handle_answer(&mut self, now: Instant, number: u64, answer: StoreAnswer) {
        self.placement.handle_answer(now, number, answer);
        self.follow();
    }

    /// A node has announced that it owns a session.
    ///
    /// # Errors
    /// [`BusMessageError`] if it cannot be read.
    pub fn handle_announcement(&mut self, now: Instant, bytes: &[u8]) -> Result<(), BusMessageError> {
        let Announcement { name, record, revision } = Announcement::read(bytes)?;
        self.placement.handle_announcement(now, name, record, revision);
        self.follow();
        Ok(())
    }

    /// Time has passed, or workers have something for this node or for others.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(request) = self.requests.pop() {
            match request {
                NodeRequest::Place { name, session, worker } => self.place(now, &name, session, worker),
                NodeRequest::SetLinks { name, worker } => self.placement.set_links(&name, worker),
                NodeRequest::End { name } => self.placement.end(now, &name),
            }
        }
        self.placement.handle_timeout(now);
        self.gateway.collect(now);
        self.exchange.handle_timeout(now);
        self.queries.drop_old_questions(now);
        self.others.retain(|_, other| now.saturating_duration_since(other.heard) < FORGOTTEN);
        self.follow();
        self.serve_queries(now);
    }

    /// The next message to publish now.
    pub fn poll_publish(&mut self, now: Instant) -> Option<Publication<'_>> {
        if let Some(number) = self.placement.poll_beat(now) {
            Beat::new(self.own, number, &self.info).write(&mut self.buffer);
            return Some(Publication::Beat(&self.buffer));
        }
        if let Some((name, record, revision)) = self.announcements.pop_front() {
            Announcement { name: &name, record, revision }.write(&mut self.buffer);
            return Some(Publication::Announcement(&self.buffer));
        }
        // Questions and answers are large and can wait, so voice goes first.
        if let Some((node, bundle)) = self.gateway.poll_publish(now) {
            return Some(Publication::Bundle(node, bundle));
        }
        let (node, message) = self.exchange.poll(now)?;
        self.buffer = message;
        Some(Publication::Query(node, &self.buffer))
    }

    /// Shuts this node down, after the workers of its server. Returns its last beat, which lets the others take over
    /// its sessions at once.
    pub fn leave(&mut self) -> Vec<u8> {
        let number = self.placement.leave();
        self.follow();
        let mut bytes = Vec::new();
        Beat { is_last: true, ..Beat::new(self.own, number, &self.info) }.write(&mut bytes);
        bytes
    }

    /// The bus did not take a bundle for that node.
    pub fn note_unpublished(&mut self, now: Instant, node: NodeId) {
        self.gateway.note_unpublished(now, node);
    }

    /// The next request for the store.
    pub fn poll_request(&mut self) -> Option<StoreRequest> {
        self.placement.poll_request()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<NodeEvent> {
        self.events.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) again, if nothing else happens.
    pub fn poll_timeout(&self, now: Instant) -> Instant {
        let times = [self.gateway.poll_timeout(now), self.exchange.poll_timeout(now)];
        times.into_iter().flatten().fold(self.placement.poll_timeout(now), Instant::min)
    }

    /// The other nodes that are alive.
    pub fn others(&self) -> impl Iterator<Item = (NodeId, &NodeInfo)> {
        let alive = self.others.iter().filter(|(_, other)| other.state == NodeState::Alive);
        alive.map(|(node, other)| (*node, &other.info))
    }

    /// The statistics of this node.
    pub fn statistics(&self) -> NodeStatistics {
        let (owned, followed) = self.placement.counts();
        NodeStatistics {
            nodes: self.others().count(),
            owned,
            followed,
            takeovers: self.takeovers,
            streams: self.gateway.total(),
        }
    }

    /// Applies the events of the session placement, and reports them.
    fn follow(&mut self) {
        let (end, generation) = self.placement.lease();
        self.lease.set(end, generation);
        while let Some(event) = self.placement.poll_event() {
            match event {
                PlacementEvent::Owned { name, session, worker, former } => {
                    self.lose(former);
                    let is_takeover = former.is_some();
                    self.takeovers += u64::from(is_takeover);
                    let owned = NodeEvent::Owned { name, session, worker, is_takeover, generation };
                    self.events.push_back(owned);
                }
                PlacementEvent::Written { name, record, revision } => {
                    self.announcements.push_back((name, record, revision));
                }
                PlacementEvent::Confirmed { name } => {
                    self.events.push_back(NodeEvent::Confirmed { name, generation });
                }
                PlacementEvent::Detached { name } => {
                    let generation = NodeLease::DETACHED;
                    self.events.push_back(NodeEvent::Confirmed { name, generation });
                }
                PlacementEvent::Elsewhere { name, record, former } => {
                    self.lose(former);
                    self.tell_owner(name, record);
                }
                PlacementEvent::Ended { name } => self.events.push_back(NodeEvent::Ended { name }),
                PlacementEvent::Unplaced { name } => self.events.push_back(NodeEvent::Unplaced { name }),
                PlacementEvent::NodeLost { node, has_ended } => {
                    self.gateway.lose(node);
                    self.exchange.lose(node);
                    let other = self.others.get_mut(&node);
                    let info = other.map(|other| {
                        other.state = NodeState::Lost;
                        other.info.clone()
                    });
                    let info = info.unwrap_or_default();
                    self.events.push_back(NodeEvent::NodeLost { node, info, has_ended });
                }
            }
        }
    }

    /// A node was replaced as an owner because another one does not hear it. Messages that it may not have taken are
    /// for the next owner, and come back before that owner is told.
    fn lose(&mut self, former: Option<NodeId>) {
        if let Some(former) = former {
            self.gateway.lose(former);
        }
    }

    /// A client at this worker named a session.
    fn place(&mut self, now: Instant, name: &str, session: u32, worker: u16) {
        match self.placement.place(now, name, session, worker) {
            SessionPlace::At(record) => self.tell_owner(name.into(), record),
            // An event has reported the owner already, or will.
            SessionPlace::Here | SessionPlace::Unknown => {}
        }
    }

    fn tell_owner(&mut self, name: Box<str>, record: SessionRecord) {
        let Some(owner) = self.gateway.workers().number(record.owner, record.worker) else {
            return self.events.push_back(NodeEvent::Unplaced { name });
        };
        self.events.push_back(NodeEvent::OwnedBy { name, owner, session: record.session });
    }
}
