//! The one member of a process that talks to other nodes, for all its workers.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::task::Waker;
use std::time::Instant;

use super::bundle::{Bundle, Parcel, WAYS, Way};
use super::members::NodeWorkers;
use super::stream::{Came, LinkStatus, NodeStream, StreamStatistics};
use super::worker_bus::{BusWay, HEAD_BYTES, LOST, MEMBER_BYTES, RELIABLE, RETURNED, TAKEN, UNRELIABLE};
use crate::bus::{BusEvent, BusReceiver, BusSender, Member};
use crate::message::{BusMessageError, delivery, is_reliable};
use crate::placement::NodeId;

/// Gathers the workers' messages for other nodes into bundles, and delivers the messages of incoming bundles.
///
/// A plain struct without I/O: incoming bundles and the time are arguments; bundles to publish are drained.
pub struct NodeGateway {
    own: NodeId,
    workers: u16,
    /// By [`Way`].
    buses: [Bus; WAYS],
    members: NodeWorkers,
    streams: BTreeMap<NodeId, NodeStream>,
    /// Nodes for which the queue of reliable parcels is full.
    overrun: Vec<NodeId>,
    /// Traffic between this node and the nodes that it has forgotten.
    forgotten: StreamStatistics,
    buffer: Vec<u8>,
}

struct Bus {
    out: Box<dyn BusSender>,
    incoming: Box<dyn BusReceiver>,
    /// By worker: reliable parcels that it was handed and has not taken yet, oldest first.
    handed: Vec<Handed>,
}

#[derive(Default)]
struct Handed {
    waiting: VecDeque<(NodeId, u32, u64)>,
    taken: u64,
}

/// The maximum number of other nodes at a time.
pub(crate) const NODES_MAX: usize = 256;

impl NodeGateway {
    /// Creates the gateway of a node with this many workers; `buses` holds the gateway's end of the bus of each
    /// [`Way`].
    pub fn new(own: NodeId, workers: u16, buses: [BusWay; WAYS]) -> Self {
        let handed = || (0..workers).map(|_| Handed::default()).collect();
        let buses = buses.map(|(out, incoming)| Bus { out, incoming, handed: handed() });
        let members = NodeWorkers::new(own, workers);
        Self {
            own,
            workers,
            buses,
            members,
            streams: BTreeMap::new(),
            overrun: Vec::new(),
            forgotten: StreamStatistics::default(),
            buffer: Vec::new(),
        }
    }

    /// The numbers of workers on the buses.
    pub fn workers(&self) -> NodeWorkers {
        self.members.clone()
    }

    /// Asks to be woken when workers have something for other nodes.
    pub fn set_waker(&mut self, waker: &Waker) {
        self.buses.iter_mut().for_each(|bus| bus.incoming.set_waker(waker.clone()));
    }

    /// Takes the workers' messages for other nodes.
    pub fn collect(&mut self, now: Instant) {
        // The order matters: an owner queues its responses on the other buses before the first bus reports the
        // messages as taken.
        for way in Way::ALL {
            while let Some(BusEvent::Message(Member(worker))) = self.buses[way.index()].incoming.poll() {
                self.collect_next(now, way, worker);
            }
        }
        while let Some(node) = self.overrun.pop() {
            self.lose(node);
        }
    }

    /// The next bundle to publish, and the node that it is for.
    pub fn poll_publish(&mut self, now: Instant) -> Option<(NodeId, &[u8])> {
        let own = self.own;
        self.streams.iter_mut().find_map(|(node, stream)| Some((*node, stream.poll_publish(now, own)?)))
    }

    /// The time at which [`poll_publish`](Self::poll_publish) has something, if nothing else happens.
    pub fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        self.streams.values().filter_map(|stream| stream.poll_timeout(now)).min()
    }

    /// A bundle arrived.
    ///
    /// # Errors
    /// [`BusMessageError`] if it cannot be read completely; the parcels before the error were delivered.
    pub fn handle(&mut self, now: Instant, bytes: &[u8]) -> Result<(), BusMessageError> {
        let bundle = Bundle::read(bytes)?;
        let node = bundle.head.from;
        if node == self.own || !self.has_room_for(node) {
            return Ok(());
        }
        let stream = self.streams.entry(node).or_insert_with(NodeStream::new);
        let mut came = stream.look(now, &bundle);
        if matches!(came, Came::Restarted | Came::TheirsRestarted) {
            if came == Came::TheirsRestarted {
                stream.forget_theirs();
                self.tell_lost(node);
            } else {
                self.begin_again(node);
            }
            let stream = self.streams.entry(node).or_insert_with(NodeStream::new);
            came = stream.look(now, &bundle);
        }
        if came != Came::Fresh {
            return self.hand_out_voice(node, bundle);
        }
        let Self { streams, members, buses, workers, buffer, .. } = self;
        let Some(stream) = streams.get_mut(&node) else { return Ok(()) };
        let epoch = stream.their_epoch();
        let mut unwanted = Vec::new();
        let taken = stream.take(now, bundle, |number, parcel| {
            let from = members.number(node, parcel.from).filter(|_| parcel.to < *workers);
            match (number, from.and_then(|from| hand_out(buses, buffer, from, &parcel))) {
                (Some(number), Some(handed)) => handed.waiting.push_back((node, epoch, number)),
                (Some(number), None) => unwanted.push(number),
                (None, _) => {}
            }
        });
        for number in unwanted {
            stream.note_taken(epoch, number);
        }
        self.flush();
        taken
    }

    /// Delivers only the voice of a bundle whose stream is over: its reliable parcels are void, but its voice is still
    /// good. Two nodes that have lost each other notice with the first bundle between them that the other one is there.
    fn hand_out_voice(&mut self, node: NodeId, bundle: Bundle<'_>) -> Result<(), BusMessageError> {
        let Self { members, buses, workers, buffer, .. } = self;
        for parcel in bundle.parcels() {
            let parcel = parcel?;
            let is_meant = !parcel.is_reliable && parcel.to < *workers;
            if let Some(from) = members.number(node, parcel.from).filter(|_| is_meant) {
                hand_out(buses, buffer, from, &parcel);
            }
        }
        self.flush();
        Ok(())
    }

    /// Another node is lost. The workers are told, and get back the parcels that it may not have taken. Does nothing
    /// if there was no traffic since the last loss.
    pub fn lose(&mut self, node: NodeId) {
        if self.streams.get(&node).is_some_and(|stream| !stream.is_fresh()) {
            self.begin_again(node);
        }
    }

    /// A lost node is heard again. It is told at once to restart: it may not have lost this node, and its clients
    /// would hear nothing as long as they are silent.
    pub fn greet(&mut self, now: Instant, node: NodeId) {
        if let Some(stream) = self.streams.get_mut(&node) {
            stream.greet(now);
        }
    }

    fn begin_again(&mut self, node: NodeId) {
        let Some(stream) = self.streams.get_mut(&node) else { return };
        for written in stream.lose() {
            let Ok((parcel, _)) = postcard::take_from_bytes::<Parcel<'_>>(&written) else { continue };
            if let Some(to) = self.members.number(node, parcel.to) {
                // Its sender receives over the bus of the opposite direction.
                let bus = &mut self.buses[parcel.way.back().index()];
                bus.hand_out(&mut self.buffer, RETURNED, parcel.from, to, parcel.message);
            }
        }
        self.tell_lost(node);
    }

    fn tell_lost(&mut self, node: NodeId) {
        for member in self.members.of(node) {
            for bus in &mut self.buses {
                for worker in 0..self.workers {
                    bus.hand_out(&mut self.buffer, LOST, worker, member, &[]);
                }
            }
        }
        self.flush();
    }

    /// Traffic between this node and all others since it started.
    pub fn total(&self) -> StreamStatistics {
        let mut total = self.forgotten;
        self.streams.values().for_each(|stream| total.add(&stream.statistics()));
        total
    }

    /// Whether there is room for a node. Each start of a server is a new node, so a lost one makes room.
    fn has_room_for(&mut self, node: NodeId) -> bool {
        if self.streams.contains_key(&node) || self.streams.len() < NODES_MAX {
            return true;
        }
        let lost = self.streams.iter().find(|(_, stream)| stream.is_fresh()).map(|(node, _)| *node);
        let Some(stream) = lost.and_then(|lost| self.streams.remove(&lost)) else { return false };
        self.forgotten.add(&stream.statistics());
        true
    }

    /// Traffic between this node and each other one.
    pub fn statistics(&self) -> impl Iterator<Item = (NodeId, StreamStatistics)> {
        self.streams.iter().map(|(node, stream)| (*node, stream.statistics()))
    }

    /// Traffic between this node and that one, and the status of the link.
    pub fn link(&self, now: Instant, node: NodeId) -> (StreamStatistics, LinkStatus) {
        let stream = self.streams.get(&node);
        stream.map(|stream| (stream.statistics(), stream.status(now))).unwrap_or_default()
    }

    /// A bundle for that node was not published.
    pub fn note_unpublished(&mut self, now: Instant, node: NodeId) {
        if let Some(stream) = self.streams.get_mut(&node) {
            stream.note_unpublished(now);
        }
    }

    /// Handles the message that a bus has returned last.
    fn collect_next(&mut self, now: Instant, way: Way, worker: u16) {
        let bus = &mut self.buses[way.index()];
        let Some((member, message)) = bus.incoming.message().split_first_chunk::<MEMBER_BYTES>() else {
            return;
        };
        let member = Member(u16::from_le_bytes(*member));
        if member == TAKEN {
            let taken = message.try_into().map_or(0, u64::from_le_bytes);
            for (node, epoch, number) in bus.handed[usize::from(worker)].take(taken) {
                if let Some(stream) = self.streams.get_mut(&node) {
                    stream.note_taken(epoch, number);
                }
            }
            return;
        }
        let Some((node, to)) = self.members.worker(member) else { return };
        let is_reliable = is_reliable(bus.incoming.delivery());
        let parcel = Parcel { way, is_reliable, from: worker, to, message };
        if !self.streams.entry(node).or_insert_with(NodeStream::new).push(now, &parcel) {
            self.overrun.push(node);
        }
    }

    fn flush(&mut self) {
        self.buses.iter_mut().for_each(|bus| bus.out.flush());
    }
}

/// Delivers a parcel to its worker, which is one of this node. Returns the parcels that the worker was handed and has
/// not taken yet, or `None` if it accepts nothing.
fn hand_out<'b>(
    buses: &'b mut [Bus],
    buffer: &mut Vec<u8>,
    from: Member,
    parcel: &Parcel<'_>,
) -> Option<&'b mut Handed> {
    let bus = buses.get_mut(parcel.way.index())?;
    let kind = if parcel.is_reliable { RELIABLE } else { UNRELIABLE };
    let is_handed = bus.hand_out(buffer, kind, parcel.to, from, parcel.message);
    is_handed.then(|| &mut bus.handed[usize::from(parcel.to)])
}

impl Bus {
    /// Sends a worker a message about a member. Returns false if the worker accepts nothing any longer.
    fn hand_out(
        &mut self,
        buffer: &mut Vec<u8>,
        kind: u8,
        worker: u16,
        about: Member,
        message: &[u8],
    ) -> bool {
        let [low, high] = about.0.to_le_bytes();
        buffer.clear();
        buffer.extend_from_slice(&[kind, low, high] as &[u8; HEAD_BYTES]);
        buffer.extend_from_slice(message);
        self.out.send(Member(worker), delivery(kind != UNRELIABLE), buffer)
    }
}

impl Handed {
    /// The worker has taken this many since it started. Returns those that it has taken since the last call.
    fn take(&mut self, taken: u64) -> impl Iterator<Item = (NodeId, u32, u64)> {
        let new = taken.saturating_sub(self.taken);
        self.taken = taken;
        let new = usize::try_from(new).map_or(self.waiting.len(), |new| new.min(self.waiting.len()));
        self.waiting.drain(..new)
    }
}

impl fmt::Debug for NodeGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeGateway").field("nodes", &self.streams.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
