//! Channel monitoring: a server reports on request which speakers reach which recipients, and spoofed speakers.

use core::time::Duration;

use consonance_session::{
    Capabilities, ChannelProperties, ClientId, Priority, RoomId, ServerEvent, SpokenTo, Target,
};
use consonance_wire::{ChannelBits, ChannelKind};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::{Network, Player};
use crate::behaviour::support::packets;

/// Clients with these capabilities, at a server that monitors channels.
fn network(capabilities: Capabilities) -> Network {
    let mut network = Network::new();
    network.capabilities = capabilities;
    network.set_up(|server| server.monitor_channels = true);
    network
}

/// Alice, speaking to the lobby, where Bob listens.
fn alice_beside_bob(network: &mut Network) -> Player {
    network.join("Bob", &["lobby"]);
    let alice = network.join("Alice", &[]);
    let lobby = Target::Room("lobby".into());
    network.client(alice).open_channel(lobby, ChannelProperties::default()).expect("a channel");
    alice
}

fn say(network: &mut Network, player: Player) {
    network.client(player).send_voice(b"words").expect("in the session");
    network.run();
}

/// The server's events about speakers, in words.
fn told(network: &mut Network) -> Vec<String> {
    let to_words = |to: SpokenTo| match to {
        SpokenTo::Room { name, id } => {
            format!("room {} {}", name.unwrap_or_default(), id == RoomId::of("lobby"))
        }
        SpokenTo::Player { name, .. } => format!("player {}", name.unwrap_or_default()),
    };
    let mut words = Vec::new();
    while let Some(event) = network.server.poll_event() {
        match event {
            ServerEvent::StartedSpeaking { name, to, .. } => {
                words.push(format!("{name} to {}", to_words(to)));
            }
            ServerEvent::StoppedSpeaking { name, to, .. } => {
                words.push(format!("{name} no longer to {}", to_words(to)));
            }
            ServerEvent::Spoofed { name, claimed_name, .. } => {
                words.push(format!("{name} as {}", claimed_name.unwrap_or_default()));
            }
            _ => {}
        }
    }
    words
}

#[test]
fn a_monitored_server_reports_speakers_their_recipients_and_the_end() {
    for capabilities in [Capabilities::NONE, Capabilities::ALL] {
        let mut network = network(capabilities);
        let _bob = network.join("Bob", &["lobby"]);
        let alice = network.join("Alice", &[]);
        let properties =
            ChannelProperties { positional: true, priority: Some(Priority::High), amplitude: 0.5 };
        let lobby =
            network.client(alice).open_channel(Target::Room("lobby".into()), properties).expect("a channel");
        assert!(told(&mut network).is_empty());
        say(&mut network, alice);
        assert_eq!(told(&mut network), ["Alice to room lobby true"]);
        let id = network.client(alice).id().expect("in the session");
        let (at, rows) = network.server.tables().channels_of(id).expect("she speaks");
        assert_eq!((at, rows.len()), (network.now, 1));
        assert!(
            rows[0].positional
                && rows[0].priority == Priority::High
                && (rows[0].amplitude - 0.5).abs() < 0.01
        );

        network.client(alice).open_channel(Target::Player("Bob".into()), properties).expect("a channel");
        say(&mut network, alice);
        say(&mut network, alice);
        assert_eq!(told(&mut network), ["Alice to player Bob"]);
        network.client(alice).voice_mut().close_channel(lobby);
        say(&mut network, alice);
        assert_eq!(told(&mut network), ["Alice no longer to room lobby true"]);
        network.wait(Duration::from_millis(1400));
        assert!(told(&mut network).is_empty(), "as long as listeners wait");
        network.wait(Duration::from_millis(200));
        assert_eq!(told(&mut network), ["Alice no longer to player Bob"]);
        assert!(network.server.tables().channels_of(id).is_none());
    }
}

#[test]
fn a_client_that_leaves_in_mid_speech_has_stopped_before() {
    let mut network = network(Capabilities::NONE);
    let alice = alice_beside_bob(&mut network);
    say(&mut network, alice);
    let now = network.now;
    network.client(alice).stop(now);
    network.run();
    assert_eq!(told(&mut network), ["Alice to room lobby true", "Alice no longer to room lobby true"]);
}

#[test]
fn a_session_that_ends_while_all_speak_reports_that_all_left() {
    let mut server = LoneServer::with_limits(|limits| limits.events = 5);
    server.server.reconfigure().set_monitor_channels(true);
    let rooms = ["lobby", "roof"].map(|room| (ChannelBits::new(ChannelKind::Room), RoomId::of(room).0));
    for (link, name) in (1..).zip(["Alice", "Bob", "Carol"]) {
        let id = server.join(link, name, &["lobby"]);
        let voice = packets::spoken(id, 0, 1, &rooms, "hello");
        server.receive(link, &packets::relay_unreliable(&[0], &voice));
        while server.server.poll_event().is_some() {}
    }
    server.server.stop();
    let mut left = Vec::new();
    while let Some(event) = server.server.poll_event() {
        if let ServerEvent::ClientLeft { name, .. } = event {
            left.push(name);
        }
    }
    assert_eq!(left, ["Alice".into(), "Bob".into(), Box::<str>::from("Carol")]);
}

#[test]
fn a_server_that_is_not_asked_to_tells_nothing_of_it() {
    let mut network = Network::new();
    let alice = alice_beside_bob(&mut network);
    say(&mut network, alice);
    assert!(told(&mut network).is_empty());
}

#[test]
fn monitoring_reports_from_when_it_is_turned_on_and_turning_it_off_stops_all() {
    let mut network = Network::new();
    let alice = alice_beside_bob(&mut network);
    say(&mut network, alice);
    network.server.reconfigure().set_monitor_channels(true);
    say(&mut network, alice);
    assert_eq!(told(&mut network), ["Alice to room lobby true"]);
    network.server.reconfigure().set_monitor_channels(false);
    assert_eq!(told(&mut network), ["Alice no longer to room lobby true"]);
    say(&mut network, alice);
    let id = network.client(alice).id().expect("joined");
    assert!(told(&mut network).is_empty() && network.server.tables().channels_of(id).is_none());
}

#[test]
fn a_packet_in_another_players_name_is_reported_with_both_names() {
    let mut network = Network::new();
    let bob = network.join("Bob", &["lobby"]);
    let mallory = network.join("Mallory", &[]);
    let victim = network.join("Alice", &[]);
    let (alice, to) =
        (network.client(victim).id().expect("joined"), network.client(bob).id().expect("joined"));
    network.events(bob);
    let forged = packets::relay_unreliable(&[to.0], &packets::voice(alice.0, 0, "lobby", "not me"));
    network.inject(mallory, &forged);
    network.run();
    assert_eq!(told(&mut network), ["Mallory as Alice"]);
    assert!(network.events(bob).is_empty(), "it went nowhere");
}

#[test]
fn of_one_speaker_sixteen_channels_are_told_of_and_the_others_are_counted() {
    let mut server = LoneServer::with_settings(|settings| settings.monitor_channels = true);
    server.connect(1);
    server.receive(1, &packets::handshake_of_ours("Alice", None));
    let to = |room: u16| (ChannelBits::new(ChannelKind::Room), room);
    let channels: Vec<_> = (0..40).chain(0..40).map(to).collect();
    server.receive(1, &packets::spoken(0, 0, 0, &channels, "words"));
    let (_, rows) = server.server.tables().channels_of(ClientId(0)).unwrap();
    assert_eq!((rows.len(), server.statistics().channels_unmonitored), (16, 48));
    let mut begun = 0;
    while let Some(event) = server.server.poll_event() {
        begun += usize::from(matches!(event, ServerEvent::StartedSpeaking { .. }));
    }
    assert_eq!(begun, 16);
}
