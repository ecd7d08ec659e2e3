//! Clients, a proxy and a game's server on one thread, with real sockets and simulated time.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_game_networks::kcp::{Generation, KcpClient, KcpClientSettings, KcpServer, KcpServerSettings};
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

/// The maximum wait, in simulated time.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) type Client = UdpClient<Cable<KcpClient>>;

pub(crate) struct Fixture {
    pub(crate) now: Instant,
    pub(crate) proxy: EnvelopeServer<UdpServer<KcpServer>, NoVoice, Client>,
    pub(crate) game: UdpServer<KcpServer>,
    pub(crate) is_game_dead: bool,
    pub(crate) clients: Vec<Client>,
    pub(crate) saw: Vec<Saw>,
    pub(crate) game_saw: Vec<(Peer, Saw)>,
    loss: f64,
}

/// The events of one connection.
#[derive(Debug, Default)]
pub(crate) struct Saw {
    pub(crate) is_connected: bool,
    pub(crate) messages: Vec<(MessageChannel, Vec<u8>)>,
    pub(crate) end: Option<DisconnectReason>,
}

impl Saw {
    pub(crate) fn of(&self, channel: MessageChannel) -> Vec<&[u8]> {
        self.messages.iter().filter(|(on, _)| *on == channel).map(|(_, message)| message.as_slice()).collect()
    }
}

impl Fixture {
    /// A fixture with this loss on both legs in each direction.
    pub(crate) fn new(loss: f64) -> Self {
        let settings = KcpServerSettings::default();
        let learned = settings.learned.clone();
        let game = server(KcpServerSettings::default());
        let upstream = game.local_addr();
        let mut seed = 1000;
        let open_upstream = move |_| {
            seed += 1;
            let settings = KcpClientSettings { learned: learned.clone(), ..KcpClientSettings::default() };
            Ok(client_of(upstream, settings, loss, seed))
        };
        let proxy = EnvelopeServer::new(server(settings), NoVoice, "main")
            .voice_start(VoiceStart::WithFirstPacket)
            .upstream(open_upstream, UpstreamSettings::default())
            .expect("there is a descriptor left");
        Self {
            now: Instant::now(),
            proxy,
            game,
            is_game_dead: false,
            clients: Vec::new(),
            saw: Vec::new(),
            game_saw: Vec::new(),
            loss,
        }
    }

    /// Adds a client, which begins to connect.
    pub(crate) fn add_client(&mut self, generation: Generation) -> usize {
        let settings = KcpClientSettings { generation, ..KcpClientSettings::default() };
        let number = self.clients.len();
        let mut client = client_of(self.proxy.network().local_addr(), settings, self.loss, number as u64);
        client.connect(self.now);
        self.clients.push(client);
        self.saw.push(Saw::default());
        number
    }

    pub(crate) fn client_sends(&mut self, client: usize, channel: MessageChannel, message: &[u8]) {
        self.clients[client].send(self.now, channel, message);
    }

    pub(crate) fn game_sends(&mut self, peer: Peer, channel: MessageChannel, message: &[u8]) {
        self.game.send(self.now, &[peer], channel, message);
    }

    /// Lets time pass until a condition holds.
    pub(crate) fn run_until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = self.now + PATIENCE;
        while !is_so(self) {
            assert!(self.now < deadline, "not within {PATIENCE:?}: {what}");
            self.now += Duration::from_millis(1);
            self.run_once();
        }
    }

    pub(crate) fn run_once(&mut self) {
        for (client, saw) in self.clients.iter_mut().zip(&mut self.saw) {
            let mut bytes = Vec::new();
            while let Some(event) = client.poll_event(self.now, &mut bytes) {
                match event {
                    ClientLinkEvent::Connected => saw.is_connected = true,
                    ClientLinkEvent::Packet { channel } => {
                        saw.messages.push((channel, bytes.clone()));
                    }
                    ClientLinkEvent::Direct { .. } => panic!("games have no direct links"),
                    ClientLinkEvent::Disconnected { reason } => saw.end = Some(reason),
                }
            }
        }
        while let Some(event) = self.proxy.poll_event(self.now, &mut Vec::new()) {
            assert!(!matches!(event, ServerLinkEvent::Packet { .. }), "there is no voice here");
        }
        if !self.is_game_dead {
            self.turn_game();
        }
    }

    fn turn_game(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.game.poll_event(self.now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    self.game.accept(self.now, peer, &[]);
                    self.game_saw.push((peer, Saw::default()));
                }
                ServerLinkEvent::Packet { peer, channel } => {
                    self.saw_of(peer).messages.push((channel, bytes.clone()));
                }
                ServerLinkEvent::Disconnected { peer, reason } => self.saw_of(peer).end = Some(reason),
            }
        }
    }

    fn saw_of(&mut self, peer: Peer) -> &mut Saw {
        let found = self.game_saw.iter_mut().find(|(of, _)| *of == peer);
        &mut found.expect("it has come before").1
    }
}

pub(crate) fn server(settings: KcpServerSettings) -> UdpServer<KcpServer> {
    let endpoint = KcpServer::new(settings, [7; 32]);
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    UdpServer::bind(address, endpoint, UdpServerSettings::default()).expect("there is a port left")
}

pub(crate) fn client_of(server: SocketAddr, settings: KcpClientSettings, loss: f64, seed: u64) -> Client {
    UdpClient::new(server, Cable::losing(KcpClient::new(settings), loss, seed), UdpClientSettings::default())
}

/// A game without voice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoVoice;

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
