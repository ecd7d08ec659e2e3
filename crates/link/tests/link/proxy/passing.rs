//! The game's own messages pass through unchanged.

use consonance_link::gateway::memory::{ALSO_RELIABLE, RELIABLE, UNRELIABLE};
use consonance_link::gateway::{MessageChannel, UpstreamSettings};
use consonance_link::{Peer, ServerNetwork as _};

use crate::proxy::fixture::{Fixture, Saw, messages};
use crate::proxy::marked::voice;

/// More than one datagram, and more than any packet of our protocol.
const LARGE: usize = 60_000;

/// A message of this length that is not voice, and differs from all others.
fn message(number: usize, bytes: usize) -> Vec<u8> {
    let mut message = format!("{number} ").into_bytes();
    message.extend((message.len()..bytes).map(|at| (at * 31 + number) as u8));
    message
}

fn game_messages(channel: MessageChannel) -> Vec<Vec<u8>> {
    let reliable = [2, 3, 700, LARGE, 4, 0, 1200];
    let lengths = if channel == UNRELIABLE { &[2, 1200, 5, 0][..] } else { &reliable };
    lengths.iter().enumerate().map(|(number, &bytes)| message(number, bytes)).collect()
}

#[test]
fn messages_go_through_byte_for_byte_and_in_order_for_each_channel() {
    let mut fixture = Fixture::with_clients(1);
    let peer = fixture.game_peer(0);
    let channels = [RELIABLE, UNRELIABLE, ALSO_RELIABLE];
    for channel in channels {
        for message in game_messages(channel) {
            fixture.client_sends(0, channel, &message);
            fixture.client_sends(0, UNRELIABLE, &voice(b"in between"));
            fixture.game_sends(peer, channel, &message);
        }
    }
    fixture.drive();
    for channel in channels {
        assert_eq!(
            messages(fixture.game_saw(0), channel),
            game_messages(channel),
            "to the game on {channel:?}"
        );
        assert_eq!(messages(fixture.saw(0), channel), game_messages(channel), "to the client on {channel:?}");
    }
    let game = fixture.proxy.game_statistics();
    assert_eq!(game.to_server, game.from_server);
    assert_eq!((game.to_server.reliable.packets, game.to_server.unreliable.packets), (14, 4));
}

#[test]
fn what_a_client_says_when_it_comes_reaches_the_game_and_the_answer_the_client() {
    let mut fixture = Fixture::new(UpstreamSettings::default());
    fixture.takes_in = Some(b"you are number 7");
    let client = fixture.connect(b"my key");
    fixture.drive();
    assert_eq!(fixture.game_saw(0), [Saw::Connected(b"my key".to_vec())]);
    assert_eq!(fixture.saw(client), [Saw::Connected(b"you are number 7".to_vec())]);
}

#[test]
fn a_client_is_taken_in_when_the_game_has_taken_it_in() {
    let mut fixture = Fixture::new(UpstreamSettings::default());
    fixture.takes_in = None;
    let client = fixture.connect(b"");
    fixture.drive();
    let peer = fixture.game_peer(0);
    assert_eq!(fixture.saw(client), []);
    let now = fixture.now;
    let game = fixture.game.as_mut().unwrap();
    game.accept(now, peer, b"come in");
    game.send(now, &[peer], RELIABLE, b"first");
    fixture.drive();
    let seen = [Saw::Connected(b"come in".to_vec()), Saw::Message(RELIABLE, b"first".to_vec())];
    assert_eq!(fixture.saw(client), seen);
}

#[test]
fn a_hundred_clients_have_a_connection_each_and_are_not_confused() {
    let mut fixture = Fixture::with_clients(100);
    let peers: Vec<Peer> = fixture.game_saw.keys().copied().collect();
    assert_eq!(peers.len(), 100);
    for round in 0..20 {
        for (client, peer) in peers.iter().enumerate() {
            fixture.client_sends(client, RELIABLE, format!("{client} says {round}").as_bytes());
            fixture.game_sends(*peer, RELIABLE, format!("{client} hears {round}").as_bytes());
        }
    }
    fixture.drive();
    for client in 0..100 {
        let said: Vec<_> = (0..20).map(|round| format!("{client} says {round}").into_bytes()).collect();
        assert_eq!(messages(fixture.game_saw(client), RELIABLE), said);
        let heard: Vec<_> = (0..20).map(|round| format!("{client} hears {round}").into_bytes()).collect();
        assert_eq!(messages(fixture.saw(client), RELIABLE), heard);
    }
    assert_eq!(fixture.proxy.statistics().connections.connected, 100);
}

#[test]
fn a_turn_of_many_messages_ends_and_says_that_more_wait() {
    let mut fixture = Fixture::with_clients(20);
    for client in 0..20 {
        for _ in 0..100 {
            fixture.client_sends(client, RELIABLE, b"many");
        }
    }
    assert_eq!(fixture.proxy.poll_event(fixture.now, &mut Vec::new()), None);
    assert_eq!(fixture.proxy.wants_poll_at(), Some(fixture.now));
    fixture.drive();
    assert_eq!(fixture.proxy.wants_poll_at(), None);
    let all: usize = (0..20).map(|client| messages(fixture.game_saw(client), RELIABLE).len()).sum();
    assert_eq!(all, 2000);
}
