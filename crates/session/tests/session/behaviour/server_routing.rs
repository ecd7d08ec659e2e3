//! Server-side routing: one packet from the speaker, and the server finds the listeners; originals among them notice
//! nothing.

use consonance_session::{Capabilities, ChannelProperties, Rate, RoomId, Target};
use consonance_wire::{ChannelBits, ChannelKind};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::{Network, Player};
use crate::behaviour::support::packets;

/// Opens a channel to the target.
fn talk(network: &mut Network, player: Player, target: Target) {
    network.client(player).open_channel(target, ChannelProperties::default()).expect("a channel more");
}

fn lobby() -> Target {
    Target::Room("lobby".into())
}

fn say(network: &mut Network, player: Player, words: &str) {
    network.client(player).send_voice(words.as_bytes()).expect("a session is joined");
    network.run();
}

#[test]
fn a_frame_goes_up_once_without_a_list_and_reaches_all_in_the_room() {
    let mut network = Network::of_ours();
    let alice = network.join("Alice", &["lobby"]);
    let listeners = ["Bob", "Carol", "Dave"].map(|name| network.join(name, &["lobby"]));
    let outsider = network.join("Eve", &["elsewhere"]);
    talk(&mut network, alice, lobby());
    say(&mut network, alice, "hello");
    assert_eq!(network.sent(alice), ["VoiceData 0 #0 session 0 [lobby] hello"]);
    for listener in listeners {
        assert_eq!(network.events(listener), ["Alice started speaking", "frame 0 of 0: hello"]);
    }
    assert_eq!(network.events(outsider), [""; 0]);
    assert_eq!(network.events(alice), [""; 0]);
    let statistics = network.server.statistics();
    let routes = (statistics.frames_routed, statistics.frames_relayed);
    assert_eq!((routes, statistics.frames_out), ((1, 0), 3));
}

#[test]
fn a_listener_of_several_channels_gets_a_frame_once() {
    let mut network = Network::of_ours();
    let alice = network.join("Alice", &[]);
    let bob = network.join("Bob", &["lobby", "team"]);
    talk(&mut network, alice, lobby());
    talk(&mut network, alice, Target::Room("team".into()));
    talk(&mut network, alice, Target::Player("Bob".into()));
    say(&mut network, alice, "once");
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 0: once"]);
}

#[test]
fn originals_hear_routed_frames_and_ours_hear_relayed_ones() {
    let mut network = Network::new();
    let original = network.join("Original", &["lobby"]);
    network.capabilities = Capabilities::ALL;
    let ours = network.join("Ours", &["lobby"]);
    talk(&mut network, ours, lobby());
    talk(&mut network, original, lobby());
    say(&mut network, ours, "from ours");
    assert_eq!(network.events(original), ["Ours started speaking", "frame 0 of 1: from ours"]);
    say(&mut network, original, "from the original");
    assert_eq!(network.events(ours), ["Original started speaking", "frame 0 of 0: from the original"]);
    assert_eq!(
        network.sent(original).last().map(String::as_str),
        Some("ServerRelayUnreliable to 1: VoiceData 0 #0 session 0 [lobby] from the original")
    );
}

#[test]
fn a_server_that_does_not_offer_it_gets_relays() {
    let mut network = Network::of_ours();
    network.offer(Capabilities::NONE);
    let alice = network.join("Alice", &[]);
    let bob = network.join("Bob", &["lobby"]);
    talk(&mut network, alice, lobby());
    say(&mut network, alice, "hello");
    assert_eq!(network.sent(alice), ["ServerRelayUnreliable to 1: VoiceData 0 #0 session 0 [lobby] hello"]);
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 0: hello"]);
}

#[test]
fn an_original_that_sends_voice_straight_to_the_server_is_not_routed() {
    let mut network = Network::new();
    let alice = network.join("Alice", &[]);
    let bob = network.join("Bob", &["lobby"]);
    network.inject(alice, &packets::voice(0, 0, "lobby", "hello"));
    network.run();
    assert_eq!(network.events(bob), [""; 0]);
    assert_eq!(network.server.statistics().ignored, 1);
}

#[test]
fn no_client_can_have_a_frame_routed_in_another_name() {
    let mut network = Network::of_ours();
    let mallory = network.join("Mallory", &[]);
    let bob = network.join("Bob", &["lobby"]);
    network.inject(mallory, &packets::voice(1, 0, "lobby", "as Bob"));
    network.run();
    assert_eq!(network.events(bob), [""; 0]);
    assert_eq!(network.server.statistics().spoofed, 1);
}

#[test]
fn naming_one_room_over_and_over_costs_its_sender_and_not_the_server() {
    let mut network = Network::of_ours();
    let mallory = network.join("Mallory", &[]);
    for n in 0..7 {
        network.join(&format!("player {n}"), &["lobby"]);
    }
    let lobby = (ChannelBits::new(ChannelKind::Room), RoomId::of("lobby").0);
    for sequence in 0..100 {
        network.inject(mallory, &packets::spoken(0, 0, sequence, &[lobby; 200], "again"));
    }
    // Each frame reaches 1400 listeners, of which an eighth is charged; the burst allows 600 × 8.
    let statistics = network.server.statistics();
    assert_eq!((statistics.frames_routed, statistics.fan_out_limited), (27, 73));
}

#[test]
fn naming_hundreds_of_rooms_without_listeners_costs_its_sender_too() {
    let mut server = LoneServer::with_limits(|limits| limits.fan_out = Rate { per_second: 1, burst: 10 });
    server.connect(1);
    server.receive(1, &packets::handshake_of_ours("Alice", None));
    let frame = |sequence, channels: u16| {
        let to = |room| (ChannelBits::new(ChannelKind::Room), room);
        let channels: Vec<_> = (0..channels).map(to).collect();
        packets::spoken(0, 0, sequence, &channels, "words")
    };
    for sequence in 0..100 {
        server.receive(1, &frame(sequence, 27));
    }
    assert_eq!(server.statistics().fan_out_limited, 0, "the cells around a player");
    for sequence in 100..110 {
        server.receive(1, &frame(sequence, 250));
    }
    assert_eq!(server.statistics().fan_out_limited, 7);
}
