//! Clients, a proxy and a game's server on one thread, with simulated time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use consonance_link::gateway::memory::{MemoryGameNetwork, MemoryGameNetworkClient, MemoryGameNetworkServer};
use consonance_link::gateway::{EnvelopeServer, MessageChannel, UpstreamSettings, VoiceStart};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerLinkEvent,
    ServerNetwork as _,
};

use crate::proxy::marked::MarkedEnvelope;

/// An event that one end has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Saw {
    /// With a greeting.
    Connected(Vec<u8>),
    Message(MessageChannel, Vec<u8>),
    Disconnected(DisconnectReason),
}

/// An event that the session has seen from a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Connected,
    Packet(Delivery, Vec<u8>),
    Disconnected(DisconnectReason),
}

pub(crate) struct Fixture {
    pub(crate) now: Instant,
    front: MemoryGameNetwork,
    back: MemoryGameNetwork,
    pub(crate) proxy: EnvelopeServer<MemoryGameNetworkServer, MarkedEnvelope, MemoryGameNetworkClient>,
    /// `None` when it is down.
    pub(crate) game: Option<MemoryGameNetworkServer>,
    /// Whether the game's server accepts clients, and with what greeting.
    pub(crate) takes_in: Option<&'static [u8]>,
    pub(crate) clients: Vec<MemoryGameNetworkClient>,
    /// The client that does not poll.
    pub(crate) paused: Option<usize>,
    pub(crate) is_game_paused: bool,
    saw: Vec<Vec<Saw>>,
    /// The events of the game's server by peer, in the order of arrival.
    pub(crate) game_saw: BTreeMap<Peer, Vec<Saw>>,
    pub(crate) heard: BTreeMap<Peer, Vec<Heard>>,
    /// Whether the session refuses new peers.
    pub(crate) refuses: bool,
}

impl Fixture {
    pub(crate) fn new(settings: UpstreamSettings) -> Self {
        Self::with_voice_start(VoiceStart::WithFirstPacket, settings)
    }

    pub(crate) fn with_voice_start(voice_start: VoiceStart, settings: UpstreamSettings) -> Self {
        let (front, back) = (MemoryGameNetwork::new(), MemoryGameNetwork::new());
        let upstreams = back.clone();
        let open_upstream = move |_| Ok(upstreams.client());
        let proxy = EnvelopeServer::new(front.listen(), MarkedEnvelope, "main")
            .voice_start(voice_start)
            .upstream(open_upstream, settings)
            .expect("there is a descriptor left");
        Self {
            now: Instant::now(),
            game: Some(back.listen()),
            front,
            back,
            proxy,
            takes_in: Some(b""),
            clients: Vec::new(),
            paused: None,
            is_game_paused: false,
            saw: Vec::new(),
            game_saw: BTreeMap::new(),
            heard: BTreeMap::new(),
            refuses: false,
        }
    }

    /// With so many clients, all in the game.
    pub(crate) fn with_clients(count: usize) -> Self {
        let mut fixture = Self::new(UpstreamSettings::default());
        for _ in 0..count {
            fixture.connect(b"");
        }
        fixture.drive();
        fixture
    }

    /// Adds a client that starts to connect.
    pub(crate) fn connect(&mut self, greeting: &[u8]) -> usize {
        let mut client = self.front.client();
        client.set_greeting(greeting);
        client.connect(self.now);
        self.clients.push(client);
        self.saw.push(Vec::new());
        self.clients.len() - 1
    }

    pub(crate) fn restart_game(&mut self) {
        self.game = Some(self.back.listen());
    }

    pub(crate) fn client_sends(&mut self, client: usize, channel: MessageChannel, message: &[u8]) {
        self.clients[client].send(self.now, channel, message);
    }

    pub(crate) fn game_sends(&mut self, peer: Peer, channel: MessageChannel, message: &[u8]) {
        self.game.as_mut().expect("the game's server is there").send(self.now, &[peer], channel, message);
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    /// Polls all ends until there are no more events.
    pub(crate) fn drive(&mut self) {
        while self.drive_session() | self.drive_game() | self.drive_clients() {}
    }

    pub(crate) fn saw(&self, client: usize) -> &[Saw] {
        &self.saw[client]
    }

    /// The events that the game's server has seen from a client, by order of arrival.
    pub(crate) fn game_saw(&self, number: usize) -> &[Saw] {
        self.game_saw.values().nth(number).map_or(&[], Vec::as_slice)
    }

    /// A client's name at the game's server.
    pub(crate) fn game_peer(&self, number: usize) -> Peer {
        *self.game_saw.keys().nth(number).expect("so many have come")
    }

    fn drive_session(&mut self) -> bool {
        let mut has_seen = false;
        let mut bytes = Vec::new();
        while let Some(event) = self.proxy.poll_event(self.now, &mut bytes) {
            has_seen = true;
            match event {
                ServerLinkEvent::Connected { peer, session, .. } => {
                    assert_eq!(session, "main");
                    self.heard.entry(peer).or_default().push(Heard::Connected);
                    if self.refuses {
                        self.proxy.disconnect(self.now, peer, "not you");
                    }
                }
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    let heard = self.heard.get_mut(&peer).expect("a peer connects before it speaks");
                    heard.push(Heard::Packet(delivery, bytes.clone()));
                }
                ServerLinkEvent::Disconnected { peer, reason } => {
                    let heard = self.heard.get_mut(&peer).expect("a peer connects before it leaves");
                    heard.push(Heard::Disconnected(reason));
                }
            }
        }
        has_seen
    }

    fn drive_game(&mut self) -> bool {
        let mut has_seen = false;
        let Some(game) = self.game.as_mut().filter(|_| !self.is_game_paused) else { return false };
        let mut bytes = Vec::new();
        while let Some(event) = game.poll_event(self.now, &mut bytes) {
            has_seen = true;
            let (peer, saw) = match event {
                ServerLinkEvent::Connected { peer, .. } => (peer, Saw::Connected(bytes.clone())),
                ServerLinkEvent::Packet { peer, channel } => (peer, Saw::Message(channel, bytes.clone())),
                ServerLinkEvent::Disconnected { peer, reason } => (peer, Saw::Disconnected(reason)),
            };
            if let (Saw::Connected(_), Some(greeting)) = (&saw, self.takes_in) {
                game.accept(self.now, peer, greeting);
            }
            self.game_saw.entry(peer).or_default().push(saw);
        }
        has_seen
    }

    fn drive_clients(&mut self) -> bool {
        let mut has_seen = false;
        for (number, client) in self.clients.iter_mut().enumerate() {
            if self.paused == Some(number) {
                continue;
            }
            let mut bytes = Vec::new();
            while let Some(event) = client.poll_event(self.now, &mut bytes) {
                has_seen = true;
                self.saw[number].push(match event {
                    ClientLinkEvent::Connected => Saw::Connected(bytes.clone()),
                    ClientLinkEvent::Packet { channel } => Saw::Message(channel, bytes.clone()),
                    ClientLinkEvent::Direct { .. } => panic!("games have no direct links"),
                    ClientLinkEvent::Disconnected { reason } => Saw::Disconnected(reason),
                });
            }
        }
        has_seen
    }
}

/// The messages of one channel.
pub(crate) fn messages(saw: &[Saw], channel: MessageChannel) -> Vec<&[u8]> {
    let of_channel = saw.iter().filter_map(|saw| match saw {
        Saw::Message(on, message) if *on == channel => Some(message.as_slice()),
        _ => None,
    });
    of_channel.collect()
}

/// Why it ended.
pub(crate) fn end(saw: &[Saw]) -> Option<&DisconnectReason> {
    saw.iter().find_map(|saw| if let Saw::Disconnected(reason) = saw { Some(reason) } else { None })
}
