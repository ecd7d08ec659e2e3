//! A server and clients on real sockets and one thread, and the events that they reported.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::darkrift::{ClientSettings, DarkRiftClient, DarkRiftServer, ServerSettings};
use consonance_link::gateway::MessageChannel;
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, DisconnectReason, Peer, ServerLinkEvent, ServerNetwork as _,
};

/// The time after which a rule counts as broken.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Saw {
    /// The greeting.
    Connected(Vec<u8>),
    Message(MessageChannel, Vec<u8>),
    Disconnected(DisconnectReason),
}

pub(crate) struct Fixture {
    pub(crate) server: DarkRiftServer,
    pub(crate) clients: Vec<DarkRiftClient>,
    pub(crate) server_saw: BTreeMap<Peer, Vec<Saw>>,
    pub(crate) clients_saw: Vec<Vec<Saw>>,
    /// The greeting with which newcomers are accepted at once.
    pub(crate) greeting: Vec<u8>,
}

impl Fixture {
    pub(crate) fn new(settings: ServerSettings) -> Self {
        #[cfg(unix)]
        crate::darkrift::descriptors::ask_for_enough();
        let server = DarkRiftServer::bind(([127, 0, 0, 1], 0).into(), settings).expect("a port is free");
        Self {
            server,
            clients: Vec::new(),
            server_saw: BTreeMap::new(),
            clients_saw: Vec::new(),
            greeting: Vec::new(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.local_addr()
    }

    /// Adds a client that begins to connect.
    pub(crate) fn begin(&mut self, settings: ClientSettings) -> usize {
        let mut client = DarkRiftClient::new(settings).expect("there is a descriptor left");
        client.connect(Instant::now());
        self.clients.push(client);
        self.clients_saw.push(Vec::new());
        self.clients.len() - 1
    }

    /// Adds a client and waits until it is connected.
    pub(crate) fn connect(&mut self) -> usize {
        let client = self.begin(ClientSettings::new(self.address()));
        self.drive_until(|fixture| fixture.is_connected(client));
        client
    }

    pub(crate) fn is_connected(&self, client: usize) -> bool {
        matches!(self.clients_saw[client].last(), Some(Saw::Connected(_) | Saw::Message(..)))
    }

    pub(crate) fn end_of(&self, peer: Peer) -> Option<&DisconnectReason> {
        match self.server_saw.get(&peer)?.last()? {
            Saw::Disconnected(reason) => Some(reason),
            Saw::Connected(_) | Saw::Message(..) => None,
        }
    }

    /// The peer that connected last.
    pub(crate) fn last_peer(&self) -> Peer {
        *self.server_saw.last_key_value().expect("a client connected").0
    }

    pub(crate) fn server_heard(&self, peer: Peer, channel: MessageChannel, message: &[u8]) -> bool {
        self.server_saw.get(&peer).is_some_and(|saw| saw.contains(&Saw::Message(channel, message.to_vec())))
    }

    pub(crate) fn client_heard(&self, client: usize, channel: MessageChannel, message: &[u8]) -> bool {
        self.clients_saw[client].contains(&Saw::Message(channel, message.to_vec()))
    }

    pub(crate) fn drive_once(&mut self) {
        let now = Instant::now();
        let mut newcomers = Vec::new();
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(now, &mut bytes) {
            let (peer, saw) = match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    newcomers.push(peer);
                    (peer, Saw::Connected(bytes.clone()))
                }
                ServerLinkEvent::Packet { peer, channel } => (peer, Saw::Message(channel, bytes.clone())),
                ServerLinkEvent::Disconnected { peer, reason } => (peer, Saw::Disconnected(reason)),
            };
            self.server_saw.entry(peer).or_default().push(saw);
        }
        for peer in newcomers {
            self.server.accept(now, peer, &self.greeting);
        }
        self.server.flush(now);
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
