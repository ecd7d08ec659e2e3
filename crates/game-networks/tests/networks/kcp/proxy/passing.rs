//! Messages through the proxy in various conditions, and the ends of connections.

use std::time::Duration;

use consonance_game_networks::kcp::{Generation, RELIABLE_CHANNEL, UNRELIABLE_CHANNEL};
use consonance_link::gateway::MessageChannel;
use consonance_link::{ClientNetwork as _, DisconnectReason, Peer, ServerNetwork as _};

use crate::kcp::proxy::fixture::{Fixture, Saw};

/// The size of a message that needs more than fifty datagrams.
const LARGE: usize = 60_000;

/// A message of this length that differs from all others.
fn message(number: usize, bytes: usize) -> Vec<u8> {
    let mut message = format!("{number} ").into_bytes();
    message.extend((message.len()..bytes).map(|at| (at * 31 + number) as u8));
    message
}

fn reliable_messages() -> Vec<Vec<u8>> {
    (0..40).map(|number| message(number, if number % 20 == 7 { LARGE } else { 1 + number * 40 })).collect()
}

/// A fixture with this many clients, all of them in the game.
fn stage_of(clients: usize, loss: f64) -> Fixture {
    let mut fixture = Fixture::new(loss);
    for _ in 0..clients {
        fixture.add_client(Generation::G4);
    }
    fixture.run_until("all are in", |fixture| fixture.saw.iter().all(|saw| saw.is_connected));
    // Nothing unreliable is sent to them until they have shown whether they are G3 or G4.
    while !fixture.game_saw.iter().all(|(peer, _)| fixture.game.endpoint().generation_of(*peer).is_some()) {
        (0..clients).for_each(|client| fixture.client_sends(client, UNRELIABLE_CHANNEL, b"I am G4"));
        fixture.now += Duration::from_millis(1);
        fixture.run_once();
    }
    fixture.run_until("all of that has come", |fixture| fixture.proxy.wants_poll_at() > Some(fixture.now));
    fixture.game_saw.iter_mut().for_each(|(_, saw)| saw.messages.clear());
    fixture
}

#[test]
fn every_message_goes_through_byte_for_byte_where_nothing_is_lost() {
    let mut fixture = stage_of(1, 0.0);
    let peer = fixture.game_saw[0].0;
    let unreliable: Vec<Vec<u8>> = (0..20).map(|number| message(number, 3 + number * 60)).collect();
    for (channel, messages) in
        [(RELIABLE_CHANNEL, reliable_messages()), (UNRELIABLE_CHANNEL, unreliable.clone())]
    {
        for message in messages {
            fixture.client_sends(0, channel, &message);
            fixture.game_sends(peer, channel, &message);
        }
    }
    fixture.run_until("all have come", |fixture| {
        let count = |saw: &Saw| saw.messages.len();
        count(&fixture.saw[0]) >= 60 && count(&fixture.game_saw[0].1) >= 60
    });
    for saw in [&fixture.saw[0], &fixture.game_saw[0].1] {
        assert_eq!(saw.of(RELIABLE_CHANNEL), reliable_messages());
        assert_eq!(saw.of(UNRELIABLE_CHANNEL), unreliable);
    }
}

#[test]
fn reliable_messages_are_complete_and_in_order_though_a_fifth_is_lost_on_both_legs() {
    let mut fixture = stage_of(1, 0.2);
    let peer = fixture.game_saw[0].0;
    for (number, message) in reliable_messages().into_iter().enumerate() {
        fixture.client_sends(0, RELIABLE_CHANNEL, &message);
        fixture.game_sends(peer, RELIABLE_CHANNEL, &message);
        fixture.client_sends(0, UNRELIABLE_CHANNEL, &self::message(number, 500));
        fixture.game_sends(peer, UNRELIABLE_CHANNEL, &self::message(number, 500));
        fixture.now += Duration::from_millis(5);
        fixture.run_once();
    }
    fixture.run_until("all have come", |fixture| {
        let all = |saw: &Saw| saw.of(RELIABLE_CHANNEL).len() == 40;
        all(&fixture.saw[0]) && all(&fixture.game_saw[0].1)
    });
    for saw in [&fixture.saw[0], &fixture.game_saw[0].1] {
        assert_eq!(saw.of(RELIABLE_CHANNEL), reliable_messages());
        let unreliable = saw.of(UNRELIABLE_CHANNEL);
        assert!((1..40).contains(&unreliable.len()), "{} of 40 came", unreliable.len());
        assert!(unreliable.iter().all(|came| (0..40).any(|number| *came == message(number, 500))));
    }
}

#[test]
fn clients_of_all_generations_play_and_the_game_meets_each_as_what_it_is() {
    for generation in Generation::ALL {
        let mut fixture = Fixture::new(0.0);
        fixture.add_client(generation);
        fixture.run_until("it is in", |fixture| fixture.saw[0].is_connected);
        let peer = fixture.game_saw[0].0;
        for channel in [UNRELIABLE_CHANNEL, RELIABLE_CHANNEL] {
            fixture.client_sends(0, channel, b"hello");
        }
        fixture.run_until("both have come", |fixture| fixture.game_saw[0].1.messages.len() == 2);
        assert_eq!(fixture.game.endpoint().generation_of(peer), Some(generation));
        for channel in [UNRELIABLE_CHANNEL, RELIABLE_CHANNEL] {
            fixture.game_sends(peer, channel, b"welcome");
        }
        fixture.run_until("both have come", |fixture| fixture.saw[0].messages.len() == 2);
    }
}

#[test]
fn a_hundred_clients_play_at_once() {
    let mut fixture = stage_of(100, 0.0);
    let peers: Vec<Peer> = fixture.game_saw.iter().map(|(peer, _)| *peer).collect();
    for round in 0..10 {
        for (client, peer) in peers.iter().enumerate() {
            let channel = if round % 2 == 0 { RELIABLE_CHANNEL } else { UNRELIABLE_CHANNEL };
            fixture.client_sends(client, channel, format!("{client} {round}").as_bytes());
            fixture.game_sends(*peer, channel, format!("{round}").as_bytes());
        }
        fixture.run_once();
    }
    let all = |fixture: &Fixture, channel: MessageChannel| {
        let to_game: usize = fixture.game_saw.iter().map(|(_, saw)| saw.of(channel).len()).sum();
        let to_clients: usize = fixture.saw.iter().map(|saw| saw.of(channel).len()).sum();
        (to_game, to_clients)
    };
    fixture.run_until("all have come", |fixture| {
        all(fixture, RELIABLE_CHANNEL) == (500, 500) && all(fixture, UNRELIABLE_CHANNEL) == (500, 500)
    });
    for (_, saw) in &fixture.game_saw {
        let says = saw.of(RELIABLE_CHANNEL);
        let name = says[0].split(|byte| *byte == b' ').next().map(<[u8]>::to_vec);
        assert!(says.iter().all(|message| message.split(|byte| *byte == b' ').next() == name.as_deref()));
    }
}

#[test]
fn an_end_on_either_side_is_an_end_on_the_other_after_the_last_words() {
    let mut fixture = stage_of(2, 0.0);
    let peer = fixture.game_saw[1].0;
    fixture.client_sends(0, RELIABLE_CHANNEL, b"goodbye");
    fixture.clients[0].disconnect(fixture.now);
    fixture.game_sends(peer, RELIABLE_CHANNEL, b"you have lost");
    fixture.game.disconnect(fixture.now, peer, "the match is over");
    fixture.run_until("both ends know", |fixture| {
        fixture.saw[1].end.is_some() && fixture.game_saw.iter().any(|(_, saw)| !saw.messages.is_empty())
    });
    let closed = DisconnectReason::closed_by_peer(b"");
    assert_eq!(
        (fixture.saw[1].of(RELIABLE_CHANNEL), &fixture.saw[1].end),
        (vec![b"you have lost".as_slice()], &Some(closed.clone()))
    );
    fixture.run_until("the game knows of both", |fixture| {
        fixture.game_saw.iter().all(|(_, saw)| saw.end.is_some())
    });
    let left = fixture.game_saw.iter().find(|(_, saw)| !saw.messages.is_empty()).expect("it said goodbye");
    assert_eq!((left.1.of(RELIABLE_CHANNEL), &left.1.end), (vec![b"goodbye".as_slice()], &Some(closed)));
    fixture.run_until("no client is left", |fixture| fixture.proxy.statistics().connections.connected == 0);
}

#[test]
fn when_the_game_is_not_there_or_dies_its_clients_lose_their_connections() {
    let mut fixture = Fixture::new(0.0);
    fixture.is_game_dead = true;
    fixture.add_client(Generation::G4);
    fixture.run_until("it is refused", |fixture| fixture.saw[0].end.is_some());
    assert!(!fixture.saw[0].is_connected);
    assert_eq!(fixture.proxy.game_statistics().upstreams_failed, 1);

    let mut fixture = stage_of(3, 0.0);
    fixture.is_game_dead = true;
    fixture.run_until("all know it", |fixture| fixture.saw.iter().all(|saw| saw.end.is_some()));
    assert_eq!(fixture.proxy.game_statistics().upstreams_lost, 3);
    fixture.run_until("no client is left", |fixture| fixture.proxy.statistics().connections.connected == 0);
}

#[test]
fn a_shutdown_says_goodbye_to_clients_and_to_the_game() {
    let mut fixture = stage_of(5, 0.0);
    fixture.proxy.shutdown(fixture.now);
    fixture.run_until("all clients know", |fixture| {
        let is_closed = |saw: &Saw| saw.end == Some(DisconnectReason::closed_by_peer(b""));
        fixture.saw.iter().all(is_closed) && fixture.game_saw.iter().all(|(_, saw)| is_closed(saw))
    });
    fixture.run_until("no client is left", |fixture| fixture.proxy.statistics().connections.connected == 0);
}
