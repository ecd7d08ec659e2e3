//! Players in a simulated room, on simulated time, each with a voice server and a voice chat
//! that begin as real ones do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use consonance_game_networks::matchbox::{MatchboxSettings, MatchboxVoice, PlayerId};
use consonance_link::hosted::{HostedClient, HostedServer};
use consonance_link::random::Random;
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DirectEvent, Peer, ServerLinkEvent, ServerNetwork as _,
};

use crate::matchbox::simulated::hub::{Hub, HubSocket};

pub(crate) struct Fixture {
    pub(crate) now: Instant,
    pub(crate) hub: Hub,
    pub(crate) players: BTreeMap<PlayerId, Player>,
    dice: Random,
}

pub(crate) struct Player {
    pub(crate) voice: MatchboxVoice,
    pub(crate) listener: HostedServer,
    pub(crate) transport: HostedClient,
    /// The players connected to its server.
    pub(crate) guests: BTreeSet<Peer>,
    /// Whether its own link to the host is up.
    pub(crate) is_in: bool,
    /// How often its link to the host came up.
    pub(crate) times_in: usize,
    pub(crate) direct: BTreeSet<Peer>,
    /// Packets that came over direct links.
    pub(crate) heard_directly: usize,
    /// Packets that came from the host.
    pub(crate) heard: usize,
}

impl Fixture {
    pub(crate) fn new(seed: u64) -> Self {
        let (hub, players) = (Hub::new(seed), BTreeMap::new());
        Self { now: Instant::now(), hub, players, dice: Random::new(seed, "stage") }
    }

    /// A player enters the room and reaches no other yet.
    pub(crate) fn enter(&mut self, id: u128, settings: &MatchboxSettings) {
        let (voice, listener, mut transport) = MatchboxVoice::new(settings);
        transport.connect(self.now);
        let player = Player {
            voice,
            listener,
            transport,
            guests: BTreeSet::new(),
            is_in: false,
            times_in: 0,
            direct: BTreeSet::new(),
            heard_directly: 0,
            heard: 0,
        };
        self.players.insert(PlayerId(id), player);
    }

    /// A player reaches these others.
    pub(crate) fn meet(&mut self, id: u128, others: impl IntoIterator<Item = u128>) {
        for other in others {
            self.hub.connect(PlayerId(id), PlayerId(other));
        }
    }

    /// A player enters and reaches all others.
    pub(crate) fn join(&mut self, id: u128, settings: &MatchboxSettings) {
        let others: Vec<u128> = self.players.keys().map(|player| player.0).collect();
        self.enter(id, settings);
        self.meet(id, others);
    }

    /// A player leaves without a goodbye.
    pub(crate) fn leave(&mut self, id: u128) {
        self.players.remove(&PlayerId(id));
        for &other in self.players.keys() {
            self.hub.disconnect(PlayerId(id), other);
        }
    }

    pub(crate) fn player(&mut self, id: u128) -> &mut Player {
        self.players.get_mut(&PlayerId(id)).expect("the test admits it first")
    }

    /// Runs a frame of all players, each time in a different order.
    pub(crate) fn frame(&mut self) {
        self.now += FRAME;
        let mut order: Vec<(u64, PlayerId)> =
            self.players.keys().map(|&player| (self.dice.next_u64(), player)).collect();
        order.sort_unstable();
        for (_, id) in order {
            let player = self.players.get_mut(&id).expect("players do not leave within a frame");
            player.voice.pump(self.now, &mut HubSocket { hub: &mut self.hub, id: Some(id) });
            player.serve(self.now);
            player.chat(self.now);
        }
    }

    pub(crate) fn frames(&mut self, count: usize) {
        (0..count).for_each(|_| self.frame());
    }

    /// The common host, if all players are in its session.
    pub(crate) fn only_host(&self) -> Option<u128> {
        let hosts: BTreeSet<_> = self.players.values().map(|player| player.voice.host()).collect();
        let host = hosts.first().copied().flatten().filter(|_| hosts.len() == 1)?;
        let all_are_in = self.players.values().all(|player| player.is_in);
        let guests: usize = self.players.values().map(|player| player.guests.len()).sum();
        let all_are_its = self.players.get(&host).is_some_and(|player| player.guests.len() == guests);
        (all_are_in && all_are_its && guests == self.players.len()).then_some(host.0)
    }

    /// Runs frames until all players are in the session of one host. This may take until none waits for a host that has
    /// left.
    pub(crate) fn settle(&mut self) -> u128 {
        for _ in 0..800 {
            if let Some(host) = self.only_host() {
                return host;
            }
            self.frame();
        }
        let view = self.players.iter().map(|(id, player)| (id.0, player.voice.host(), player.is_in));
        panic!("they do not agree: {:?}", view.collect::<Vec<_>>());
    }
}

impl Player {
    fn serve(&mut self, now: Instant) {
        while let Some(event) = self.listener.poll_event(now, &mut Vec::new()) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => assert!(self.guests.insert(peer)),
                ServerLinkEvent::Disconnected { peer, .. } => assert!(self.guests.remove(&peer)),
                ServerLinkEvent::Packet { .. } => {}
            }
        }
    }

    fn chat(&mut self, now: Instant) {
        let mut connect = false;
        while let Some(event) = self.transport.poll_event(now, &mut Vec::new()) {
            match event {
                ClientLinkEvent::Connected => (self.is_in, self.times_in) = (true, self.times_in + 1),
                ClientLinkEvent::Disconnected { .. } => (self.is_in, connect) = (false, true),
                ClientLinkEvent::Packet { .. } => self.heard += 1,
                ClientLinkEvent::Direct { peer, event } => match event {
                    DirectEvent::Up => assert!(self.direct.insert(peer)),
                    DirectEvent::Down { .. } => assert!(self.direct.remove(&peer)),
                    DirectEvent::Packet { .. } => self.heard_directly += 1,
                },
            }
        }
        if connect {
            self.transport.connect(now);
        }
    }

    /// Speaks over all direct links.
    pub(crate) fn speak_directly(&mut self, now: Instant) {
        let peers: Vec<Peer> = self.direct.iter().copied().collect();
        let links = self.transport.direct_links().expect("hosted clients have them");
        links.send_direct(now, &peers, Delivery::Unreliable, b"voice");
    }

    /// Its server speaks to all guests.
    pub(crate) fn broadcast(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        let peers: Vec<Peer> = self.guests.iter().copied().collect();
        self.listener.send(now, &peers, delivery, packet);
    }
}

pub(crate) const FRAME: Duration = Duration::from_millis(16);
