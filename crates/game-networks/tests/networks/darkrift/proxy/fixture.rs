//! Clients, a proxy and a game's server on one thread, and the events that each of them saw.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::darkrift::voice::{DarkRiftVoice, DarkRiftVoiceSettings, Layout, VoiceDialect};
use consonance_game_networks::darkrift::{ClientSettings, DarkRiftClient, DarkRiftServer, ServerSettings};
use consonance_link::gateway::{EnvelopeServer, MessageChannel, UpstreamSettings, VoiceStart};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerLinkEvent,
    ServerNetwork as _,
};

use crate::darkrift::fixture::{PATIENCE, Saw};
use crate::darkrift::relay::Relay;

pub(crate) const HANDSHAKE: [u8; 5] = [0x8B, 0xC7, 4, 1, 2];
pub(crate) const VOICE: [u8; 4] = [0x8B, 0xC7, 2, 9];

/// A packet in the game's own message format, of which the proxy is not told.
pub(crate) fn voice_message(packet: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    VoiceDialect { tag: 0xD155, layout: Layout::Prefixed }.write(packet, &mut message);
    message
}

/// An event that the session saw of a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Connected,
    Packet(Delivery, Vec<u8>),
    Disconnected(DisconnectReason),
}

pub(crate) struct Fixture {
    pub(crate) proxy: EnvelopeServer<DarkRiftServer, DarkRiftVoice, DarkRiftClient>,
    pub(crate) game: DarkRiftServer,
    pub(crate) clients: Vec<DarkRiftClient>,
    pub(crate) clients_saw: Vec<Vec<Saw>>,
    /// Events that the game's server saw.
    pub(crate) game_saw: BTreeMap<Peer, Vec<Saw>>,
    /// The clients that the game's server accepted, in the order in which it numbers them.
    admitted: Vec<Peer>,
    /// The greeting with which the game's server accepts all clients; if it is empty, it sends its own numbers.
    pub(crate) greeting: Vec<u8>,
    pub(crate) heard: BTreeMap<Peer, Vec<Heard>>,
    /// One on each side of the proxy, if the path is bad.
    relays: Vec<Relay>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with_ways(0)
    }

    /// Every fifth datagram is lost on each side of the proxy.
    pub(crate) fn lossy() -> Self {
        Self::with_ways(20)
    }

    fn with_ways(loss_percent: u8) -> Self {
        #[cfg(unix)]
        crate::darkrift::descriptors::ask_for_enough();
        let listen = || {
            DarkRiftServer::bind(([127, 0, 0, 1], 0).into(), ServerSettings::default())
                .expect("a port is free")
        };
        let (front, game) = (listen(), listen());
        let mut upstream = game.local_addr();
        let mut relays = Vec::new();
        if loss_percent > 0 {
            for server in [front.local_addr(), upstream] {
                let relay = Relay::to(server);
                relay.lose(loss_percent);
                upstream = relay.address();
                relays.push(relay);
            }
        }
        let open_upstream = move |_| DarkRiftClient::new(quick(upstream));
        let envelopes = DarkRiftVoice::in_proxy(DarkRiftVoiceSettings::default());
        let proxy = EnvelopeServer::new(front, envelopes, "main")
            .voice_start(VoiceStart::WithFirstPacket)
            .upstream(open_upstream, UpstreamSettings::default())
            .expect("there is a descriptor left");
        Self {
            proxy,
            game,
            clients: Vec::new(),
            clients_saw: Vec::new(),
            game_saw: BTreeMap::new(),
            admitted: Vec::new(),
            greeting: Vec::new(),
            heard: BTreeMap::new(),
            relays,
        }
    }

    /// The address to which clients connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.relays.first().map_or_else(|| self.proxy.network().local_addr(), Relay::address)
    }

    /// Adds a client that begins to connect.
    pub(crate) fn begin(&mut self, address: SocketAddr) -> usize {
        let mut client = DarkRiftClient::new(quick(address)).expect("there is a descriptor left");
        client.connect(Instant::now());
        self.clients.push(client);
        self.clients_saw.push(Vec::new());
        self.clients.len() - 1
    }

    /// Adds a client and waits until it is in the game.
    pub(crate) fn connect(&mut self) -> usize {
        let client = self.begin(self.address());
        self.drive_until(|fixture| fixture.is_connected(client));
        client
    }

    pub(crate) fn is_connected(&self, client: usize) -> bool {
        matches!(self.clients_saw[client].first(), Some(Saw::Connected(_)))
    }

    /// The game's peer of a client, by the number that the game gave it.
    pub(crate) fn game_peer(&self, client: usize) -> Peer {
        let Some(Saw::Connected(id)) = self.clients_saw[client].first() else { panic!("it is connected") };
        let number = u16::from_be_bytes(id.as_slice().try_into().expect("a number has two bytes"));
        self.admitted[usize::from(number)]
    }

    pub(crate) fn game_heard(&self, peer: Peer, channel: MessageChannel) -> Vec<&[u8]> {
        messages(&self.game_saw[&peer], channel)
    }

    pub(crate) fn client_heard(&self, client: usize, channel: MessageChannel) -> Vec<&[u8]> {
        messages(&self.clients_saw[client], channel)
    }

    pub(crate) fn game_end(&self, peer: Peer) -> Option<&DisconnectReason> {
        end(&self.game_saw[&peer])
    }

    pub(crate) fn client_end(&self, client: usize) -> Option<&DisconnectReason> {
        end(&self.clients_saw[client])
    }

    /// The disconnect reason of the client that spoke first.
    pub(crate) fn session_end(&self) -> Option<&DisconnectReason> {
        match self.heard.first_key_value()?.1.last()? {
            Heard::Disconnected(reason) => Some(reason),
            Heard::Connected | Heard::Packet(..) => None,
        }
    }

    pub(crate) fn drive_once(&mut self) {
        let now = Instant::now();
        self.drive_game(now);
        let mut bytes = Vec::new();
        while let Some(event) = self.proxy.poll_event(now, &mut bytes) {
            let (peer, heard) = match event {
                ServerLinkEvent::Connected { peer, .. } => (peer, Heard::Connected),
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    (peer, Heard::Packet(delivery, bytes.clone()))
                }
                ServerLinkEvent::Disconnected { peer, reason } => (peer, Heard::Disconnected(reason)),
            };
            self.heard.entry(peer).or_default().push(heard);
        }
        for (client, saw) in self.clients.iter_mut().zip(&mut self.clients_saw) {
            let mut bytes = Vec::new();
            while let Some(event) = client.poll_event(now, &mut bytes) {
                saw.push(match event {
                    ClientLinkEvent::Connected => Saw::Connected(bytes.clone()),
                    ClientLinkEvent::Packet { channel } => Saw::Message(channel, bytes.clone()),
                    ClientLinkEvent::Direct { .. } => panic!("games have no direct links"),
                    ClientLinkEvent::Disconnected { reason } => Saw::Disconnected(reason),
                });
            }
        }
    }

    fn drive_game(&mut self, now: Instant) {
        let mut newcomers = Vec::new();
        let mut bytes = Vec::new();
        while let Some(event) = self.game.poll_event(now, &mut bytes) {
            let (peer, saw) = match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    newcomers.push(peer);
                    (peer, Saw::Connected(bytes.clone()))
                }
                ServerLinkEvent::Packet { peer, channel } => (peer, Saw::Message(channel, bytes.clone())),
                ServerLinkEvent::Disconnected { peer, reason } => (peer, Saw::Disconnected(reason)),
            };
            self.game_saw.entry(peer).or_default().push(saw);
        }
        for &peer in &newcomers {
            self.game.accept(now, peer, &self.greeting);
        }
        self.admitted.extend(newcomers);
        self.game.flush(now);
    }

    pub(crate) fn drive_until(&mut self, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.drive_once();
            if is_so(self) {
                return;
            }
            assert!(Instant::now() < deadline, "this does not happen; clients saw {:?}", self.clients_saw);
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn quick(server: SocketAddr) -> ClientSettings {
    ClientSettings { token_interval: Duration::from_millis(50), ..ClientSettings::new(server) }
}

fn messages(saw: &[Saw], wanted: MessageChannel) -> Vec<&[u8]> {
    let messages = saw.iter().filter_map(|saw| match saw {
        Saw::Message(channel, message) if *channel == wanted => Some(message.as_slice()),
        _ => None,
    });
    messages.collect()
}

fn end(saw: &[Saw]) -> Option<&DisconnectReason> {
    match saw.last()? {
        Saw::Disconnected(reason) => Some(reason),
        Saw::Connected(_) | Saw::Message(..) => None,
    }
}
