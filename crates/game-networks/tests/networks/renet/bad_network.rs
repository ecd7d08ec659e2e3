//! Two hundred players and a network that loses packets, on simulated time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use consonance_game_networks::renet::{RenetSettings, RenetVoiceClient, RenetVoiceServer};
use consonance_link::hosted::{HostedClient, HostedServer};
use consonance_link::random::Random;
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerLinkEvent,
    ServerNetwork as _,
};
use renet::{ClientId, ConnectionConfig, DefaultChannel, RenetClient, RenetServer};

#[test]
fn two_hundred_players_hear_each_other_while_a_fifth_of_all_packets_is_lost() {
    const PLAYERS: usize = 200;
    const FRAMES: usize = 300;
    let mut game = Game::new(&RenetSettings::default(), PLAYERS, 0.2);
    game.connect_all();
    let peers: Vec<Peer> = game.peers.keys().copied().collect();
    for number in 0..FRAMES as u32 {
        let packet = number.to_be_bytes();
        game.listener.send(game.now, &peers, Delivery::Unreliable, &packet);
        if number % 10 == 0 {
            game.listener.send(game.now, &peers, Delivery::Reliable, &packet);
            for player in &mut game.players {
                player.transport.send(game.now, Delivery::Reliable, &packet);
            }
        }
        game.frame();
    }
    let complete: Vec<u32> = (0..FRAMES as u32).step_by(10).collect();
    game.frames_until("everything reliable has arrived", |game| {
        game.players.iter().all(|player| player.reliable == complete)
            && game.peers.values().all(|from_client| *from_client == complete)
    });
    for (number, player) in game.players.iter().enumerate() {
        let heard = player.voice_packets as f64 / FRAMES as f64;
        assert!((0.7..0.9).contains(&heard), "player {number} heard {heard} of all voice");
        assert_eq!(player.ends, []);
    }
}

#[test]
fn a_connection_that_comes_to_a_stop_costs_the_voice_link_and_not_the_game() {
    let settings = RenetSettings { reliable_memory_bytes: 8 * 1024, ..RenetSettings::default() };
    let mut game = Game::new(&settings, 2, 0.0);
    game.connect_all();
    let peers: Vec<Peer> = game.peers.keys().copied().collect();
    game.players[0].is_cut_off = true;
    for _ in 0..40 {
        game.listener.send(game.now, &peers, Delivery::Reliable, &[0; 500]);
        game.frame();
    }
    game.frames(3);
    assert_eq!(game.listener.statistics().connections.too_slow, 1);
    assert_eq!(game.peers.len(), 1, "the other one stays");
    assert_eq!(game.players[1].reliable.len(), 40, "and misses nothing");
    assert!(game.server.is_connected(game.players[0].id), "the game goes on");
    game.players[0].is_cut_off = false;
    game.frames_until("it learns its end", |game| !game.players[0].ends.is_empty());
    let expected = DisconnectReason::closed_by_peer(b"reliable packets could not be delivered");
    assert_eq!(game.players[0].ends, [expected]);
    let now = game.now;
    game.players[0].transport.connect(now);
    game.frames_until("it is in again", |game| game.players[0].is_in);
}

#[test]
fn a_client_whose_channel_is_full_loses_the_voice_link_and_not_the_game() {
    let settings = RenetSettings { reliable_memory_bytes: 8 * 1024, ..RenetSettings::default() };
    let mut game = Game::new(&settings, 1, 0.0);
    game.connect_all();
    game.players[0].is_cut_off = true;
    for _ in 0..40 {
        let now = game.now;
        game.players[0].transport.send(now, Delivery::Reliable, &[0; 500]);
        game.frame();
    }
    assert!(matches!(game.players[0].ends[..], [DisconnectReason::Overloaded { .. }]));
    assert!(game.players[0].client.is_connected(), "the game goes on");
    game.players[0].is_cut_off = false;
    game.frames_until("the server learns it", |game| game.peers.is_empty());
}

#[test]
fn voice_that_finds_no_room_in_its_channel_is_counted_and_harms_nothing() {
    let settings = RenetSettings { unreliable_memory_bytes: 1000, ..RenetSettings::default() };
    let mut game = Game::new(&settings, 1, 0.0);
    game.connect_all();
    let peers: Vec<Peer> = game.peers.keys().copied().collect();
    for _ in 0..15 {
        game.listener.send(game.now, &peers, Delivery::Unreliable, &[0; 100]);
    }
    game.frames(3);
    assert_eq!((game.voice.unsent(), game.players[0].voice_packets), (5, 10));
}

#[test]
fn what_the_game_says_itself_is_left_alone() {
    let mut game = Game::new(&RenetSettings::default(), 1, 0.0);
    game.connect_all();
    let player = game.players[0].id;
    game.server.send_message(player, DefaultChannel::ReliableOrdered, "score".as_bytes().to_vec());
    game.players[0].client.send_message(DefaultChannel::ReliableOrdered, "jump".as_bytes().to_vec());
    game.frames(3);
    let from_server = game.players[0].client.receive_message(DefaultChannel::ReliableOrdered);
    assert_eq!(from_server.as_deref(), Some(&b"score"[..]));
    let from_client = game.server.receive_message(player, DefaultChannel::ReliableOrdered);
    assert_eq!(from_client.as_deref(), Some(&b"jump"[..]));
}

/// A game on a simulated network: in each frame, the packets of both ends arrive or are lost.
struct Game {
    now: Instant,
    dice: Random,
    loss: f64,
    server: RenetServer,
    voice: RenetVoiceServer,
    listener: HostedServer,
    players: Vec<Player>,
    /// Whether the client is connected to the voice server, and the reliable packets from there.
    peers: BTreeMap<Peer, Vec<u32>>,
}

struct Player {
    id: ClientId,
    client: RenetClient,
    voice: RenetVoiceClient,
    transport: HostedClient,
    is_cut_off: bool,
    is_in: bool,
    reliable: Vec<u32>,
    voice_packets: usize,
    ends: Vec<DisconnectReason>,
}

impl Game {
    fn new(settings: &RenetSettings, players: usize, loss: f64) -> Self {
        let mut config = ConnectionConfig::default();
        settings.add_channels(&mut config).expect("the game leaves them to voice");
        let mut server = RenetServer::new(config.clone());
        let (voice, listener) = RenetVoiceServer::new(settings);
        let players = (0..players as ClientId)
            .map(|id| {
                let mut client = RenetClient::new(config.clone());
                client.set_connected();
                server.add_connection(id);
                let (voice, transport) = RenetVoiceClient::new(settings, "main");
                let (reliable, ends) = (Vec::new(), Vec::new());
                Player {
                    id,
                    client,
                    voice,
                    transport,
                    is_cut_off: false,
                    is_in: false,
                    reliable,
                    voice_packets: 0,
                    ends,
                }
            })
            .collect();
        let (now, dice) = (Instant::now(), Random::new(1, "loss"));
        Self { now, dice, loss, server, voice, listener, players, peers: BTreeMap::new() }
    }

    /// Connects the voice of all players and waits until their links are up.
    fn connect_all(&mut self) {
        for player in &mut self.players {
            player.transport.connect(self.now);
        }
        self.frames_until("all players are in", |game| game.players.iter().all(|player| player.is_in));
    }

    fn frames_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..1000 {
            if is_so(self) {
                return;
            }
            self.frame();
        }
        panic!("this does not happen: {what}");
    }

    fn frames(&mut self, count: usize) {
        (0..count).for_each(|_| self.frame());
    }

    fn frame(&mut self) {
        self.now += FRAME;
        self.server.update(FRAME);
        for player in &mut self.players {
            player.client.update(FRAME);
            let arrives = |dice: &mut Random| !player.is_cut_off && !dice.chance(self.loss);
            for packet in self.server.get_packets_to_send(player.id).expect("it is connected") {
                if arrives(&mut self.dice) {
                    player.client.process_packet(&packet);
                }
            }
            for packet in player.client.get_packets_to_send() {
                if arrives(&mut self.dice) {
                    self.server.process_packet_from(&packet, player.id).expect("it is connected");
                }
            }
            player.voice.pump(&mut player.client);
            player.listen(self.now);
        }
        self.voice.pump(&mut self.server);
        self.serve();
    }

    fn serve(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.listener.poll_event(self.now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, session, .. } => {
                    assert_eq!(session, "main");
                    self.peers.insert(peer, Vec::new());
                }
                ServerLinkEvent::Packet { peer, .. } => {
                    self.peers.get_mut(&peer).expect("it is connected").push(number_in(&bytes));
                }
                ServerLinkEvent::Disconnected { peer, .. } => drop(self.peers.remove(&peer)),
            }
        }
    }
}

impl Player {
    fn listen(&mut self, now: Instant) {
        let mut bytes = Vec::new();
        while let Some(event) = self.transport.poll_event(now, &mut bytes) {
            match event {
                ClientLinkEvent::Packet { channel: Delivery::Reliable } => {
                    self.reliable.push(number_in(&bytes));
                }
                ClientLinkEvent::Packet { .. } => self.voice_packets += 1,
                ClientLinkEvent::Connected => self.is_in = true,
                ClientLinkEvent::Disconnected { reason } => {
                    self.is_in = false;
                    self.ends.push(reason);
                }
                ClientLinkEvent::Direct { .. } => panic!("renet has no direct links"),
            }
        }
    }
}

fn number_in(packet: &[u8]) -> u32 {
    u32::from_be_bytes(*packet.first_chunk().expect("it begins with a number"))
}

const FRAME: Duration = Duration::from_millis(16);
