//! One server and its clients in one thread, on simulated time, with a network between them that takes no time.

use core::time::Duration;

use consonance_session::{
    Capabilities, ChannelProperties, Client, ClientSettings, CloseReason, Delivery, Instant, LinkCommand,
    LinkId, PacketLimits, Server, ServerSettings, SessionId, Target,
};
use consonance_wire::MessageType;

use super::{packets, words};

/// Carries packets, opens and closes links, and moves time on.
pub(crate) struct Network {
    pub(crate) server: Server,
    pub(crate) now: Instant,
    /// Whether clients can connect.
    pub(crate) reachable: bool,
    /// Whether unreliable packets from clients are lost.
    pub(crate) loses_unreliable: bool,
    /// The capabilities of clients that are started from now on; initially none, as for originals.
    pub(crate) capabilities: Capabilities,
    /// The packet limits of the network; a longer packet fails the test.
    carries: PacketLimits,
    ends: Vec<End>,
    /// Direct links, each with the ends that it joins.
    direct: Vec<(LinkId, Player, Player)>,
    links: u64,
    /// Lost links of which only the clients know, each with the time of its loss.
    lost: Vec<(LinkId, Instant)>,
}

/// A client, by the order in which it was started.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Player(usize);

struct End {
    client: Client,
    link: Option<LinkId>,
    events: Vec<String>,
    sent: Vec<String>,
    handshake: Vec<u8>,
    closed: Option<CloseReason>,
}

/// More rounds than any test needs; a session that does not come to rest is a failure.
const ROUNDS_MAX: usize = 1000;

impl Network {
    pub(crate) fn new() -> Self {
        Self {
            server: server_of(packets::SESSION),
            now: Instant::START,
            reachable: true,
            loses_unreliable: false,
            capabilities: Capabilities::NONE,
            carries: PacketLimits::default(),
            ends: Vec::new(),
            direct: Vec::new(),
            links: 0,
            lost: Vec::new(),
        }
    }

    /// A network whose clients, server and peers have all of our capabilities.
    pub(crate) fn of_ours() -> Self {
        Self { capabilities: Capabilities::ALL, ..Self::new() }
    }

    /// Bob (id 0) and Alice (id 1), both able to resume; Alice listens to two rooms and speaks to the lobby.
    pub(crate) fn of_two_resuming_clients() -> (Self, Player, Player) {
        let mut network = Self::of_ours();
        let bob = network.join("Bob", &["lobby"]);
        let alice = network.join("Alice", &["lobby", "team"]);
        let lobby = Target::Room("lobby".into());
        network.client(alice).open_channel(lobby, ChannelProperties::default()).expect("a channel more");
        network.events(bob);
        network.events(alice);
        (network, bob, alice)
    }

    /// A network with these packet limits, which the server and the clients know.
    pub(crate) fn that_carries(limits: PacketLimits) -> Self {
        let mut network = Self { carries: limits, ..Self::of_ours() };
        network.server.reconfigure().set_packet_limits(limits);
        network
    }

    /// Starts a client that listens to these rooms; it joins when the network runs.
    pub(crate) fn start(&mut self, name: &str, rooms: &[&str]) -> Player {
        let mut settings = ClientSettings::new(name);
        settings.capabilities = self.capabilities;
        settings.packets = self.carries;
        let mut client = Client::new(settings);
        for room in rooms {
            client.join_room(room).expect("a room that fits");
        }
        client.start();
        self.ends.push(End {
            client,
            link: None,
            events: Vec::new(),
            sent: Vec::new(),
            handshake: Vec::new(),
            closed: None,
        });
        Player(self.ends.len() - 1)
    }

    /// As [`start`](Self::start), and lets the client join; the resulting events are dropped.
    pub(crate) fn join(&mut self, name: &str, rooms: &[&str]) -> Player {
        let player = self.start(name, rooms);
        self.run();
        for end in &mut self.ends {
            end.events.clear();
            end.sent.clear();
        }
        player
    }

    pub(crate) fn client(&mut self, player: Player) -> &mut Client {
        &mut self.ends[player.0].client
    }

    /// The client's events since the last call.
    pub(crate) fn events(&mut self, player: Player) -> Vec<String> {
        std::mem::take(&mut self.ends[player.0].events)
    }

    /// The packets that this client sent since the last call.
    pub(crate) fn sent(&mut self, player: Player) -> Vec<String> {
        std::mem::take(&mut self.ends[player.0].sent)
    }

    /// The last handshake that this client sent, as raw bytes.
    pub(crate) fn last_handshake(&mut self, player: Player) -> Vec<u8> {
        self.ends[player.0].handshake.clone()
    }

    /// Injects bytes into a client's link to the server.
    pub(crate) fn inject(&mut self, player: Player, packet: &[u8]) {
        let link = self.ends[player.0].link.expect("the client has a link");
        self.inject_from(link, packet);
    }

    /// Connects a link without a client.
    pub(crate) fn unjoined_link(&mut self) -> LinkId {
        self.links += 1;
        self.server.handle_connected(self.now, LinkId(self.links));
        LinkId(self.links)
    }

    /// Injects bytes into a link to the server.
    pub(crate) fn inject_from(&mut self, link: LinkId, packet: &[u8]) {
        let relayed = self.server.handle_packet(self.now, link, Delivery::Unreliable, packet);
        let relayed = relayed.map(|relayed| (relayed.to.to_vec(), relayed.payload.to_vec()));
        if let Some((to, payload)) = relayed {
            self.deliver(&to, Delivery::Unreliable, &payload);
        }
    }

    /// Replaces the empty server by one with only these capabilities.
    pub(crate) fn offer(&mut self, capabilities: Capabilities) {
        self.set_up(|settings| settings.capabilities = capabilities);
    }

    /// Replaces the empty server by one with other settings.
    pub(crate) fn set_up(&mut self, change: impl FnOnce(&mut ServerSettings)) {
        let mut settings = ServerSettings::from_seed(1);
        settings.session = packets::SESSION;
        change(&mut settings);
        self.server = Server::new(settings);
    }

    /// The reason for which the server closed this client's link, if it did.
    pub(crate) fn closed(&mut self, player: Player) -> Option<CloseReason> {
        self.ends[player.0].closed.take()
    }

    /// Carries everything until nothing is left to carry.
    pub(crate) fn run(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let moved = self.carry_up() | self.obey_clients() | self.carry_down() | self.obey_server();
            if !moved {
                return;
            }
        }
        panic!("the session does not come to rest");
    }

    /// Lets time pass; a client is only called when it asked for it.
    pub(crate) fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        self.run();
        while let Some(at) = self.next_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.server.handle_timeout(self.now);
            for end in &mut self.ends {
                end.client.handle_timeout(self.now);
            }
            self.run();
        }
        self.now = end;
    }

    /// The link breaks; only the client notices.
    pub(crate) fn lose(&mut self, player: Player) {
        let Some(link) = self.ends[player.0].link.take() else { return };
        self.lost.push((link, self.now));
        self.ends[player.0].client.handle_disconnected(self.now, link);
    }

    /// The link breaks; both ends notice.
    pub(crate) fn cut(&mut self, player: Player) {
        let Some(link) = self.ends[player.0].link.take() else { return };
        self.ends[player.0].client.handle_disconnected(self.now, link);
        self.server.handle_disconnected(self.now, link);
    }

    /// Marks these clients as reachable or unreachable; the links stay.
    pub(crate) fn mark_reachable(&mut self, clients: &[Player], is_reachable: bool) {
        let links: Vec<LinkId> = clients.iter().filter_map(|player| self.ends[player.0].link).collect();
        if is_reachable {
            self.server.outages().mark_reachable(self.now, &links);
        } else {
            self.server.outages().mark_unreachable(self.now, &links);
        }
        self.run();
    }

    /// A direct link between two clients comes up; both are told.
    pub(crate) fn join_directly(&mut self, one: Player, other: Player) {
        self.links += 1;
        let link = LinkId(self.links);
        self.direct.push((link, one, other));
        for player in [one, other] {
            self.ends[player.0].client.handle_peer_connected(self.now, link);
        }
    }

    /// All direct links break; both ends of each notice.
    pub(crate) fn cut_direct_links(&mut self) {
        for (link, one, other) in std::mem::take(&mut self.direct) {
            for player in [one, other] {
                self.ends[player.0].client.handle_disconnected(self.now, link);
            }
        }
    }

    /// Replaces the server; the links stay up.
    pub(crate) fn replace_server(&mut self, session: SessionId) {
        self.server = server_of(session);
        for link in self.ends.iter().filter_map(|end| end.link) {
            self.server.handle_connected(self.now, link);
        }
    }

    /// Another process takes over the session with these settings: all links are lost, and clients reconnect.
    pub(crate) fn hand_over(&mut self, change: impl FnOnce(&mut ServerSettings)) {
        let snapshot = self.server.snapshot(self.now);
        let mut settings = ServerSettings::from_seed(2);
        change(&mut settings);
        self.server = Server::restore(settings, &snapshot, self.now);
        for end in &mut self.ends {
            if let Some(link) = end.link.take() {
                end.client.handle_disconnected(self.now, link);
            }
        }
    }

    fn next_timeout(&self) -> Option<Instant> {
        let clients = self.ends.iter().filter_map(|end| end.client.poll_timeout());
        clients.chain(self.server.poll_timeout()).map(|(at, _)| at).min()
    }

    fn obey_clients(&mut self) -> bool {
        let mut moved = false;
        let mut closed = Vec::new();
        for end in &mut self.ends {
            while let Some(command) = end.client.poll_command() {
                moved = true;
                match command {
                    LinkCommand::Open if self.reachable => {
                        self.links += 1;
                        let link = LinkId(self.links);
                        end.link = Some(link);
                        self.server.handle_connected(self.now, link);
                        end.client.handle_connected(self.now, link);
                    }
                    LinkCommand::Open => end.client.handle_connect_failed(self.now),
                    LinkCommand::Close { link, .. } => {
                        end.link = end.link.filter(|open| *open != link);
                        closed.push(link);
                        self.server.handle_disconnected(self.now, link);
                    }
                }
            }
        }
        for (link, one, other) in self.direct.extract_if(.., |(link, ..)| closed.contains(link)) {
            for player in [one, other] {
                self.ends[player.0].client.handle_disconnected(self.now, link);
            }
        }
        moved
    }

    fn obey_server(&mut self) -> bool {
        let mut moved = false;
        while let Some(link) = self.server.poll_probe() {
            let lost = self.lost.iter().find(|(lost, _)| *lost == link);
            let heard = lost.map_or(self.now, |(_, since)| *since);
            self.server.handle_heard(self.now, link, Some(heard));
            moved = true;
        }
        while let Some(command) = self.server.poll_command() {
            moved = true;
            let LinkCommand::Close { link, reason, .. } = command else { panic!("a server opens no links") };
            if let Some(end) = self.ends.iter_mut().find(|end| end.link == Some(link)) {
                end.link = None;
                end.closed = Some(reason);
                end.client.handle_disconnected(self.now, link);
            }
        }
        moved
    }

    fn carry_up(&mut self) -> bool {
        let mut moved = false;
        for index in 0..self.ends.len() {
            let mut packets = Vec::new();
            let end = &mut self.ends[index];
            while let Some(transmit) = end.client.poll_transmit() {
                assert_fits(self.carries, transmit.delivery, transmit.payload);
                end.sent.push(words::packet(transmit.payload));
                if MessageType::peek(transmit.payload) == Ok(MessageType::HandshakeRequest) {
                    end.handshake = transmit.payload.to_vec();
                }
                let packet = (transmit.delivery, transmit.payload.to_vec());
                packets.extend(transmit.to.iter().map(|link| (*link, packet.clone())));
            }
            moved |= !packets.is_empty();
            for (link, (delivery, packet)) in packets {
                if self.loses_unreliable && delivery == Delivery::Unreliable {
                    continue;
                }
                if let Some((_, one, other)) = self.direct.iter().find(|(direct, ..)| *direct == link) {
                    let receiver = if one.0 == index { other } else { one };
                    self.ends[receiver.0].client.handle_packet(self.now, link, delivery, &packet);
                    continue;
                }
                let relayed = self.server.handle_packet(self.now, link, delivery, &packet);
                let relayed = relayed.map(|relayed| (relayed.to.to_vec(), relayed.payload.to_vec()));
                if let Some((to, payload)) = relayed {
                    self.deliver(&to, Delivery::Unreliable, &payload);
                }
                self.carry_down();
            }
        }
        moved
    }

    fn carry_down(&mut self) -> bool {
        let mut moved = false;
        while let Some(transmit) = self.server.poll_transmit() {
            assert_fits(self.carries, transmit.delivery, transmit.payload);
            moved = true;
            let (to, delivery, payload) =
                (transmit.to.to_vec(), transmit.delivery, transmit.payload.to_vec());
            self.deliver(&to, delivery, &payload);
        }
        for end in &mut self.ends {
            while let Some(event) = end.client.poll_event() {
                end.events.push(words::event(&event));
            }
        }
        moved
    }

    fn deliver(&mut self, to: &[LinkId], delivery: Delivery, payload: &[u8]) {
        for link in to {
            if let Some(end) = self.ends.iter_mut().find(|end| end.link == Some(*link)) {
                end.client.handle_packet(self.now, *link, delivery, payload);
            }
        }
    }
}

fn assert_fits(limits: PacketLimits, delivery: Delivery, packet: &[u8]) {
    let most = match delivery {
        Delivery::Reliable => limits.reliable_bytes,
        Delivery::Unreliable => limits.unreliable_bytes,
    };
    assert!(packet.len() <= most, "{} bytes where {most} fit: {}", packet.len(), words::packet(packet));
}

fn server_of(session: SessionId) -> Server {
    let mut settings = ServerSettings::from_seed(0);
    settings.session = session;
    Server::new(settings)
}
