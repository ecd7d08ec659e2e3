//! A server and its clients on one thread, and a record of everything they reported.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

use super::Network;
use crate::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DirectEvent, DisconnectReason, Peer, ServerLinkEvent,
    ServerNetwork as _, thread_waker,
};

/// How long anything may take before a rule counts as broken. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long a network without a waker may go unpolled.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// The interval at which `drive_sending` sends.
const SENDING_INTERVAL: Duration = Duration::from_millis(1);

/// How long a quiet network is watched for events that must not come.
const IDLE_TIME: Duration = Duration::from_millis(50);

/// A report of a client or a server about one link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Saw {
    Connected,
    Packet(Delivery, Vec<u8>),
    Disconnected(DisconnectReason),
}

pub(super) struct Fixture<N: Network> {
    server: N::Server,
    /// `None` for a dropped client.
    clients: Vec<Option<Seat<N::Client>>>,
    /// In the order of their arrival.
    peers: Vec<Guest>,
    /// Newcomers from now on are refused with this reason.
    refusal: Option<String>,
}

struct Seat<C> {
    transport: C,
    saw: Vec<Saw>,
    /// The reports about each direct link.
    saw_directly: BTreeMap<Peer, Vec<Saw>>,
    is_polled: bool,
}

struct Guest {
    peer: Peer,
    session: String,
    saw: Vec<Saw>,
}

impl<N: Network> Fixture<N> {
    pub(super) fn new(network: &mut N) -> Self {
        let mut server = network.listen();
        server.set_waker(thread_waker());
        Self { server, clients: Vec::new(), peers: Vec::new(), refusal: None }
    }

    /// A fixture with one client, connected.
    pub(super) fn with_client(network: &mut N) -> (Self, usize, Peer) {
        let mut fixture = Self::new(network);
        let (client, peer) = fixture.connect_client(network);
        (fixture, client, peer)
    }

    /// Adds a client that starts to connect.
    pub(super) fn add_client(&mut self, network: &mut N, session: &str) -> usize {
        let mut transport = network.client(session);
        transport.set_waker(thread_waker());
        transport.connect(Instant::now());
        let saw_directly = BTreeMap::new();
        self.clients.push(Some(Seat { transport, saw: Vec::new(), saw_directly, is_polled: true }));
        self.clients.len() - 1
    }

    /// Adds a client, waits until it is connected, and returns its name at the server too.
    pub(super) fn connect_client(&mut self, network: &mut N) -> (usize, Peer) {
        let client = self.add_client(network, "main");
        let peer = self.next_peer();
        self.drive_until("a client connects", |fixture| fixture.client_saw(client).contains(&Saw::Connected));
        (client, peer)
    }

    /// The next peer that the server reports.
    pub(super) fn next_peer(&mut self) -> Peer {
        let known = self.peers.len();
        self.drive_until("the server reports a client", |fixture| fixture.peers.len() > known);
        self.peers[known].peer
    }

    /// All peers that the server reported, in the order of their arrival.
    pub(super) fn peers(&self) -> impl Iterator<Item = Peer> {
        self.peers.iter().map(|guest| guest.peer)
    }

    pub(super) fn refuse_with(&mut self, words: &str) {
        self.refusal = Some(words.to_owned());
    }

    /// Sets whether a client is polled, or hangs.
    pub(super) fn set_polled(&mut self, client: usize, is_polled: bool) {
        self.seat_mut(client).is_polled = is_polled;
    }

    pub(super) fn drop_client(&mut self, client: usize) {
        self.clients[client] = None;
    }

    pub(super) fn server(&mut self) -> &mut N::Server {
        &mut self.server
    }

    pub(super) fn client(&mut self, client: usize) -> &mut N::Client {
        &mut self.seat_mut(client).transport
    }

    pub(super) fn session_of(&self, peer: Peer) -> &str {
        &self.guest(peer).session
    }

    pub(super) fn client_saw(&self, client: usize) -> &[Saw] {
        &self.seat(client).saw
    }

    /// The reports of a client about each of its direct links.
    pub(super) fn saw_directly(&self, client: usize) -> &BTreeMap<Peer, Vec<Saw>> {
        &self.seat(client).saw_directly
    }

    pub(super) fn server_saw(&self, peer: Peer) -> &[Saw] {
        &self.guest(peer).saw
    }

    pub(super) fn client_received(&self, client: usize, delivery: Delivery, packet: &[u8]) -> bool {
        has_packet(&self.seat(client).saw, delivery, packet)
    }

    pub(super) fn server_received(&self, peer: Peer, delivery: Delivery, packet: &[u8]) -> bool {
        has_packet(&self.guest(peer).saw, delivery, packet)
    }

    /// All packets a client received, in order.
    pub(super) fn packets_at(&self, client: usize) -> Vec<&[u8]> {
        packets(&self.seat(client).saw)
    }

    /// All packets the server received from a peer, in order.
    pub(super) fn packets_of(&self, peer: Peer) -> Vec<&[u8]> {
        packets(&self.guest(peer).saw)
    }

    /// Why a client's link ended.
    pub(super) fn client_end(&self, client: usize) -> Option<DisconnectReason> {
        end(&self.seat(client).saw)
    }

    /// Why a peer's link ended.
    pub(super) fn end_of(&self, peer: Peer) -> Option<DisconnectReason> {
        end(&self.guest(peer).saw)
    }

    /// Two clients at once, for connecting them with each other.
    pub(super) fn two_clients(&mut self, one: usize, other: usize) -> (&mut N::Client, &mut N::Client) {
        let [Some(one), Some(other)] =
            self.clients.get_disjoint_mut([one, other]).expect("the rule names two different clients")
        else {
            panic!("the rule uses no client that it dropped");
        };
        (&mut one.transport, &mut other.transport)
    }

    /// Polls the server and all clients until `is_so`.
    pub(super) fn drive_until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.poll_all();
            if is_so(self) {
                return;
            }
            assert!(Instant::now() < deadline, "this does not happen: {what}. Seen: {}", self.record());
            thread::park_timeout(POLL_INTERVAL);
        }
    }

    /// Calls `send` and polls all ends after each call, until it returns true.
    pub(super) fn drive_sending(&mut self, what: &str, mut send: impl FnMut(&mut Self) -> bool) {
        self.drive_until(what, |fixture| {
            let is_enough = send(fixture);
            thread::sleep(SENDING_INTERVAL);
            is_enough
        });
    }

    /// Polls the server and all clients once.
    pub(super) fn drive_once(&mut self) {
        self.poll_all();
    }

    /// Polls the server and all clients for a short time.
    pub(super) fn drive_idle(&mut self) {
        let end = Instant::now() + IDLE_TIME;
        self.drive_until("time passes", |_| Instant::now() >= end);
    }

    fn poll_all(&mut self) {
        self.poll_server();
        for seat in self.clients.iter_mut().flatten().filter(|seat| seat.is_polled) {
            let mut bytes = Vec::new();
            while let Some(event) = seat.transport.poll_event(Instant::now(), &mut bytes) {
                match event {
                    ClientLinkEvent::Connected => seat.saw.push(Saw::Connected),
                    ClientLinkEvent::Packet { channel: delivery } => {
                        seat.saw.push(Saw::Packet(delivery, bytes.clone()));
                    }
                    ClientLinkEvent::Disconnected { reason } => seat.saw.push(Saw::Disconnected(reason)),
                    ClientLinkEvent::Direct { peer, event } => {
                        note_directly(&mut seat.saw_directly, peer, event, &bytes);
                    }
                }
            }
        }
    }

    fn poll_server(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(Instant::now(), &mut bytes) {
            let (peer, saw) = match event {
                ServerLinkEvent::Connected { peer, session, .. } => {
                    self.peers.push(Guest { peer, session, saw: Vec::new() });
                    if let Some(words) = &self.refusal {
                        self.server.disconnect(Instant::now(), peer, words);
                    }
                    (peer, Saw::Connected)
                }
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    (peer, Saw::Packet(delivery, bytes.clone()))
                }
                ServerLinkEvent::Disconnected { peer, reason } => (peer, Saw::Disconnected(reason)),
            };
            self.guest_mut(peer).saw.push(saw);
        }
    }

    fn seat(&self, client: usize) -> &Seat<N::Client> {
        self.clients[client].as_ref().expect("the rule uses no client that it dropped")
    }

    fn seat_mut(&mut self, client: usize) -> &mut Seat<N::Client> {
        self.clients[client].as_mut().expect("the rule uses no client that it dropped")
    }

    fn guest(&self, peer: Peer) -> &Guest {
        self.peers.iter().find(|guest| guest.peer == peer).expect("the server reported this peer")
    }

    fn guest_mut(&mut self, peer: Peer) -> &mut Guest {
        let known = self.peers.iter_mut().find(|guest| guest.peer == peer);
        known.unwrap_or_else(|| panic!("the server reports something of {peer:?}, which never connected"))
    }

    /// The last events of every end, for a failure message.
    fn record(&self) -> String {
        let seats = || self.clients.iter().flatten();
        let clients = seats().map(|seat| brief("client", &seat.saw));
        let direct = seats().flat_map(|seat| &seat.saw_directly).map(|(peer, saw)| brief(peer, saw));
        let peers = self.peers.iter().map(|guest| brief(guest.peer, &guest.saw));
        clients.chain(direct).chain(peers).collect::<Vec<_>>().join("; ")
    }
}

/// Notes an event of a direct link, which must be reported up once before any other event until it is down.
fn note_directly(links: &mut BTreeMap<Peer, Vec<Saw>>, peer: Peer, event: DirectEvent, packet: &[u8]) {
    let saw = match event {
        DirectEvent::Up => Saw::Connected,
        DirectEvent::Packet { delivery } => Saw::Packet(delivery, packet.to_vec()),
        DirectEvent::Down { reason } => Saw::Disconnected(reason),
    };
    let known = links.entry(peer).or_default();
    assert_eq!(known.is_empty(), saw == Saw::Connected, "a direct link comes up once, before anything else");
    assert!(end(known).is_none(), "{saw:?} is reported of {peer:?}, whose end was reported");
    known.push(saw);
}

/// A server's reason as the client receives it, if the network carries reasons.
pub(super) fn words_from<N: Network>(words: &str) -> &[u8] {
    if N::CARRIES_REASONS { words.as_bytes() } else { b"" }
}

fn brief(end: impl Debug, saw: &[Saw]) -> String {
    let last: Vec<String> = saw.iter().rev().take(3).rev().map(brief_event).collect();
    format!("{end:?}: {} events, last {}", saw.len(), last.join(", "))
}

fn brief_event(saw: &Saw) -> String {
    match saw {
        Saw::Packet(delivery, packet) => format!("{delivery:?} packet of {} bytes", packet.len()),
        other => format!("{other:?}"),
    }
}

pub(super) fn packets(saw: &[Saw]) -> Vec<&[u8]> {
    let packets = saw.iter().filter_map(|saw| match saw {
        Saw::Packet(_, packet) => Some(packet.as_slice()),
        _ => None,
    });
    packets.collect()
}

pub(super) fn has_packet(saw: &[Saw], delivery: Delivery, packet: &[u8]) -> bool {
    saw.iter().any(|saw| matches!(saw, Saw::Packet(d, p) if (*d, p.as_slice()) == (delivery, packet)))
}

pub(super) fn end(saw: &[Saw]) -> Option<DisconnectReason> {
    saw.iter().rev().find_map(|saw| match saw {
        Saw::Disconnected(reason) => Some(reason.clone()),
        _ => None,
    })
}
