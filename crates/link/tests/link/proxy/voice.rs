//! Voice goes to the session and nowhere else.

use std::time::Duration;

use consonance_link::gateway::memory::{RELIABLE, UNRELIABLE};
use consonance_link::gateway::{UpstreamSettings, VoiceClosed, VoiceStart};
use consonance_link::{Delivery, DisconnectReason, Peer, ServerNetwork as _};

use crate::proxy::fixture::{Fixture, Heard, Saw, end, messages};
use crate::proxy::marked::voice;

fn packet(packet: &[u8]) -> Heard {
    Heard::Packet(Delivery::Reliable, packet.to_vec())
}

#[test]
fn voice_reaches_the_session_and_not_the_game() {
    let mut fixture = Fixture::with_clients(1);
    assert!(fixture.heard.is_empty(), "a client that says nothing is not reported");
    fixture.client_sends(0, RELIABLE, &voice(b"hello"));
    fixture.client_sends(0, UNRELIABLE, &voice(b"frame"));
    fixture.drive();
    let frame = Heard::Packet(Delivery::Unreliable, b"frame".to_vec());
    assert_eq!(fixture.heard[&Peer(1)], [Heard::Connected, packet(b"hello"), frame]);
    assert_eq!(fixture.game_saw(0), [Saw::Connected(Vec::new())]);
    assert_eq!(fixture.proxy.statistics().links.received.reliable.packets, 1);
}

#[test]
fn voice_of_the_session_reaches_its_listeners_only() {
    let mut fixture = Fixture::with_clients(3);
    for client in [0, 2] {
        fixture.client_sends(client, RELIABLE, &voice(b"hello"));
    }
    fixture.drive();
    let peers: Vec<Peer> = fixture.heard.keys().copied().collect();
    fixture.proxy.send(fixture.now, &peers, Delivery::Unreliable, b"frame");
    fixture.drive();
    for client in [0, 2] {
        assert_eq!(messages(fixture.saw(client), UNRELIABLE), [voice(b"frame")]);
    }
    assert_eq!(messages(fixture.saw(1), UNRELIABLE), [b""; 0]);
}

#[test]
fn with_the_game_all_clients_are_there_at_once() {
    let mut fixture = Fixture::with_voice_start(VoiceStart::AtOnce, UpstreamSettings::default());
    fixture.connect(b"");
    fixture.drive();
    assert_eq!(fixture.heard[&Peer(1)], [Heard::Connected]);
    assert_eq!(fixture.saw(0), [Saw::Connected(Vec::new())]);
}

#[test]
fn a_player_without_voice_plays_on_and_may_reconnect_voice_later() {
    let (almost, moment) = (Duration::from_millis(9999), Duration::from_millis(1));
    let again_after = almost + moment;
    let voice_closed = VoiceClosed::GameGoesOn { again_after };
    let mut fixture = Fixture::new(UpstreamSettings { voice_closed, ..UpstreamSettings::default() });
    fixture.refuses = true;
    fixture.connect(b"");
    fixture.drive();
    fixture.client_sends(0, RELIABLE, &voice(b"let me in"));
    fixture.drive();
    let refused = [Heard::Connected, Heard::Disconnected(DisconnectReason::ClosedByUs)];
    assert_eq!(fixture.heard[&Peer(1)], refused);

    fixture.refuses = false;
    fixture.pass(almost);
    fixture.client_sends(0, RELIABLE, &voice(b"let me in"));
    fixture.client_sends(0, RELIABLE, b"I play");
    fixture.drive();
    assert_eq!(fixture.heard.len(), 1, "it is too early");
    assert_eq!(fixture.proxy.game_statistics().voice_unwanted, 1);
    assert_eq!(messages(fixture.game_saw(0), RELIABLE), [b"I play"]);

    fixture.pass(moment);
    fixture.client_sends(0, RELIABLE, &voice(b"let me in"));
    fixture.drive();
    assert_eq!(fixture.heard[&Peer(2)], [Heard::Connected, packet(b"let me in")]);
    assert_eq!(end(fixture.saw(0)), None);
}

#[test]
fn last_words_of_the_session_reach_whose_voice_it_closes() {
    let mut fixture = Fixture::with_clients(1);
    fixture.client_sends(0, RELIABLE, &voice(b"hello"));
    fixture.drive();
    fixture.proxy.send(fixture.now, &[Peer(1)], Delivery::Reliable, b"go");
    fixture.proxy.disconnect(fixture.now, Peer(1), "kicked");
    fixture.proxy.send(fixture.now, &[Peer(1)], Delivery::Reliable, b"too late");
    fixture.client_sends(0, RELIABLE, &voice(b"am I heard?"));
    fixture.drive();
    assert_eq!(messages(fixture.saw(0), RELIABLE), [voice(b"go")]);
    let ended = [Heard::Connected, packet(b"hello"), Heard::Disconnected(DisconnectReason::ClosedByUs)];
    assert_eq!(fixture.heard[&Peer(1)], ended);
}

#[test]
fn whose_voice_is_closed_loses_the_game_where_that_is_asked_for() {
    let voice_closed = VoiceClosed::GameEnds;
    let mut fixture = Fixture::new(UpstreamSettings { voice_closed, ..UpstreamSettings::default() });
    fixture.refuses = true;
    fixture.connect(b"");
    fixture.drive();
    fixture.client_sends(0, RELIABLE, &voice(b"let me in"));
    fixture.drive();
    assert_eq!(end(fixture.saw(0)), Some(&DisconnectReason::closed_by_peer(b"not you")));
    assert_eq!(end(fixture.game_saw(0)), Some(&DisconnectReason::closed_by_peer(b"")));
    let refused = [Heard::Connected, Heard::Disconnected(DisconnectReason::ClosedByUs)];
    assert_eq!(fixture.heard[&Peer(1)], refused);
    assert_eq!(fixture.proxy.statistics().connections.connected, 0);
}
