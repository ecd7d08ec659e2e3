//! The body of the fuzz target `steam_packets`: arbitrary input from accounts, games and Steam itself, to a server
//! and to players.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DirectEvent, DirectLinks as _, PACKET_BYTES_MAX, Peer,
    ServerLinkEvent, ServerNetwork as _,
};
use consonance_wire::fuzz_tape::Tape;

use crate::steam::hub::{Hub, HubAccount, HubSettings};
use crate::steam::signal::Signal;
use crate::steam::{
    ClientSettings, SendKind, ServerSettings, SteamChannels, SteamClient, SteamId, SteamP2p as _, SteamServer,
};

/// Each step is a byte for the action, one for a length, and that many bytes.
///
/// # Panics
/// A rule is broken: a peer is heard before it connected or after it left, an end is told twice or never, too many are
/// here.
pub fn steam_packets(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut table = Table::new();
    while !tape.is_empty() {
        let (what, said) = (tape.byte(), tape.counted());
        table.step(what & 0x7f, said);
        if what & 0x80 == 0 {
            table.poll_all();
        }
    }
    table.close();
}

struct Table {
    hub: Hub,
    now: Instant,
    server: SteamServer<HubAccount>,
    /// The peers of the server.
    here: BTreeSet<Peer>,
    players: Vec<Player>,
    /// Accounts that do as the input says.
    others: Vec<HubAccount>,
}

struct Player {
    transport: SteamClient<HubAccount>,
    /// Connections that were asked for and not answered by their end.
    is_wanted: bool,
    is_connected: bool,
    direct: BTreeSet<Peer>,
}

const SERVER: SteamId = SteamId(1);
const PEERS_MAX: usize = 3;
const DIRECT_LINKS_MAX: usize = 2;

impl Table {
    fn new() -> Self {
        let now = Instant::now();
        let settings = HubSettings {
            loss: 0.1,
            reordering: 0.1,
            latency: Duration::from_millis(5),
            unread_packets_max: 64,
            queued_bytes_max: 4096,
            ..HubSettings::default()
        };
        let hub = Hub::new(settings, now);
        let mut settings = ServerSettings::default();
        settings.bounds.peers_max = PEERS_MAX;
        let server = SteamServer::new(hub.log_in(SERVER), settings);
        let others = [4, 5].map(|id| hub.log_in(SteamId(id))).into();
        let mut table = Self { hub, now, server, here: BTreeSet::new(), players: Vec::new(), others };
        // One of them has the server's account.
        table.players = [1, 2, 3].map(|id| table.player(SteamId(id))).into();
        table
    }

    fn player(&self, id: SteamId) -> Player {
        let mut settings = ClientSettings::new(SERVER);
        settings.bounds.direct_links_max = DIRECT_LINKS_MAX;
        let transport = SteamClient::new(self.hub.log_in(id), settings);
        Player { transport, is_wanted: false, is_connected: false, direct: BTreeSet::new() }
    }

    fn step(&mut self, what: u8, said: &[u8]) {
        let now = self.now;
        let [first, second, rest @ ..] = said else { return self.pass(u64::from(what)) };
        let account = SteamId(1 + u64::from(first % 5));
        let player = usize::from(first % 3);
        let delivery = if first & 0x80 == 0 { Delivery::Reliable } else { Delivery::Unreliable };
        match what % 12 {
            0 => self.say(*first, *second, rest),
            1 => self.say(*first, *second, &signal(rest).to_bytes()),
            2 => self.say(*first, *second, &[&[0x8b, 0xc7], rest].concat()),
            3 => self.name(*second, account),
            4 => self.players[player].turn_round(now),
            5 => self.players[player].transport.send(now, delivery, said),
            6 => self.serve(*second, delivery, rest),
            7 => self.hub.set_reachable(account, second % 2 == 0),
            8 => {
                self.hub.set_reach_each_other(account, SteamId(1 + u64::from(second % 5)), first & 0x80 == 0);
            }
            9 => self.players[player].use_direct(now, *second, delivery, rest),
            10 => self.close_by_hand(*first, *second),
            _ => {
                let id = SteamId(1 + player as u64);
                self.players[player] = self.player(id);
            }
        }
        self.pass(u64::from(second % 16));
    }

    fn pass(&mut self, milliseconds: u64) {
        // Sometimes a long time passes, so that timeouts expire.
        let milliseconds = if milliseconds % 16 == 15 { 7000 } else { milliseconds };
        self.now += Duration::from_millis(milliseconds);
    }

    /// An account sends a packet to another, on any channel.
    fn say(&mut self, first: u8, second: u8, packet: &[u8]) {
        let SteamChannels { to_server, to_client, server_hello, player_hello } = SteamChannels::default();
        let channel = [to_server, to_client, server_hello, player_hello, 0][usize::from(second % 5)];
        let to = SteamId(1 + u64::from(first >> 4) % 5);
        let kind = if second & 0x80 == 0 { SendKind::Reliable } else { SendKind::Unreliable };
        let other = &mut self.others[usize::from(first % 2)];
        other.run_callbacks(self.now);
        other.send(to, kind, channel, packet);
    }

    fn name(&mut self, what: u8, id: SteamId) {
        let players = self.players.iter().map(|player| player.transport.members());
        for members in players.chain([self.server.members()]) {
            let _ = if what & 0x80 == 0 { members.connected(id) } else { members.disconnected(id) };
        }
    }

    fn serve(&mut self, what: u8, delivery: Delivery, packet: &[u8]) {
        let server = &mut self.server;
        let all: Vec<Peer> = self.here.iter().copied().collect();
        match (what % 4, all.first()) {
            (0, Some(&first)) => server.disconnect(self.now, first, "go"),
            _ => server.send(self.now, &all, delivery, packet),
        }
    }

    fn close_by_hand(&mut self, first: u8, second: u8) {
        let with = SteamId(1 + u64::from(second % 5));
        let other = &mut self.others[usize::from(first % 2)];
        other.run_callbacks(self.now);
        while other.poll_event().is_some() {}
        match first >> 6 {
            0 => other.accept(with),
            1 => other.close_session(with),
            _ => other.close_channel(with, SteamChannels::default().to_server),
        }
    }

    fn poll_all(&mut self) {
        self.poll_server();
        for player in &mut self.players {
            player.poll(self.now);
        }
    }

    fn poll_server(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(self.now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    assert!(self.here.insert(peer), "{peer:?} came twice");
                }
                ServerLinkEvent::Packet { peer, .. } => {
                    assert!(self.here.contains(&peer), "{peer:?} is not here");
                    assert!(bytes.len() <= PACKET_BYTES_MAX && Signal::parse(&bytes).is_none());
                }
                ServerLinkEvent::Disconnected { peer, .. } => {
                    assert!(self.here.remove(&peer), "{peer:?} was not here");
                }
            }
        }
        // Peers whose end is not reported yet are no longer counted as connected.
        let connected = self.server.statistics().connections.connected as usize;
        assert!(connected <= self.here.len(), "an absent peer is counted");
        assert!(connected <= PEERS_MAX, "{connected} are here");
    }

    /// All peers leave, and each end is reported.
    fn close(&mut self) {
        self.server.shutdown(self.now);
        for player in &mut self.players {
            player.transport.disconnect(self.now);
        }
        self.poll_all();
        assert!(self.here.is_empty(), "of {:?} no end is told", self.here);
        assert!(self.players.iter().all(|player| !player.is_wanted), "a player is not told of its end");
    }
}

impl Player {
    /// Connects or disconnects.
    fn turn_round(&mut self, now: Instant) {
        if self.is_wanted {
            self.transport.disconnect(now);
        } else {
            self.transport.connect(now);
            self.is_wanted = true;
        }
    }

    fn use_direct(&mut self, now: Instant, what: u8, delivery: Delivery, packet: &[u8]) {
        let all: Vec<Peer> = self.direct.iter().copied().collect();
        match (what % 4, all.first()) {
            (0, Some(&first)) => self.transport.disconnect_direct(now, first),
            (1, _) => {
                let announcement = [&[0x8b, 0xc7, 11], packet].concat();
                self.transport.send_direct(now, &all, Delivery::Reliable, &announcement);
            }
            _ => self.transport.send_direct(now, &all, delivery, packet),
        }
    }

    fn poll(&mut self, now: Instant) {
        let mut bytes = Vec::new();
        while let Some(event) = self.transport.poll_event(now, &mut bytes) {
            match event {
                ClientLinkEvent::Connected => {
                    assert!(self.is_wanted && !self.is_connected);
                    self.is_connected = true;
                }
                ClientLinkEvent::Packet { .. } => {
                    assert!(self.is_connected && bytes.len() <= PACKET_BYTES_MAX);
                }
                ClientLinkEvent::Disconnected { .. } => {
                    assert!(self.is_wanted, "an unexpected end");
                    (self.is_wanted, self.is_connected) = (false, false);
                }
                ClientLinkEvent::Direct { peer, event: DirectEvent::Up } => assert!(self.direct.insert(peer)),
                ClientLinkEvent::Direct { peer, event: DirectEvent::Packet { .. } } => {
                    assert!(self.direct.contains(&peer) && bytes.len() <= PACKET_BYTES_MAX);
                }
                ClientLinkEvent::Direct { peer, event: DirectEvent::Down { .. } } => {
                    assert!(self.direct.remove(&peer));
                }
            }
        }
    }
}

/// Makes a signal; the first byte selects its kind.
fn signal(said: &[u8]) -> Signal {
    let [kind, number, words @ ..] = said else { return Signal::StillHere };
    let number = u32::from(*number % 8);
    match kind % 4 {
        0 => Signal::Hello(number),
        1 => Signal::Welcome(number),
        2 => Signal::Goodbye(number, String::from_utf8_lossy(words).into_owned()),
        _ => Signal::StillHere,
    }
}
