//! Proximity rooms: the server knows all positions, and voice reaches nearby listeners.

use core::time::Duration;

use consonance_session::{
    Capabilities, ChannelProperties, PlayerIdentity, Position, ProximitySettings, Restriction,
    RestrictionTerms, Restrictions, RoomPattern, Target,
};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::{Network, Player};
use crate::behaviour::support::packets;

/// A session whose room `world` carries voice for 10 m, and clients of ours.
fn network() -> Network {
    network_with(ProximitySettings::new(10.0))
}

fn network_with(settings: ProximitySettings) -> Network {
    let mut network = Network::of_ours();
    network.set_up(|server| server.proximity = vec![(RoomPattern::from("world"), settings)]);
    network
}

/// A listener in the world that stands `x` metres from the origin.
fn join_at(network: &mut Network, name: &str, x: f32) -> Player {
    let player = network.join(name, &["world"]);
    stand_at(network, player, x);
    talk(network, player, "world");
    player
}

fn stand_at(network: &mut Network, player: Player, x: f32) {
    let place = Position::new([x, 0.0, 0.0]).expect("a place");
    network.client(player).set_position(Some(place));
    network.wait(Duration::from_millis(100));
    network.events(player);
}

fn talk(network: &mut Network, player: Player, room: &str) {
    let properties = ChannelProperties { positional: true, ..ChannelProperties::default() };
    network.client(player).open_channel(Target::Room(room.into()), properties).expect("a channel more");
}

/// For each of these listeners, whether it hears the speaker.
fn heard_by(network: &mut Network, player: Player, listeners: &[Player]) -> Vec<bool> {
    for listener in listeners {
        network.events(*listener);
    }
    network.client(player).send_voice(b"words").expect("a session is joined");
    network.run();
    let is_frame = |event: &String| event.starts_with("frame");
    listeners.iter().map(|listener| network.events(*listener).iter().any(is_frame)).collect()
}

fn wait(network: &mut Network, millis: u64) {
    network.wait(Duration::from_millis(millis));
}

#[test]
fn a_voice_reaches_only_listeners_in_range() {
    let mut network = network();
    let alice = join_at(&mut network, "Alice", 0.0);
    let near = join_at(&mut network, "Bob", 9.0);
    let far = join_at(&mut network, "Carol", 11.0);
    assert_eq!(heard_by(&mut network, alice, &[near, far]), [true, false]);
    assert_eq!(heard_by(&mut network, far, &[near, alice]), [true, false]);
}

#[test]
fn a_frame_arrives_as_it_was_sent_positional_and_once() {
    let mut network = network();
    let alice = join_at(&mut network, "Alice", 0.0);
    let bob = join_at(&mut network, "Bob", 1.0);
    talk(&mut network, alice, "world");
    network.sent(alice);
    network.client(alice).send_voice(b"hello").unwrap();
    network.run();
    let sent = network.sent(alice);
    assert_eq!(sent.len(), 1);
    assert!(sent[0].contains("positional") && sent[0].starts_with("VoiceData"), "{sent:?}");
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 0: hello"]);
}

#[test]
fn walking_into_range_starts_and_walking_out_of_it_stops_hearing() {
    let mut network = network();
    let alice = join_at(&mut network, "Alice", 0.0);
    let bob = join_at(&mut network, "Bob", 50.0);
    let mut heard = Vec::new();
    for x in [50.0, 20.0, 11.0, 9.0, 0.0, 9.0, 11.0, 12.4, 12.6, 11.0, 9.0] {
        stand_at(&mut network, bob, x);
        heard.push(heard_by(&mut network, alice, &[bob])[0]);
    }
    // An audible speaker stays audible a quarter beyond the range for new ones.
    let expected = [false, false, false, true, true, true, true, true, false, true, true];
    assert_eq!(heard, expected);
    wait(&mut network, 600);
    stand_at(&mut network, bob, 11.0);
    assert_eq!(heard_by(&mut network, alice, &[bob]), [false], "after a pause as at first");
}

#[test]
fn of_many_speakers_the_nearest_are_heard() {
    let mut settings = ProximitySettings::new(100.0);
    settings.max_streams = 2;
    let mut network = network_with(settings);
    let listener = join_at(&mut network, "Listener", 0.0);
    let speakers: Vec<_> =
        (1..=4).map(|n| join_at(&mut network, &format!("player {n}"), 10.0 * n as f32)).collect();
    for player in &speakers {
        network.client(*player).leave_room("world");
    }
    for round in 0..2 {
        // The farthest speakers begin, and are replaced.
        let heard: Vec<_> =
            speakers.iter().rev().map(|player| heard_by(&mut network, *player, &[listener])[0]).collect();
        let expected = if round == 0 { [true, true, true, true] } else { [false, false, true, true] };
        assert_eq!(heard, expected, "round {round}");
        wait(&mut network, 20);
    }
    assert_eq!(network.server.statistics().streams_crowded, 2);
}

#[test]
fn a_listener_that_hears_enough_others_is_counted_only_for_speakers_with_a_position() {
    let mut network = network();
    let alice = network.join("Alice", &["world"]);
    let bob = network.join("Bob", &["world"]);
    talk(&mut network, alice, "world");
    assert_eq!(heard_by(&mut network, alice, &[bob]), [true], "neither says where it is");
    assert_eq!(network.server.statistics().streams_crowded, 0);
}

#[test]
fn a_listener_of_up_to_twenty_hears_and_keeps_all_of_them() {
    let mut settings = ProximitySettings::new(10.0);
    settings.max_streams = 20;
    let mut network = network_with(settings);
    let speakers: Vec<_> = (0..20).map(|n| join_at(&mut network, &format!("player {n}"), 9.0)).collect();
    let listener = join_at(&mut network, "Listener", 0.0);
    for (x, expected) in [(0.0, true), (-2.0, true), (-4.0, false)] {
        stand_at(&mut network, listener, x);
        for player in &speakers {
            // Only already audible speakers are heard from 11 m.
            assert_eq!(heard_by(&mut network, *player, &[listener]), [expected], "from {x} m");
        }
    }
}

#[test]
fn a_louder_channel_is_as_good_as_a_nearer_place() {
    let mut settings = ProximitySettings::new(100.0);
    settings.max_streams = 1;
    let mut network = network_with(settings);
    let listener = join_at(&mut network, "Listener", 0.0);
    let near = join_at(&mut network, "Near", 10.0);
    let loud = network.join("Loud", &["world"]);
    stand_at(&mut network, loud, 15.0);
    let properties = ChannelProperties { amplitude: 2.0, ..ChannelProperties::default() };
    network.client(loud).open_channel(Target::Room("world".into()), properties).unwrap();
    assert_eq!(heard_by(&mut network, near, &[listener]), [true]);
    assert_eq!(heard_by(&mut network, loud, &[listener]), [true], "twice as loud and half as far again");
    assert_eq!(heard_by(&mut network, near, &[listener]), [false]);
}

#[test]
fn an_audible_speaker_stays_until_another_is_clearly_better() {
    let mut settings = ProximitySettings::new(100.0);
    settings.max_streams = 1;
    let mut network = network_with(settings);
    let listener = join_at(&mut network, "Listener", 0.0);
    let first = join_at(&mut network, "First", 10.0);
    let second = join_at(&mut network, "Second", 9.0);
    for _ in 0..50 {
        assert_eq!(heard_by(&mut network, first, &[listener]), [true]);
        assert_eq!(heard_by(&mut network, second, &[listener]), [false], "a tenth nearer is not enough");
        wait(&mut network, 20);
    }
    stand_at(&mut network, second, 7.9);
    assert_eq!(heard_by(&mut network, second, &[listener]), [true]);
    assert_eq!(heard_by(&mut network, first, &[listener]), [false]);
}

#[test]
fn a_speaker_that_is_silent_for_half_a_second_gives_way_to_any_other() {
    let mut settings = ProximitySettings::new(100.0);
    settings.max_streams = 1;
    let mut network = network_with(settings);
    let listener = join_at(&mut network, "Listener", 0.0);
    let near = join_at(&mut network, "Near", 1.0);
    let far = join_at(&mut network, "Far", 90.0);
    assert_eq!(heard_by(&mut network, near, &[listener]), [true]);
    wait(&mut network, 500);
    assert_eq!(heard_by(&mut network, far, &[listener]), [false]);
    wait(&mut network, 20);
    assert_eq!(heard_by(&mut network, far, &[listener]), [true]);
}

#[test]
fn silence_sealed_or_not_keeps_no_slot_but_is_heard_while_the_slot_is_free() {
    for silence in ["x", &packets::sealed(2)] {
        check_silence(silence.as_bytes());
    }
}

fn check_silence(silence: &[u8]) {
    let mut settings = ProximitySettings::new(100.0);
    settings.max_streams = 1;
    let mut network = network_with(settings);
    let listener = join_at(&mut network, "Listener", 0.0);
    let silent = join_at(&mut network, "Silent", 1.0);
    let far = join_at(&mut network, "Far", 90.0);
    let say_nothing = |network: &mut Network| {
        network.events(listener);
        network.client(silent).send_voice(silence).expect("a frame that fits");
        network.run();
        !network.events(listener).is_empty()
    };
    assert!(!say_nothing(&mut network), "silence starts no utterance");
    assert_eq!(heard_by(&mut network, silent, &[listener]), [true]);
    for _ in 0..30 {
        wait(&mut network, 20);
        assert!(say_nothing(&mut network));
    }
    assert_eq!(heard_by(&mut network, far, &[listener]), [true]);
    assert!(!say_nothing(&mut network));
}

#[test]
fn players_without_a_position_hear_only_each_other() {
    let mut network = network();
    let placed = join_at(&mut network, "Placed", 0.0);
    network.capabilities = Capabilities::NONE;
    let originals = ["Original", "Other"].map(|name| network.join(name, &["world"]));
    talk(&mut network, originals[0], "world");
    assert_eq!(heard_by(&mut network, originals[0], &[placed, originals[1]]), [false, true]);
    assert_eq!(heard_by(&mut network, placed, &originals), [false, false]);
    network.client(placed).set_position(None);
    wait(&mut network, 100);
    assert_eq!(heard_by(&mut network, placed, &originals), [true, true]);
}

#[test]
fn a_list_of_destinations_reaches_no_listener_out_of_range() {
    let mut network = network();
    let alice = join_at(&mut network, "Alice", 0.0);
    let others = [("Bob", 5.0), ("Carol", 500.0)].map(|(name, x)| join_at(&mut network, name, x));
    let voice = packets::voice(0, 0, "world", "relayed");
    for relay in [packets::relay_unreliable(&[1, 2], &voice), packets::relay_reliable(&[1, 2], &voice)] {
        for player in &others {
            network.events(*player);
        }
        network.inject(alice, &relay);
        network.run();
        assert!(!network.events(others[0]).is_empty());
        assert_eq!(network.events(others[1]), [""; 0]);
        wait(&mut network, 2000);
    }
}

#[test]
fn a_list_of_destinations_reaches_each_listener_once_and_no_deafened_one() {
    let mut server = LoneServer::with_settings(|settings| {
        settings.proximity = vec![("world".into(), ProximitySettings::new(10.0))];
    });
    for (link, name) in [(1, "Alice"), (2, "Bob"), (3, "Carol")] {
        server.join(link, name, &["world"]);
    }
    let mut deafened = <Restrictions>::default();
    deafened.impose(Restriction::Deafened, RestrictionTerms::new(None, "too loud"));
    server
        .server
        .moderation()
        .set_restrictions(&PlayerIdentity::Name("Carol".into()), &deafened)
        .expect("room for one");
    server.sent();
    let relay = packets::relay_unreliable(&[1, 2, 1], &packets::voice(0, 0, "world", "hi"));
    let sent = server.receive(1, &relay);
    assert_eq!(sent.iter().map(|sent| sent.split(':').next()).collect::<Vec<_>>(), [Some("2 unreliably")]);
}

#[test]
fn another_channel_of_the_same_frame_carries_as_ever() {
    let mut network = network();
    let alice = join_at(&mut network, "Alice", 0.0);
    let far = join_at(&mut network, "Far", 500.0);
    let team = network.join("Mate", &["team"]);
    talk(&mut network, alice, "team");
    assert_eq!(heard_by(&mut network, alice, &[far, team]), [false, true]);
    network.client(alice).open_channel(Target::Player("Far".into()), ChannelProperties::default()).unwrap();
    assert_eq!(heard_by(&mut network, alice, &[far, team]), [true, true]);
}

#[test]
fn a_pattern_makes_many_rooms_each_for_itself() {
    let mut network = Network::of_ours();
    network.set_up(|server| {
        server.proximity = vec![(RoomPattern::from("map *"), ProximitySettings::new(10.0))];
    });
    let alice = network.join("Alice", &["map 1"]);
    let listeners =
        [("Bob", "map 1", 1.0), ("Carol", "map 2", 1.0), ("Dave", "map 1", 99.0)].map(|(name, room, x)| {
            let player = network.join(name, &[room]);
            stand_at(&mut network, player, x);
            player
        });
    stand_at(&mut network, alice, 0.0);
    talk(&mut network, alice, "map 1");
    assert_eq!(heard_by(&mut network, alice, &listeners), [true, false, false]);
}

#[test]
fn a_place_is_told_ten_times_a_second_while_it_changes_and_once_a_second_else() {
    let mut network = network();
    let alice = join_at(&mut network, "Alice", 0.0);
    let before = network.client(alice).statistics().positions_sent;
    for step in 1..=1000 {
        let place = Position::new([step as f32 / 100.0, 0.0, 0.0]).unwrap();
        network.client(alice).set_position(Some(place));
        wait(&mut network, 1);
    }
    let moving = network.client(alice).statistics().positions_sent - before;
    assert!((10..=11).contains(&moving), "{moving}");
    wait(&mut network, 100);
    let before = network.client(alice).statistics().positions_sent;
    wait(&mut network, 10_000);
    assert_eq!(network.client(alice).statistics().positions_sent - before, 10);
}

#[test]
fn a_server_without_proximity_rooms_is_told_no_place() {
    let mut network = Network::of_ours();
    let alice = network.join("Alice", &["world"]);
    stand_at(&mut network, alice, 0.0);
    wait(&mut network, 5000);
    assert!(!network.client(alice).server().can(Capabilities::PROXIMITY));
    assert_eq!(network.client(alice).statistics().positions_sent, 0);
}

#[test]
fn a_client_without_a_position_sends_none_and_withdrawing_it_is_sent() {
    let mut network = network();
    let alice = network.join("Alice", &["world"]);
    network.client(alice).set_position(None);
    wait(&mut network, 5000);
    assert_eq!(network.client(alice).statistics().positions_sent, 0);
    let bob = join_at(&mut network, "Bob", 0.0);
    assert_eq!(heard_by(&mut network, bob, &[alice]), [false]);
    network.client(bob).set_position(None);
    wait(&mut network, 100);
    assert_eq!(heard_by(&mut network, bob, &[alice]), [true]);
}

#[test]
fn a_place_survives_a_lost_link_and_a_new_session() {
    let mut network = network();
    let alice = join_at(&mut network, "Alice", 0.0);
    let bob = join_at(&mut network, "Bob", 5.0);
    let far = join_at(&mut network, "Far", 500.0);
    network.cut(bob);
    wait(&mut network, 3000);
    assert_eq!(heard_by(&mut network, alice, &[bob, far]), [true, false]);
    let now = network.now;
    network.server.restart(now, packets::OTHER_SESSION);
    wait(&mut network, 5000);
    assert_eq!(heard_by(&mut network, alice, &[bob, far]), [true, false]);
}

#[test]
fn a_reused_id_does_not_inherit_the_position() {
    let mut network = network();
    let alice = join_at(&mut network, "Alice", 0.0);
    let bob = join_at(&mut network, "Bob", 1.0);
    let now = network.now;
    network.client(bob).stop(now);
    network.run();
    let heir = network.join("Heir", &["world"]);
    assert_eq!(network.client(heir).id().map(|id| id.0), Some(1));
    assert_eq!(heard_by(&mut network, alice, &[heir]), [false]);
}

#[test]
fn a_report_that_was_overtaken_changes_nothing() {
    let mut network = network();
    let alice = join_at(&mut network, "Alice", 0.0);
    let bob = network.join("Bob", &["world"]);
    network.inject(bob, &packets::position(7, Some([1.0, 0.0, 0.0])));
    network.inject(bob, &packets::position(6, Some([900.0, 0.0, 0.0])));
    assert_eq!(heard_by(&mut network, alice, &[bob]), [true]);
    network.inject(bob, &packets::position(8, Some([900.0, 0.0, 0.0])));
    assert_eq!(heard_by(&mut network, alice, &[bob]), [false]);
}
