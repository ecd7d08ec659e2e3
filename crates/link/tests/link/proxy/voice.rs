//! Voice goes to the session and nowhere else.

use std::time::Duration;

use consonance_link::gateway::memory::{RELIABLE, UNRELIABLE};
use consonance_link::gateway::{UpstreamSettings, VoiceClosed, VoiceStart};
use consonance_link::{Delivery, DisconnectReason, Peer, ServerNetwork as _};

use crate::proxy::marked::voice;
use crate::proxy::stage::{Heard, Saw, Stage, end, messages};

fn packet(packet: &[u8]) -> Heard {
    Heard::Packet(Delivery::Reliable, packet.to_vec())
}

#[test]
fn voice_reaches_the_session_and_not_the_game() {
    let mut stage = Stage::with_clients(1);
    assert!(stage.heard.is_empty(), "a client that says nothing is not reported");
    stage.client_sends(0, RELIABLE, &voice(b"hello"));
    stage.client_sends(0, UNRELIABLE, &voice(b"frame"));
    stage.drive();
    let frame = Heard::Packet(Delivery::Unreliable, b"frame".to_vec());
    assert_eq!(stage.heard[&Peer(1)], [Heard::Connected, packet(b"hello"), frame]);
    assert_eq!(stage.game_saw(0), [Saw::Connected(Vec::new())]);
    assert_eq!(stage.proxy.statistics().links.received.reliable.packets, 1);
}

#[test]
fn voice_of_the_session_reaches_its_listeners_only() {
    let mut stage = Stage::with_clients(3);
    for client in [0, 2] {
        stage.client_sends(client, RELIABLE, &voice(b"hello"));
    }
    stage.drive();
    let peers: Vec<Peer> = stage.heard.keys().copied().collect();
    stage.proxy.send(stage.now, &peers, Delivery::Unreliable, b"frame");
    stage.drive();
    for client in [0, 2] {
        assert_eq!(messages(stage.saw(client), UNRELIABLE), [voice(b"frame")]);
    }
    assert_eq!(messages(stage.saw(1), UNRELIABLE), [b""; 0]);
}

#[test]
fn with_the_game_all_clients_are_there_at_once() {
    let mut stage = Stage::with_voice_start(VoiceStart::AtOnce, UpstreamSettings::default());
    stage.connect(b"");
    stage.drive();
    assert_eq!(stage.heard[&Peer(1)], [Heard::Connected]);
    assert_eq!(stage.saw(0), [Saw::Connected(Vec::new())]);
}

#[test]
fn a_player_without_voice_plays_on_and_may_reconnect_voice_later() {
    let (almost, moment) = (Duration::from_millis(9999), Duration::from_millis(1));
    let again_after = almost + moment;
    let voice_closed = VoiceClosed::GameGoesOn { again_after };
    let mut stage = Stage::new(UpstreamSettings { voice_closed, ..UpstreamSettings::default() });
    stage.refuses = true;
    stage.connect(b"");
    stage.drive();
    stage.client_sends(0, RELIABLE, &voice(b"let me in"));
    stage.drive();
    let refused = [Heard::Connected, Heard::Disconnected(DisconnectReason::ClosedByUs)];
    assert_eq!(stage.heard[&Peer(1)], refused);

    stage.refuses = false;
    stage.pass(almost);
    stage.client_sends(0, RELIABLE, &voice(b"let me in"));
    stage.client_sends(0, RELIABLE, b"I play");
    stage.drive();
    assert_eq!(stage.heard.len(), 1, "it is too early");
    assert_eq!(stage.proxy.game_statistics().voice_unwanted, 1);
    assert_eq!(messages(stage.game_saw(0), RELIABLE), [b"I play"]);

    stage.pass(moment);
    stage.client_sends(0, RELIABLE, &voice(b"let me in"));
    stage.drive();
    assert_eq!(stage.heard[&Peer(2)], [Heard::Connected, packet(b"let me in")]);
    assert_eq!(end(stage.saw(0)), None);
}

#[test]
fn last_words_of_the_session_reach_whose_voice_it_closes() {
    let mut stage = Stage::with_clients(1);
    stage.client_sends(0, RELIABLE, &voice(b"hello"));
    stage.drive();
    stage.proxy.send(stage.now, &[Peer(1)], Delivery::Reliable, b"go");
    stage.proxy.disconnect(stage.now, Peer(1), "kicked");
    stage.proxy.send(stage.now, &[Peer(1)], Delivery::Reliable, b"too late");
    stage.client_sends(0, RELIABLE, &voice(b"am I heard?"));
    stage.drive();
    assert_eq!(messages(stage.saw(0), RELIABLE), [voice(b"go")]);
    let ended = [Heard::Connected, packet(b"hello"), Heard::Disconnected(DisconnectReason::ClosedByUs)];
    assert_eq!(stage.heard[&Peer(1)], ended);
}

#[test]
fn whose_voice_is_closed_loses_the_game_where_that_is_asked_for() {
    let voice_closed = VoiceClosed::GameEnds;
    let mut stage = Stage::new(UpstreamSettings { voice_closed, ..UpstreamSettings::default() });
    stage.refuses = true;
    stage.connect(b"");
    stage.drive();
    stage.client_sends(0, RELIABLE, &voice(b"let me in"));
    stage.drive();
    assert_eq!(end(stage.saw(0)), Some(&DisconnectReason::closed_by_peer(b"not you")));
    assert_eq!(end(stage.game_saw(0)), Some(&DisconnectReason::closed_by_peer(b"")));
    let refused = [Heard::Connected, Heard::Disconnected(DisconnectReason::ClosedByUs)];
    assert_eq!(stage.heard[&Peer(1)], refused);
    assert_eq!(stage.proxy.statistics().connections.connected, 0);
}
