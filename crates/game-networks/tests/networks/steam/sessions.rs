//! Whole sessions over Steam: players join, introduce themselves to each other, and speak directly or over the server.

use std::time::{Duration, Instant};

use consonance_game_networks::steam::hub::{HubAccount, HubSettings};
use consonance_game_networks::steam::{self as steam, SteamClient, SteamId, SteamServer};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, DirectEvent, Peer, PeerIdentity, ServerLinkEvent,
    ServerNetwork as _, ServerNetworkExt as _,
};
use consonance_session::{
    ChannelProperties, Client, ClientEvent, ClientSettings, Instant as SessionInstant, LinkCommand, LinkId,
    PeerOrigin, Server, ServerSettings, Target, Transmit,
};

use crate::steam::support::{Actor, SECOND, World};

const HOST: u64 = 1;
const ROOM: &str = "lobby";

#[test]
fn players_that_reach_each_other_speak_directly_and_the_server_carries_the_rest() {
    let mut table = Table::new(&["Alice", "Bob", "Carol"]);
    // No game has introduced Carol to others, or others to her.
    table.introduce(0, 1);
    table.pass(2 * SECOND);
    assert_eq!(table.players[0].client.players().direct().count(), 1);
    table.speak(0, b"to all");
    assert_eq!(table.heard(), [0, 1, 1], "both listeners hear it once");
    assert_eq!((table.players[1].from_server, table.players[2].from_server), (0, 1));
}

#[test]
fn when_steam_loses_two_players_the_server_carries_what_they_say() {
    let mut table = Table::new(&["Alice", "Bob"]);
    table.introduce(0, 1);
    table.pass(2 * SECOND);
    table.world.hub.set_reach_each_other(SteamId(100), SteamId(101), false);
    // Our ends notice it themselves: after ten seconds they send a signal, and 20 s later Steam gives up.
    table.pass(32 * SECOND);
    assert_eq!(table.players[0].client.players().direct().count(), 0);
    table.speak(0, b"still here");
    assert_eq!((table.heard(), table.players[1].from_server), (vec![0, 1], 1));

    table.world.hub.set_reach_each_other(SteamId(100), SteamId(101), true);
    table.pass(24 * SECOND);
    table.speak(0, b"directly again");
    assert_eq!((table.heard(), table.players[1].from_server), (vec![0, 2], 1));
}

#[test]
fn the_player_with_the_servers_account_is_in_the_session_like_any_other() {
    let mut table = Table::new(&["Alice"]);
    let host = Voice::new(&table.world, HOST, "Host");
    table.players.push(host);
    for player in &table.players {
        for id in [HOST, 100] {
            player.transport.members().connected(SteamId(id));
        }
    }
    table.pass(2 * SECOND);
    table.speak(0, b"to the host");
    table.speak(1, b"from the host");
    assert_eq!(table.heard(), [1, 1]);
}

#[test]
fn a_player_that_left_and_comes_back_is_heard_directly_again() {
    let mut table = Table::new(&["Alice", "Bob"]);
    table.introduce(0, 1);
    table.pass(2 * SECOND);
    table.players[1] = Voice::new(&table.world, 101, "Bob");
    table.introduce(0, 1);
    table.pass(2 * SECOND);
    table.speak(0, b"welcome back");
    assert_eq!((table.heard(), table.players[1].from_server), (vec![0, 1], 0));
}

#[test]
fn the_name_of_a_lost_player_is_kept_for_its_account() {
    let mut table = Table::new(&["Alice", "Bob"]);
    // Bob's game ends.
    table.players.truncate(1);
    table.pass(SECOND);
    let newcomer = Voice::new(&table.world, 102, "Bob");
    table.players.push(newcomer);
    table.pass(5 * SECOND);
    assert_eq!(table.players[1].client.id(), None, "another account waits for the name");
    let bob = Voice::new(&table.world, 101, "Bob");
    table.players[1] = bob;
    table.pass(SECOND);
    assert!(table.players[1].client.id().is_some(), "the same account has its name at once");
}

/// A session on simulated time, with its players.
struct Table {
    world: World,
    host: Host,
    players: Vec<Voice>,
}

impl Table {
    /// Players with these names in one room; their accounts are numbered from 100.
    fn new(names: &[&str]) -> Self {
        let world = World::new(HubSettings::default());
        let settings = ServerSettings::from_seed(7);
        let host = Host {
            transport: SteamServer::new(world.hub.log_in(SteamId(HOST)), steam::ServerSettings::default()),
            server: Server::new(settings),
            started: world.now,
        };
        let players = (100..).zip(names).map(|(id, name)| Voice::new(&world, id, name)).collect();
        let mut table = Self { world, host, players };
        table.pass(SECOND);
        table
    }

    fn introduce(&mut self, one: usize, other: usize) {
        for (player, id) in [(one, 100 + other as u64), (other, 100 + one as u64)] {
            assert!(self.players[player].transport.members().connected(SteamId(id)));
        }
    }

    fn speak(&mut self, player: usize, frame: &[u8]) {
        self.pass(SECOND);
        for player in &mut self.players {
            player.is_counting = true;
        }
        self.players[player].client.send_voice(frame).expect("it is in the session");
        self.pass(SECOND / 10);
        for player in &mut self.players {
            player.is_counting = false;
        }
    }

    /// The number of frames that each player has heard.
    fn heard(&self) -> Vec<usize> {
        self.players.iter().map(|player| player.frames).collect()
    }

    fn pass(&mut self, time: Duration) {
        let Self { world, host, players } = self;
        let mut all: Vec<&mut dyn Actor> = vec![host];
        all.extend(players.iter_mut().map(|player| player as &mut dyn Actor));
        world.pass(time, &mut all);
    }
}

/// The engine of a server over its end of Steam.
struct Host {
    transport: SteamServer<HubAccount>,
    server: Server,
    started: Instant,
}

impl Actor for Host {
    fn run_once(&mut self, now: Instant) {
        let at = session_time(self.started, now);
        let Self { transport, server, .. } = self;
        let mut bytes = Vec::new();
        while let Some(event) = transport.poll_event(now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    let identity = transport.peer_capability(now, peer).map(|PeerIdentity(account)| account);
                    let origin = identity.map(|number| PeerOrigin::Identity { network: 0, number });
                    server.handle_connected_from(at, LinkId(peer.0), origin);
                }
                ServerLinkEvent::Disconnected { peer, .. } => {
                    server.handle_disconnected(at, LinkId(peer.0));
                }
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    if let Some(relayed) = server.handle_packet(at, LinkId(peer.0), delivery, &bytes) {
                        send_all(transport, now, &relayed);
                    }
                }
            }
        }
        server.handle_timeout(at);
        while let Some(transmit) = server.poll_transmit() {
            send_all(transport, now, &transmit);
        }
        while let Some(link) = server.poll_probe() {
            let heard = transport.probe(now, Peer(link.0));
            server.handle_heard(at, link, heard.map(|heard| session_time(self.started, heard)));
        }
        while server.poll_event().is_some() {}
        assert!(server.poll_command().is_none(), "no peer is disconnected");
    }
}

fn send_all(transport: &mut SteamServer<HubAccount>, now: Instant, transmit: &Transmit<'_>) {
    let peers: Vec<Peer> = transmit.to.iter().map(|link| Peer(link.0)).collect();
    transport.send(now, &peers, transmit.delivery, transmit.payload);
}

/// The engine of a player over its end of Steam, without sound.
struct Voice {
    transport: SteamClient<HubAccount>,
    client: Client,
    started: Instant,
    frames: usize,
    /// Packets that came from the server while a player spoke.
    from_server: usize,
    is_counting: bool,
}

/// Links between players have this bit; the link to the server does not.
const DIRECT: u64 = 1 << 63;
const TO_SERVER: LinkId = LinkId(1);

impl Voice {
    fn new(world: &World, id: u64, name: &str) -> Self {
        let settings = steam::ClientSettings::new(SteamId(HOST));
        let transport = SteamClient::new(world.hub.log_in(SteamId(id)), settings);
        let mut client = Client::new(ClientSettings::new(name));
        client.join_room(ROOM).expect("one room is not too many");
        client
            .open_channel(Target::Room(ROOM.into()), ChannelProperties::default())
            .expect("one channel is not too many");
        client.start();
        Self { transport, client, started: world.now, frames: 0, from_server: 0, is_counting: false }
    }

    fn send(&mut self, now: Instant) {
        let Self { transport, client, .. } = self;
        while let Some(command) = client.poll_command() {
            assert_eq!(command, LinkCommand::Open, "no link is to be closed");
            transport.connect(now);
        }
        while let Some(transmit) = client.poll_transmit() {
            let delivery = transmit.delivery;
            let direct = transmit.to.iter().filter(|link| link.0 & DIRECT != 0);
            let direct: Vec<Peer> = direct.map(|link| Peer(link.0 & !DIRECT)).collect();
            if direct.len() < transmit.to.len() {
                transport.send(now, delivery, transmit.payload);
            }
            if let Some(links) = transport.direct_links() {
                links.send_direct(now, &direct, delivery, transmit.payload);
            }
        }
    }
}

impl Actor for Voice {
    fn run_once(&mut self, now: Instant) {
        let at = session_time(self.started, now);
        let Self { transport, client, .. } = self;
        let mut bytes = Vec::new();
        while let Some(event) = transport.poll_event(now, &mut bytes) {
            match event {
                ClientLinkEvent::Connected => client.handle_connected(at, TO_SERVER),
                ClientLinkEvent::Packet { channel: delivery } => {
                    self.from_server += usize::from(self.is_counting);
                    client.handle_packet(at, TO_SERVER, delivery, &bytes);
                }
                ClientLinkEvent::Disconnected { reason } => panic!("an unexpected end: {reason}"),
                ClientLinkEvent::Direct { peer, event } => {
                    let link = LinkId(DIRECT | peer.0);
                    match event {
                        DirectEvent::Up => client.handle_peer_connected(at, link),
                        DirectEvent::Packet { delivery } => {
                            client.handle_packet(at, link, delivery, &bytes);
                        }
                        DirectEvent::Down { .. } => client.handle_disconnected(at, link),
                    }
                }
            }
        }
        client.handle_timeout(at);
        while let Some(event) = client.poll_event() {
            self.frames += usize::from(matches!(event, ClientEvent::Voice(_)));
        }
        self.send(now);
    }
}

fn session_time(started: Instant, now: Instant) -> SessionInstant {
    SessionInstant::START + now.duration_since(started)
}
