//! A node with players, in simulated time: its own session, and one of another node.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use consonance_cluster::placement::{NodeId, Revision, SessionRecord, StoreAnswer, StoreChange};
use consonance_cluster::{ClusterNode, NodeInfo, Publication};
use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_link::{ClientLinkEvent, ClientNetwork as _};
use consonance_session::{
    ChannelProperties, Client, ClientEvent, ClientId, ClientSettings, Instant as SessionInstant, LinkCommand,
    LinkId, Target,
};

use crate::sessions::SessionsSettings;
use crate::stepped::SteppedServer;
use crate::workers::Workers;

/// The session that the node owns, and the one that its friend does.
pub(super) const NEAR: &str = "near";
pub(super) const FAR: &str = "far";
/// The number of the far session.
pub(super) const FAR_NUMBER: u32 = 4242;
/// The node that owns it.
pub(super) const FRIEND: NodeId = NodeId(77);

/// Interval between the friend's heartbeats, in simulated time.
const BEATS_EVERY: Duration = Duration::from_millis(300);

/// A node of one worker, with what a bus and a store would do for it.
pub(super) struct Fixture {
    pub(super) now: Instant,
    pub(super) node: ClusterNode,
    pub(super) own: NodeId,
    pub(super) server: SteppedServer,
    pub(super) network: MemoryNetwork,
    store: BTreeMap<Box<str>, (SessionRecord, Revision)>,
    revision: u64,
    /// Heartbeats that the friend has sent.
    beats: u64,
    next_beat: Instant,
    /// The messages that it has published, each with its target node.
    pub(super) published: Vec<(NodeId, Vec<u8>)>,
}

impl Fixture {
    pub(super) fn new() -> Self {
        let mut settings = SessionsSettings::new([NEAR, FAR]).expect("the names are fine");
        settings.seed = 1;
        let info = NodeInfo { name: "here".into(), ..NodeInfo::default() };
        let (mut workers, own, node) = Workers::of_node(&settings, NonZeroUsize::MIN, info);
        let network = MemoryNetwork::new();
        workers.loops[0].add_network(Box::new(network.listen()));
        let far = SessionRecord { owner: FRIEND, worker: 0, session: FAR_NUMBER };
        let store = BTreeMap::from([(FAR.into(), (far, Revision(1)))]);
        let now = Instant::now();
        let mut fixture = Self {
            now,
            node,
            own,
            server: SteppedServer::new(workers),
            network,
            store,
            revision: 1,
            beats: 0,
            next_beat: now,
            published: Vec::new(),
        };
        fixture.node.handle_bus(now, true);
        fixture.node.handle_record(now, FAR, far, Revision(1));
        fixture
    }

    /// A millisecond passes.
    pub(super) fn step(&mut self) {
        self.now += Duration::from_millis(1);
        let now = self.now;
        if now >= self.next_beat {
            self.next_beat = now + BEATS_EVERY;
            self.beats += 1;
            let beat = (1_u16, 1_u16, FRIEND.0, self.beats, "friend", "", "", "");
            let beat = postcard::to_allocvec(&beat).unwrap_or_default();
            self.node.handle_beat(now, &beat).expect("a beat of the friend is well-formed");
        }
        self.server.run_once(now, 0);
        self.node.handle_timeout(now);
        while let Some(publication) = self.node.poll_publish(now) {
            match publication {
                Publication::Beat(bytes) => {
                    let bytes = bytes.to_vec();
                    self.node.handle_beat(now, &bytes).expect("its own beat is well-formed");
                }
                Publication::Announcement(_) | Publication::Query(..) => {}
                Publication::Bundle(to, bytes) => self.published.push((to, bytes.to_vec())),
            }
        }
        while let Some(request) = self.node.poll_request() {
            let answer = self.ask_store(&request.name, request.change);
            self.node.handle_answer(now, request.number, answer);
        }
        while let Some(event) = self.node.poll_event() {
            self.server.follow_node(now, event);
        }
    }

    fn ask_store(&mut self, name: &str, change: StoreChange) -> StoreAnswer {
        let there = self.store.get(name).copied();
        let record = match change {
            StoreChange::Create(record) if there.is_none() => record,
            StoreChange::Replace(record, revision) if there.is_some_and(|(_, it)| it == revision) => record,
            StoreChange::Read => {
                let Some((record, revision)) = there else { return StoreAnswer::Unavailable };
                self.node.handle_record(self.now, name, record, revision);
                return StoreAnswer::Done(revision);
            }
            _ => return StoreAnswer::Conflict,
        };
        self.revision += 1;
        self.store.insert(name.into(), (record, Revision(self.revision)));
        StoreAnswer::Done(Revision(self.revision))
    }
}

/// A player at the node.
pub(super) struct Player {
    pub(super) client: Client,
    transport: MemoryClient,
    started: Instant,
    pub(super) is_gone: bool,
    /// Whose voice it has heard.
    pub(super) heard: Vec<ClientId>,
    /// The last packet with voice that it has sent.
    pub(super) voice: Vec<u8>,
}

impl Player {
    /// One that listens and talks to the room "lobby" of the near session.
    pub(super) fn new(fixture: &Fixture, name: &str) -> Self {
        let mut client = Client::new(ClientSettings::new(name));
        client.join_room("lobby").expect("the room's name is fine");
        client
            .open_channel(Target::Room("lobby".into()), ChannelProperties::default())
            .expect("a first channel");
        client.start();
        Self {
            client,
            transport: fixture.network.client(NEAR),
            started: fixture.now,
            is_gone: false,
            heard: Vec::new(),
            voice: Vec::new(),
        }
    }

    pub(super) fn run_once(&mut self, now: Instant) {
        let link = LinkId(1);
        let at = SessionInstant::START + now.duration_since(self.started);
        let mut bytes = Vec::new();
        while let Some(event) = self.transport.poll_event(now, &mut bytes) {
            match event {
                ClientLinkEvent::Connected => self.client.handle_connected(at, link),
                ClientLinkEvent::Packet { channel: delivery } => {
                    self.client.handle_packet(at, link, delivery, &bytes);
                }
                ClientLinkEvent::Disconnected { .. } => self.is_gone = true,
                ClientLinkEvent::Direct { .. } => {}
            }
        }
        self.client.handle_timeout(at);
        while let Some(command) = self.client.poll_command() {
            match command {
                LinkCommand::Open => self.transport.connect(now),
                LinkCommand::Close { .. } => self.is_gone = true,
            }
        }
        while let Some(transmit) = self.client.poll_transmit() {
            let delivery = transmit.delivery;
            if transmit.delivery == consonance_session::Delivery::Unreliable {
                self.voice = transmit.payload.to_vec();
            }
            self.transport.send(now, delivery, transmit.payload);
        }
        while let Some(event) = self.client.poll_event() {
            if let ClientEvent::Voice(voice) = event {
                self.heard.push(voice.id);
            }
        }
    }
}

/// A player's link into the far session, and nothing behind it.
pub(super) struct BareLink(MemoryClient);

impl BareLink {
    pub(super) fn new(fixture: &Fixture) -> Self {
        let mut transport = fixture.network.client(FAR);
        transport.connect(fixture.now);
        Self(transport)
    }

    /// The number of packets since the last call, and whether the link is closed.
    pub(super) fn poll(&mut self, now: Instant) -> (usize, bool) {
        let (mut packets, mut is_closed) = (0, false);
        while let Some(event) = self.0.poll_event(now, &mut Vec::new()) {
            match event {
                ClientLinkEvent::Packet { .. } => packets += 1,
                ClientLinkEvent::Disconnected { .. } => is_closed = true,
                ClientLinkEvent::Connected | ClientLinkEvent::Direct { .. } => {}
            }
        }
        (packets, is_closed)
    }
}
