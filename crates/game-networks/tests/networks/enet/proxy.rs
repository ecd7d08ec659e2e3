//! A proxy between ENet peers on one thread, with real sockets and simulated time.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_game_networks::enet::{
    ConnectionSettings, EnetClient, EnetServer, RELIABLE_CHANNEL, UNRELIABLE_CHANNEL,
};
use consonance_link::gateway::udp::rig::Cable;
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{
    Envelope, EnvelopeEnd, EnvelopeKind, EnvelopeServer, MessageChannel, MessageParts, UpstreamSettings,
    VoiceStart,
};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, PacketLimits, Peer, ServerLinkEvent,
    ServerNetwork as _,
};

use crate::enet::support::{client_of, server};

type Client = UdpClient<Cable<EnetClient>>;

struct Fixture {
    now: Instant,
    proxy: EnvelopeServer<UdpServer<EnetServer>, NoVoice, Client>,
    game: UdpServer<EnetServer>,
    client: Client,
    /// The client's name in the game.
    peer: Option<Peer>,
    is_in: bool,
    up: Vec<(MessageChannel, Vec<u8>)>,
    down: Vec<(MessageChannel, Vec<u8>)>,
    ends: [Option<DisconnectReason>; 2],
}

fn listen() -> UdpServer<EnetServer> {
    UdpServer::bind((Ipv4Addr::LOCALHOST, 0).into(), server(), UdpServerSettings::default()).unwrap()
}

fn client_at(server: SocketAddr, loss: f64, seed: u32) -> Client {
    let endpoint = client_of(&ConnectionSettings::default(), seed);
    UdpClient::new(server, Cable::losing(endpoint, loss, seed.into()), UdpClientSettings::default())
}

impl Fixture {
    /// A client in a game behind a proxy, with this loss on both legs in each direction.
    fn new(loss: f64) -> Self {
        let game = listen();
        let upstream = game.local_addr();
        let open_upstream = move |_| Ok(client_at(upstream, loss, 1));
        let proxy = EnvelopeServer::new(listen(), NoVoice, "main")
            .voice_start(VoiceStart::WithFirstPacket)
            .upstream(open_upstream, UpstreamSettings::default())
            .unwrap();
        let now = Instant::now();
        let mut client = client_at(proxy.network().local_addr(), loss, 2);
        client.set_greeting(&7_u32.to_be_bytes());
        client.connect(now);
        let (up, down) = (Vec::new(), Vec::new());
        let mut fixture =
            Self { now, proxy, game, client, peer: None, is_in: false, up, down, ends: [None, None] };
        fixture.run_until("the client is in", |fixture| fixture.is_in);
        fixture
    }

    fn send_both_ways(&mut self, channel: MessageChannel, message: &[u8]) {
        self.client.send(self.now, channel, message);
        self.game.send(self.now, &[self.peer.unwrap()], channel, message);
    }

    fn run_until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = self.now + Duration::from_mins(2);
        while !is_so(self) {
            assert!(self.now < deadline, "not within two minutes: {what}");
            self.now += Duration::from_millis(1);
            self.run_once();
        }
    }

    fn run_once(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.client.poll_event(self.now, &mut bytes) {
            match event {
                ClientLinkEvent::Connected => self.is_in = true,
                ClientLinkEvent::Packet { channel } => {
                    self.down.push((channel, bytes.clone()));
                }
                ClientLinkEvent::Direct { .. } => panic!("games have no direct links"),
                ClientLinkEvent::Disconnected { reason } => self.ends[0] = Some(reason),
            }
        }
        while self.proxy.poll_event(self.now, &mut Vec::new()).is_some() {}
        let mut bytes = Vec::new();
        while let Some(event) = self.game.poll_event(self.now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    assert_eq!(bytes, [0, 0, 0, 7], "the game hears what the client said");
                    self.peer = Some(peer);
                    self.game.accept(self.now, peer, &[]);
                }
                ServerLinkEvent::Packet { channel, .. } => {
                    self.up.push((channel, bytes.clone()));
                }
                ServerLinkEvent::Disconnected { reason, .. } => self.ends[1] = Some(reason),
            }
        }
    }
}

fn of(messages: &[(MessageChannel, Vec<u8>)], channel: MessageChannel) -> Vec<Vec<u8>> {
    messages.iter().filter(|(on, _)| *on == channel).map(|(_, message)| message.clone()).collect()
}

/// A message of this length that differs from all others.
fn message(number: usize, bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at * 31 + number) as u8).collect()
}

#[test]
fn every_message_goes_through_byte_for_byte_on_its_channel() {
    let mut fixture = Fixture::new(0.0);
    let reliable: Vec<_> = (0..40).map(|number| message(number, [0, 1, 1252, 20_000][number % 4])).collect();
    // The last one is larger than a datagram, so it is sent reliably, as ENet does.
    let unreliable: Vec<_> = [1, 60, 1200, 1252, 3000].map(|bytes| message(bytes, bytes)).to_vec();
    for message in &reliable {
        fixture.send_both_ways(RELIABLE_CHANNEL, message);
    }
    for message in &unreliable {
        fixture.send_both_ways(UNRELIABLE_CHANNEL, message);
    }
    fixture.run_until("all have come", |fixture| fixture.up.len() == 45 && fixture.down.len() == 45);
    for saw in [&fixture.up, &fixture.down] {
        assert!(of(saw, RELIABLE_CHANNEL) == reliable, "what is reliable");
        assert!(of(saw, UNRELIABLE_CHANNEL) == unreliable, "what is not");
    }
}

#[test]
fn what_is_reliable_is_complete_and_in_order_though_a_fifth_is_lost_on_both_legs() {
    let mut fixture = Fixture::new(0.2);
    let messages: Vec<_> = (0..40).map(|number| message(number, 1 + number * 40)).collect();
    for message in &messages {
        fixture.send_both_ways(RELIABLE_CHANNEL, message);
    }
    fixture.run_until("all have come", |fixture| fixture.up.len() == 40 && fixture.down.len() == 40);
    assert!(of(&fixture.up, RELIABLE_CHANNEL) == messages && of(&fixture.down, RELIABLE_CHANNEL) == messages);
}

#[test]
fn last_words_of_either_side_go_through_before_its_goodbye() {
    for client_leaves in [true, false] {
        let mut fixture = Fixture::new(0.0);
        let (now, peer) = (fixture.now, fixture.peer.unwrap());
        fixture.send_both_ways(RELIABLE_CHANNEL, b"farewell");
        if client_leaves {
            fixture.client.disconnect(now);
        } else {
            fixture.game.disconnect(now, peer, "");
        }
        fixture.run_until("both have ended", |fixture| fixture.ends.iter().all(Option::is_some));
        let (heard, end) = if client_leaves { (&fixture.up, 1) } else { (&fixture.down, 0) };
        assert_eq!(of(heard, RELIABLE_CHANNEL), [b"farewell".to_vec()]);
        assert_eq!(fixture.ends[end], Some(DisconnectReason::closed_by_peer(b"")));
    }
}

/// A game without voice.
#[derive(Clone, Copy, Debug)]
struct NoVoice;

impl EnvelopeEnd for NoVoice {
    fn wrap(&mut self, _: Instant, _: Delivery, _: &[u8], _: &mut Vec<u8>) -> Option<MessageChannel> {
        None
    }
}

impl Envelope for NoVoice {
    fn handle_from_client(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        parts.to_game(channel, message);
    }
}

impl EnvelopeKind for NoVoice {
    type Envelope = Self;

    fn open(&mut self, _now: Instant) -> Self {
        *self
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        messages
    }
}
