//! Hostile servers: limits on what a client accepts, and nonsensical fields.

use consonance_session::{
    Client, ClientEvent, ClientSettings, CodecId, CodecParameters, Delivery, Instant, LinkCommand, LinkId,
};
use consonance_wire::{ClientId, ClientState, List, RosterEntry, WireStr};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::packets;

const SERVER: LinkId = LinkId(1);

/// A client in a session as player 0.
fn joined(settings: ClientSettings) -> Client {
    let name = settings.name.clone();
    let mut client = Client::new(settings);
    client.start();
    assert_eq!(client.poll_command(), Some(LinkCommand::Open));
    client.handle_connected(Instant::START, SERVER);
    receive(&mut client, &packets::response(0));
    receive(&mut client, &packets::client_state(0, &name, &[]));
    client
}

fn receive(client: &mut Client, packet: &[u8]) {
    client.handle_packet(Instant::START, SERVER, Delivery::Reliable, packet);
}

fn rooms_of(client: &Client, id: u16) -> usize {
    client.players().iter().find(|player| player.id == ClientId(id)).map_or(0, |player| player.rooms.len())
}

#[test]
fn players_beyond_the_limit_are_not_kept() {
    let mut settings = ClientSettings::new("Alice");
    settings.limits.players = 3;
    let mut client = joined(settings);
    for id in 1..10 {
        receive(&mut client, &packets::client_state(id, &format!("player {id}"), &["lobby"]));
    }
    assert_eq!(client.players().iter().count(), 3);
    assert_eq!(client.statistics().players_refused, 7);
    receive(&mut client, &packets::remove(1));
    receive(&mut client, &packets::client_state(7, "player 7", &[]));
    assert_eq!(client.players().iter().map(|player| player.id.0).collect::<Vec<_>>(), [0, 2, 7]);
}

#[test]
fn players_of_a_filled_answer_beyond_the_limit_are_not_kept_either_but_i_am() {
    let mut settings = ClientSettings::new("Alice");
    settings.limits.players = 2;
    let mut client = joined(settings);
    receive(
        &mut client,
        &packets::filled_response(9, &[("a", 1), ("b", 2), ("c", 3), ("Alice", 9)], &[], &[]),
    );
    assert_eq!(client.players().iter().map(|player| player.name).collect::<Vec<_>>(), ["a", "b", "Alice"]);
    assert_eq!(client.statistics().players_refused, 1);
}

#[test]
fn rooms_of_a_player_beyond_the_limit_are_not_kept() {
    let mut settings = ClientSettings::new("Alice");
    settings.limits.rooms_per_client = 5;
    let mut client = joined(settings);
    receive(&mut client, &packets::client_state(1, "Bob", &["a", "b", "c", "d", "e", "f"]));
    for room in 0..10 {
        receive(&mut client, &packets::enter(1, &format!("room {room}")));
    }
    assert_eq!(rooms_of(&client, 1), 5);
    assert_eq!(client.statistics().rooms_refused, 11);
    receive(&mut client, &packets::enter(1, "a"));
    assert_eq!(client.statistics().rooms_refused, 11, "that one it is in already");
}

#[test]
fn a_player_listens_to_no_more_than_a_packet_can_list() {
    let mut client = joined(ClientSettings::new("Alice"));
    receive(&mut client, &packets::client_state(1, "Bob", &[]));
    for room in 0..100 {
        receive(&mut client, &packets::enter(1, &format!("{room:0100}")));
    }
    assert_eq!(rooms_of(&client, 1), 10);
    assert_eq!(client.statistics().rooms_refused, 90);
}

#[test]
fn a_packet_longer_than_any_original_sends_is_dropped_unread() {
    let mut alice = LoneClient::joined("Alice", 0, &["lobby"]);
    let mut state = packets::client_state(1, "Bob", &[]);
    state.resize(1025, 0);
    assert_eq!(alice.receive(&state), [""; 0]);
    assert_eq!(alice.statistics().oversized, 1);
    state.truncate(1024);
    assert_eq!(alice.receive(&state), ["Bob joined as 1"]);
}

#[test]
fn absurd_codec_settings_are_told_as_they_are_and_do_no_harm() {
    let mut client = joined(ClientSettings::new("Alice"));
    while client.poll_event().is_some() {}
    let absurd = [
        CodecParameters { kind: CodecId(255), frame_size_samples: 0, sample_rate_hz: 0 },
        CodecParameters { kind: CodecId::OPUS, frame_size_samples: u32::MAX, sample_rate_hz: u32::MAX },
    ];
    for (id, codec) in (1..).map(ClientId).zip(absurd) {
        let name = format!("player {}", id.0);
        let player = RosterEntry { name: Some(WireStr::from(&*name)), id, codec };
        let state = ClientState { session: packets::SESSION, client: player, rooms: List::default() };
        receive(&mut client, &packets::written(state));
        let told = match client.poll_event() {
            Some(ClientEvent::PlayerJoined { codec, .. }) => codec,
            other => panic!("{other:?}"),
        };
        assert_eq!(told, codec);
    }
    assert_eq!(client.players().iter().count(), 3);
}

#[test]
fn a_server_that_asks_for_answers_without_end_does_not_fill_the_memory_of_a_driver_that_sends_none() {
    let mut settings = ClientSettings::new("Alice");
    settings.limits.outbox_bytes = 1000;
    let mut client = joined(settings);
    for _ in 0..1000 {
        receive(&mut client, &packets::response(0));
    }
    let mut waiting = 0;
    while let Some(transmit) = client.poll_transmit() {
        waiting += transmit.payload.len();
    }
    assert!((500..1000).contains(&waiting), "{waiting} bytes waited");
    assert!(client.statistics().undrained > 900);
    receive(&mut client, &packets::response(0));
    assert!(client.poll_transmit().is_some(), "what waited is gone");
}
