//! A proxy in front of a game on DarkRift: over real sockets, with a stand-in for the game's server.

mod fixture;

use std::time::Instant;

use consonance_game_networks::darkrift::{RELIABLE, UNRELIABLE};
use consonance_link::{ClientNetwork as _, Delivery, DisconnectReason, ServerNetwork as _};

use self::fixture::{Fixture, HANDSHAKE, Heard, VOICE, voice_message};
use crate::darkrift::fixture::Saw;

#[test]
fn the_games_number_reaches_the_client() {
    let mut fixture = Fixture::new();
    fixture.greeting = vec![0x12, 0x34];
    let client = fixture.connect();
    assert_eq!(fixture.clients_saw[client], [Saw::Connected(vec![0x12, 0x34])]);
}

#[test]
fn what_is_the_games_goes_both_ways_byte_for_byte_and_in_order() {
    let mut fixture = Fixture::new();
    let client = fixture.connect();
    let peer = fixture.game_peer(client);
    let mut to_server: Vec<Vec<u8>> = vec![
        vec![0x40, 0, 5, 0x6E, 0xA8],
        vec![0x60, 0, 5, 0x6E, 0xA8, 1, 2],
        vec![0x80, 0, 1, 0, 0],
        vec![0x1F, 0xFF, 0xFF],
        [&[0, 0, 7], vec![9; 65_531].as_slice()].concat(),
    ];
    to_server.extend((0..200_u8).map(|number| vec![0, 0, 7, number]));
    let mut to_client = to_server.clone();
    to_client.push([&[0, 0, 7], vec![8; 500_000].as_slice()].concat());
    for message in &to_server {
        fixture.clients[client].send(Instant::now(), RELIABLE, message);
    }
    for message in &to_client {
        fixture.game.send(Instant::now(), &[peer], RELIABLE, message);
    }
    fixture.drive_until(|fixture| {
        fixture.game_heard(peer, RELIABLE).len() == to_server.len()
            && fixture.client_heard(client, RELIABLE).len() == to_client.len()
    });
    assert!(fixture.game_heard(peer, RELIABLE) == to_server, "the game's server heard something else");
    assert!(fixture.client_heard(client, RELIABLE) == to_client, "the client heard something else");
    for number in 0..50_u8 {
        let message = vec![0x40, 0, 7, 1, 2, number];
        fixture.drive_until(|fixture| {
            fixture.clients[client].send(Instant::now(), UNRELIABLE, &message);
            fixture.game.send(Instant::now(), &[peer], UNRELIABLE, &message);
            fixture.game_heard(peer, UNRELIABLE).contains(&message.as_slice())
                && fixture.client_heard(client, UNRELIABLE).contains(&message.as_slice())
        });
    }
    assert!(fixture.heard.is_empty(), "nothing of it is voice");
}

#[test]
fn voice_goes_to_the_session_and_back_and_never_to_the_game() {
    let mut fixture = Fixture::new();
    let client = fixture.connect();
    let games = fixture.game_peer(client);
    fixture.clients[client].send(Instant::now(), RELIABLE, &voice_message(&HANDSHAKE));
    fixture.drive_until(|fixture| !fixture.heard.is_empty());
    let peer = *fixture.heard.first_key_value().expect("a client speaks").0;
    fixture.drive_until(|fixture| {
        fixture.clients[client].send(Instant::now(), UNRELIABLE, &voice_message(&VOICE));
        fixture.heard[&peer].contains(&Heard::Packet(Delivery::Unreliable, VOICE.to_vec()))
    });
    assert_eq!(
        fixture.heard[&peer][..2],
        [Heard::Connected, Heard::Packet(Delivery::Reliable, HANDSHAKE.to_vec())]
    );
    for (delivery, channel) in [(Delivery::Reliable, RELIABLE), (Delivery::Unreliable, UNRELIABLE)] {
        fixture.drive_until(|fixture| {
            fixture.proxy.send(Instant::now(), &[peer], delivery, &VOICE);
            fixture.client_heard(client, channel).contains(&voice_message(&VOICE).as_slice())
        });
    }
    fixture.clients[client].send(Instant::now(), RELIABLE, &[0, 0, 7, 1]);
    fixture.drive_until(|fixture| !fixture.game_heard(games, RELIABLE).is_empty());
    assert_eq!(fixture.game_heard(games, RELIABLE), [[0, 0, 7, 1]]);
    assert!(fixture.game_heard(games, UNRELIABLE).is_empty());
}

#[test]
fn a_client_that_leaves_the_game_leaves_the_session_after_its_last_messages() {
    let mut fixture = Fixture::new();
    let client = fixture.connect();
    let games = fixture.game_peer(client);
    fixture.clients[client].send(Instant::now(), RELIABLE, &voice_message(&HANDSHAKE));
    fixture.clients[client].send(Instant::now(), RELIABLE, &[0, 0, 7, 1]);
    fixture.clients[client].disconnect(Instant::now());
    fixture.drive_until(|fixture| fixture.game_end(games).is_some() && fixture.session_end().is_some());
    assert_eq!(fixture.game_heard(games, RELIABLE), [[0, 0, 7, 1]]);
    assert_eq!(fixture.game_end(games), Some(&DisconnectReason::closed_by_peer(b"")));
    assert_eq!(fixture.session_end(), Some(&DisconnectReason::closed_by_peer(b"")));
}

#[test]
fn a_client_that_the_game_disconnects_is_disconnected_after_its_last_messages() {
    let mut fixture = Fixture::new();
    let client = fixture.connect();
    let games = fixture.game_peer(client);
    fixture.clients[client].send(Instant::now(), RELIABLE, &voice_message(&HANDSHAKE));
    fixture.drive_until(|fixture| !fixture.heard.is_empty());
    fixture.game.send(Instant::now(), &[games], RELIABLE, &[0, 0, 7, 2]);
    fixture.game.disconnect(Instant::now(), games, "");
    fixture.drive_until(|fixture| fixture.client_end(client).is_some() && fixture.session_end().is_some());
    assert_eq!(fixture.client_heard(client, RELIABLE), [[0, 0, 7, 2]]);
    assert_eq!(fixture.client_end(client), Some(&DisconnectReason::closed_by_peer(b"")));
}

#[test]
fn without_the_games_server_no_client_gets_in() {
    let mut fixture = Fixture::new();
    fixture.game.shutdown(Instant::now());
    let client = fixture.begin(fixture.address());
    fixture.drive_until(|fixture| fixture.client_end(client).is_some());
    assert!(matches!(fixture.client_end(client), Some(DisconnectReason::Refused { .. })));
    let game = fixture.proxy.game_statistics();
    assert_eq!(game.upstreams_failed, 1);
}

#[test]
fn a_proxy_that_ends_says_goodbye_on_both_sides() {
    let mut fixture = Fixture::new();
    let client = fixture.connect();
    let games = fixture.game_peer(client);
    fixture.proxy.shutdown(Instant::now());
    fixture.drive_until(|fixture| fixture.client_end(client).is_some() && fixture.game_end(games).is_some());
    assert_eq!(fixture.client_end(client), Some(&DisconnectReason::closed_by_peer(b"")));
    assert_eq!(fixture.game_end(games), Some(&DisconnectReason::closed_by_peer(b"")));
}

#[test]
fn with_every_fifth_datagram_lost_on_both_sides_the_game_goes_on() {
    let mut fixture = Fixture::lossy();
    let client = fixture.connect();
    let games = fixture.game_peer(client);
    let messages: Vec<Vec<u8>> =
        (0..300_u16).map(|number| [&[0, 0, 7], &number.to_be_bytes()[..]].concat()).collect();
    for message in &messages {
        fixture.clients[client].send(Instant::now(), RELIABLE, message);
        fixture.clients[client].send(Instant::now(), UNRELIABLE, message);
        fixture.game.send(Instant::now(), &[games], RELIABLE, message);
        fixture.game.send(Instant::now(), &[games], UNRELIABLE, message);
        fixture.drive_once();
    }
    fixture.drive_until(|fixture| {
        fixture.game_heard(games, RELIABLE).len() == messages.len()
            && fixture.client_heard(client, RELIABLE).len() == messages.len()
    });
    assert!(
        fixture.game_heard(games, RELIABLE) == messages && fixture.client_heard(client, RELIABLE) == messages
    );
    for heard in [fixture.game_heard(games, UNRELIABLE), fixture.client_heard(client, UNRELIABLE)] {
        assert!(heard.len() < messages.len(), "some were lost");
        assert!(heard.iter().all(|message| messages.contains(&message.to_vec())), "none was changed");
    }
}

#[test]
fn a_hundred_clients_have_a_connection_to_the_game_each() {
    let mut fixture = Fixture::new();
    let clients: Vec<usize> = (0..100).map(|_| fixture.begin(fixture.address())).collect();
    fixture.drive_until(|fixture| clients.iter().all(|client| fixture.is_connected(*client)));
    for &client in &clients {
        fixture.clients[client].send(Instant::now(), RELIABLE, &[0, 0, 7, client as u8]);
    }
    fixture.drive_until(|fixture| {
        fixture.game_saw.values().flatten().filter(|saw| matches!(saw, Saw::Message(..))).count() == 100
    });
    for &client in &clients {
        let games = fixture.game_peer(client);
        assert_eq!(fixture.game_heard(games, RELIABLE), [[0, 0, 7, client as u8]], "each by its own number");
    }
}
