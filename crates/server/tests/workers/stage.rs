//! A running server whose workers have a network in memory each, and players that wait for what they hear.

use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use consonance_server::{DedicatedServer, SessionsSettings, Workers};
use consonance_session::{
    ChannelProperties, Client, ClientEvent, ClientSettings, Delivery, Instant as SessionInstant, LinkCommand,
    LinkId, Target,
};
use consonance_transport::memory::{MemoryClient, MemoryNetwork};
use consonance_transport::{
    self as transport, ClientEvent as TransportEvent, ClientTransport as _, DisconnectReason,
};

/// How long anything may take. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Stage {
    pub(crate) server: DedicatedServer,
    networks: Vec<MemoryNetwork>,
    place: Box<dyn Fn(&str) -> usize>,
}

impl Stage {
    pub(crate) fn new(sessions: &[&str], workers: usize) -> Self {
        Self::with_settings(&SessionsSettings::new(sessions.iter().copied()).unwrap(), workers)
    }

    pub(crate) fn with_settings(settings: &SessionsSettings, workers: usize) -> Self {
        Self::with_workers(Workers::new(settings, NonZeroUsize::new(workers).unwrap()))
    }

    pub(crate) fn with_workers(mut workers: Workers) -> Self {
        let networks: Vec<_> = (0..workers.count().get()).map(|_| MemoryNetwork::new()).collect();
        workers.add_shards(networks.iter().map(MemoryNetwork::listen));
        let place = Box::new(workers.placement());
        Self { server: DedicatedServer::start(workers), networks, place }
    }

    /// Joins a session over the network of the worker that serves it, and listens and talks to the room "lobby".
    pub(crate) fn player(&self, name: &str, session: &str) -> Player {
        self.player_of_worker((self.place)(session), name, session)
    }

    /// The same over the network of another worker.
    pub(crate) fn player_of_worker(&self, worker: usize, name: &str, session: &str) -> Player {
        Player::new(name, self.networks[worker].client(session))
    }
}

pub(crate) struct Player {
    pub(crate) client: Client,
    transport: MemoryClient,
    started: Instant,
    pub(crate) has_joined: bool,
    pub(crate) heard: Vec<Vec<u8>>,
    pub(crate) end: Option<DisconnectReason>,
    /// What it was told of decisions about it.
    pub(crate) told: Vec<String>,
}

impl Player {
    fn new(name: &str, transport: MemoryClient) -> Self {
        let mut client = Client::new(ClientSettings::new(name));
        client.join_room("lobby").unwrap();
        client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
        client.start();
        let started = Instant::now();
        Self { client, transport, started, has_joined: false, heard: Vec::new(), end: None, told: Vec::new() }
    }

    pub(crate) fn say(&mut self, frame: &[u8]) {
        self.client.send_voice(frame).unwrap();
        self.turn();
    }

    pub(crate) fn turn(&mut self) {
        let now = Instant::now();
        let at = SessionInstant::from_micros(now.duration_since(self.started).as_micros() as u64);
        let link = LinkId(1);
        while let Some(event) = self.transport.poll(now) {
            match event {
                TransportEvent::Connected => self.client.handle_connected(at, link),
                TransportEvent::Packet { delivery, packet } => {
                    let delivery = match delivery {
                        transport::Delivery::Reliable => Delivery::Reliable,
                        transport::Delivery::Unreliable => Delivery::Unreliable,
                    };
                    self.client.handle_packet(at, link, delivery, packet);
                }
                TransportEvent::Disconnected { reason } => self.end = Some(reason),
                TransportEvent::Direct { .. } => panic!("these players reach each other through the server"),
            }
        }
        while let Some(command) = self.client.poll_command() {
            match command {
                LinkCommand::Open => self.transport.connect(now),
                LinkCommand::Close { .. } => self.transport.disconnect(now),
            }
        }
        while let Some(transmit) = self.client.poll_transmit() {
            let delivery = match transmit.delivery {
                Delivery::Reliable => transport::Delivery::Reliable,
                Delivery::Unreliable => transport::Delivery::Unreliable,
            };
            self.transport.send(now, delivery, transmit.payload);
        }
        while let Some(event) = self.client.poll_event() {
            match event {
                ClientEvent::Joined { .. } => self.has_joined = true,
                ClientEvent::Voice(voice) => self.heard.push(voice.frame.to_vec()),
                ClientEvent::Sanctioned { sanction, terms } => {
                    let reason = terms.map(|terms| terms.reason().to_owned());
                    self.told.push(format!("{sanction:?}: {}", reason.as_deref().unwrap_or("no longer")));
                }
                ClientEvent::Kicked { reason } => self.told.push(format!("kicked: {reason}")),
                ClientEvent::Moved { from, to } => self.told.push(format!("moved from {from} to {to}")),
                _ => {}
            }
        }
    }
}

/// Lets these players listen until that is so.
pub(crate) fn wait_until(
    what: &str,
    players: &mut [&mut Player],
    mut is_so: impl FnMut(&[&mut Player]) -> bool,
) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        for player in players.iter_mut() {
            player.turn();
        }
        if is_so(players) {
            return;
        }
        assert!(Instant::now() < deadline, "this does not happen: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
