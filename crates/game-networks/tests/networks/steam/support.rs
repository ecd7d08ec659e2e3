//! Test support: a Steam on simulated time, originals on it that send bytes by hand, and ends of ours.

use std::time::{Duration, Instant};

use consonance_game_networks::steam::hub::{Hub, HubAccount, HubSettings};
use consonance_game_networks::steam::{
    ClientSettings, SendKind, ServerSettings, SteamChannels, SteamClient, SteamEvent, SteamId, SteamP2p as _,
    SteamServer,
};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DirectEvent, DisconnectReason, Peer, ServerLinkEvent,
    ServerNetwork as _,
};

pub(crate) const CHANNELS: SteamChannels = SteamChannels {
    to_server: 144_984_105,
    to_client: 144_984_106,
    server_hello: 144_984_107,
    player_hello: 144_984_108,
};

/// A handshake request and a player's introduction, as far as a network looks at them.
pub(crate) const HANDSHAKE_REQUEST: &[u8] = &[0x8b, 0xc7, 4];
pub(crate) const HANDSHAKE_P2P: &[u8] = &[0x8b, 0xc7, 11, 0, 0, 0, 7, 0, 1];
pub(crate) const VOICE: &[u8] = &[0x8b, 0xc7, 2, 0];

/// A Steam and its clock.
pub(crate) struct World {
    pub(crate) hub: Hub,
    pub(crate) now: Instant,
}

impl World {
    pub(crate) fn new(settings: HubSettings) -> Self {
        let now = Instant::now();
        Self { hub: Hub::new(settings, now), now }
    }

    pub(crate) fn server(&self, id: u64, settings: ServerSettings) -> Server {
        let transport = SteamServer::new(self.hub.log_in(SteamId(id)), settings);
        Server { transport, came: Vec::new(), went: Vec::new(), heard: Vec::new() }
    }

    pub(crate) fn player(&self, id: u64, settings: ClientSettings) -> Player {
        let transport = SteamClient::new(self.hub.log_in(SteamId(id)), settings);
        Player { transport, connected: 0, end: None, heard: Vec::new(), direct: Vec::new() }
    }

    pub(crate) fn original(&self, id: u64) -> Original {
        Original { steam: self.hub.log_in(SteamId(id)), requests: Vec::new(), lost: Vec::new() }
    }

    /// Lets time pass for these actors, millisecond by millisecond.
    pub(crate) fn pass(&mut self, time: Duration, all: &mut [&mut dyn Actor]) {
        for _ in 0..time.as_millis() {
            self.now += Duration::from_millis(1);
            for actor in all.iter_mut() {
                actor.run_once(self.now);
            }
        }
    }
}

/// An end that has something to do as time passes.
pub(crate) trait Actor {
    fn run_once(&mut self, now: Instant);
}

/// A server of ours, and the events that it reported.
pub(crate) struct Server {
    pub(crate) transport: SteamServer<HubAccount>,
    pub(crate) came: Vec<(Peer, String)>,
    pub(crate) went: Vec<(Peer, DisconnectReason)>,
    pub(crate) heard: Vec<(Peer, Delivery, Vec<u8>)>,
}

impl Actor for Server {
    fn run_once(&mut self, now: Instant) {
        let mut bytes = Vec::new();
        while let Some(event) = self.transport.poll_event(now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, remote, .. } => self.came.push((peer, remote.to_string())),
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    self.heard.push((peer, delivery, bytes.clone()));
                }
                ServerLinkEvent::Disconnected { peer, reason } => self.went.push((peer, reason)),
            }
        }
    }
}

/// A player of ours, and the events that it reported.
pub(crate) struct Player {
    pub(crate) transport: SteamClient<HubAccount>,
    pub(crate) connected: usize,
    pub(crate) end: Option<DisconnectReason>,
    pub(crate) heard: Vec<(Delivery, Vec<u8>)>,
    /// New direct links, packets, and ended links.
    pub(crate) direct: Vec<(Peer, Direct)>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Direct {
    Up,
    Packet(Delivery, Vec<u8>),
    Down(DisconnectReason),
}

impl Actor for Player {
    fn run_once(&mut self, now: Instant) {
        let mut bytes = Vec::new();
        while let Some(event) = self.transport.poll_event(now, &mut bytes) {
            match event {
                ClientLinkEvent::Connected => self.connected += 1,
                ClientLinkEvent::Packet { channel: delivery } => self.heard.push((delivery, bytes.clone())),
                ClientLinkEvent::Disconnected { reason } => self.end = Some(reason),
                ClientLinkEvent::Direct { peer, event } => self.direct.push((
                    peer,
                    match event {
                        DirectEvent::Up => Direct::Up,
                        DirectEvent::Packet { delivery } => Direct::Packet(delivery, bytes.clone()),
                        DirectEvent::Down { reason } => Direct::Down(reason),
                    },
                )),
            }
        }
    }
}

/// An account that does only what it is told to, as a game with an original in it would.
pub(crate) struct Original {
    pub(crate) steam: HubAccount,
    /// Accounts that asked for a session and are not accepted yet.
    pub(crate) requests: Vec<SteamId>,
    pub(crate) lost: Vec<SteamId>,
}

impl Actor for Original {
    fn run_once(&mut self, now: Instant) {
        self.steam.run_callbacks(now);
        while let Some(event) = self.steam.poll_event() {
            match event {
                SteamEvent::SessionRequest { from } => self.requests.push(from),
                SteamEvent::ConnectFail { with, .. } => self.lost.push(with),
            }
        }
    }
}

impl Original {
    pub(crate) fn accept_all(&mut self) {
        for from in self.requests.drain(..) {
            self.steam.accept(from);
        }
    }

    pub(crate) fn send(&mut self, to: u64, channel: i32, packet: &[u8]) {
        assert!(self.steam.send(SteamId(to), SendKind::Reliable, channel, packet));
    }

    /// All packets that wait on a channel.
    pub(crate) fn read(&mut self, channel: i32) -> Vec<Vec<u8>> {
        let mut packet = Vec::new();
        let mut read = Vec::new();
        while self.steam.receive(channel, &mut packet).is_some() {
            read.push(packet.clone());
        }
        read
    }
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);
