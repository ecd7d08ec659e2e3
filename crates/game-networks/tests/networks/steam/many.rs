//! Many clients at one server, bad paths to it, and clients that restart.

use std::time::Duration;

use consonance_game_networks::steam::hub::HubSettings;
use consonance_game_networks::steam::{ClientSettings, ServerSettings, SteamId};
use consonance_link::{ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerNetwork as _};

use crate::steam::support::{Actor, Direct, Player, SECOND, Server, VOICE, World};

const SERVER: u64 = 1;

fn settings() -> ClientSettings {
    ClientSettings::new(SteamId(SERVER))
}

#[test]
fn two_hundred_players_are_at_one_server_and_each_is_known() {
    let mut world = World::new(HubSettings::default());
    let mut server = world.server(SERVER, ServerSettings::default());
    let mut players: Vec<Player> = (0..200).map(|number| world.player(100 + number, settings())).collect();
    for player in &mut players {
        player.transport.connect(world.now);
    }
    pass(&mut world, 100, &mut server, &mut players);
    assert!(players.iter().all(|player| player.connected == 1));
    for (number, player) in (0_u32..).zip(&mut players) {
        player.transport.send(world.now, Delivery::Reliable, &number.to_be_bytes());
    }
    pass(&mut world, 100, &mut server, &mut players);
    let mut words: Vec<Vec<u8>> = server.heard.iter().map(|(_, _, packet)| packet.clone()).collect();
    words.sort_unstable();
    assert!(words.into_iter().eq((0_u32..200).map(|number| number.to_be_bytes().to_vec())));
    let all: Vec<Peer> = server.came.iter().map(|(peer, _)| *peer).collect();
    server.transport.send(world.now, &all, Delivery::Unreliable, VOICE);
    pass(&mut world, 100, &mut server, &mut players);
    assert!(players.iter().all(|player| player.heard == [(Delivery::Unreliable, VOICE.to_vec())]));
}

#[test]
fn a_fifth_of_voice_is_lost_and_words_come_complete_and_in_order() {
    let settings_of_hub = HubSettings {
        seed: 3,
        loss: 0.2,
        reordering: 0.05,
        latency: Duration::from_millis(30),
        ..HubSettings::default()
    };
    let mut world = World::new(settings_of_hub);
    let mut server = world.server(SERVER, ServerSettings::default());
    let mut players = vec![world.player(2, settings())];
    players[0].transport.connect(world.now);
    pass(&mut world, 200, &mut server, &mut players);
    for number in 0..300_u16 {
        for delivery in [Delivery::Reliable, Delivery::Unreliable] {
            let message_type = if delivery == Delivery::Reliable { 3 } else { 2 };
            let [high, low] = number.to_be_bytes();
            let packet = [0x8b, 0xc7, message_type, high, low];
            players[0].transport.send(world.now, delivery, &packet);
            server.transport.send(world.now, &[server.came[0].0], delivery, &packet);
        }
        pass(&mut world, 10, &mut server, &mut players);
    }
    pass(&mut world, 200, &mut server, &mut players);
    let at_server: Vec<_> = server.heard.iter().map(|(_, delivery, packet)| (*delivery, packet)).collect();
    let at_player: Vec<_> = players[0].heard.iter().map(|(delivery, packet)| (*delivery, packet)).collect();
    for heard in [at_server, at_player] {
        let numbers = |wanted| {
            let packets = heard.iter().filter(move |(delivery, _)| *delivery == wanted);
            packets.map(|(_, packet)| u16::from_be_bytes([packet[3], packet[4]])).collect::<Vec<_>>()
        };
        assert!(numbers(Delivery::Reliable).into_iter().eq(0..300));
        let voices = numbers(Delivery::Unreliable).len();
        assert!((200..280).contains(&voices), "{voices} of 300 came");
    }
}

#[test]
fn a_player_that_starts_again_with_the_same_account_is_another_peer() {
    let mut world = World::new(HubSettings::default());
    let mut server = world.server(SERVER, ServerSettings::default());
    let mut first = world.player(2, settings());
    first.transport.connect(world.now);
    world.pass(SECOND, &mut [&mut server, &mut first]);
    // The first process ends without a goodbye; the next one has the same account.
    let next = world.player(2, settings());
    std::mem::forget(first);
    let mut players = vec![next];
    players[0].transport.connect(world.now);
    pass(&mut world, 100, &mut server, &mut players);
    let [old, new] = [0, 1].map(|which: usize| server.came[which].0);
    assert!(new > old);
    assert_eq!(server.went, [(old, DisconnectReason::closed_by_peer(b""))]);
    players[0].transport.send(world.now, Delivery::Reliable, b"me again");
    pass(&mut world, 100, &mut server, &mut players);
    assert_eq!(server.heard, [(new, Delivery::Reliable, b"me again".to_vec())]);
}

#[test]
fn a_player_that_starts_again_is_another_direct_link_to_others() {
    let mut world = World::new(HubSettings::default());
    let mut server = world.server(SERVER, ServerSettings::default());
    let mut players = vec![world.player(2, settings()), world.player(3, settings())];
    let introduce = |players: &[Player]| {
        players[0].transport.members().connected(SteamId(3));
        players[1].transport.members().connected(SteamId(2));
    };
    introduce(&players);
    pass(&mut world, 100, &mut server, &mut players);
    let next = world.player(3, settings());
    std::mem::forget(std::mem::replace(&mut players[1], next));
    introduce(&players);
    pass(&mut world, 100, &mut server, &mut players);
    let closed = Direct::Down(DisconnectReason::closed_by_peer(b""));
    assert_eq!(players[0].direct, [(Peer(1), Direct::Up), (Peer(1), closed), (Peer(2), Direct::Up)]);
    assert_eq!(players[1].direct, [(Peer(1), Direct::Up)]);
}

fn pass(world: &mut World, milliseconds: u64, server: &mut Server, players: &mut [Player]) {
    let mut all: Vec<&mut dyn Actor> = vec![server];
    all.extend(players.iter_mut().map(|player| player as &mut dyn Actor));
    world.pass(Duration::from_millis(milliseconds), &mut all);
}
