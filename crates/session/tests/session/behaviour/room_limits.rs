//! How many clients can use a room, and how often a client can write.

use core::time::Duration;

use consonance_session::{ClientId, Move, RoomId, RoomLimits, RoomPattern, ServerSettings, Target};
use consonance_wire::{ChannelBits, ChannelKind, TextRecipient};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::lone_server::{LoneServer, unhurried};
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

fn limit(settings: &mut ServerSettings, room: &str, change: impl FnOnce(&mut RoomLimits)) {
    let mut limits = RoomLimits::new();
    change(&mut limits);
    settings.room_limits.push((RoomPattern::from(room), limits));
}

/// Three in the lobby, where two may speak at once.
fn fixture() -> LoneServer {
    let mut server = LoneServer::with_settings(|settings| {
        limit(settings, "lobby", |limits| limits.speakers = Some(2));
    });
    for (link, name) in [(1, "Alice"), (2, "Bob"), (3, "Carol")] {
        server.join(link, name, &["lobby"]);
    }
    server
}

fn speaks(server: &mut LoneServer, link: u64, sequence: u16, is_closing: bool) -> bool {
    let bits = ChannelBits::new(ChannelKind::Room);
    let bits = if is_closing { bits.with_closing(true) } else { bits };
    let voice = packets::spoken(link as u16 - 1, 0, sequence, &[(bits, RoomId::of("lobby").0)], "hi");
    server.relays(link, &packets::relay_unreliable(&[0, 1, 2], &voice))
}

#[test]
fn a_room_takes_so_many_listeners_and_tells_the_next_one() {
    let mut network = Network::of_ours();
    network.set_up(|settings| limit(settings, "duel*", |limits| limits.listeners = Some(1)));
    let alice = network.join("Alice", &["duel 1"]);
    let bob = network.join("Bob", &["lobby"]);
    network.client(bob).join_room("duel 1").unwrap();
    network.run();
    let events = network.events(bob);
    assert_eq!(events[1..], ["Bob exited duel 1", "removed from duel 1", "duel 1 is full: Listen"]);
    network.client(alice).join_room("lobby").unwrap();
    network.run();
    assert_eq!(network.client(alice).rooms().len(), 2, "a client that is in stays in");
    assert_eq!(network.server.moderation().move_to_room(ClientId(1), "lobby", "duel 1"), Move::Full);
    network.client(bob).join_room("duel 2").unwrap();
    network.client(alice).leave_room("duel 1");
    network.run();
    network.client(bob).join_room("duel 1").unwrap();
    network.run();
    assert_eq!(network.client(bob).rooms().collect::<Vec<_>>(), ["duel 1", "duel 2", "lobby"]);
}

#[test]
fn an_operator_is_told_of_a_full_room_once_for_each_client_and_again_after_the_client_was_in_it() {
    let mut server = LoneServer::with_settings(|settings| {
        unhurried(&mut settings.limits);
        limit(settings, "duel", |limits| limits.listeners = Some(1));
    });
    server.join(1, "Alice", &["duel"]);
    server.join(2, "Bob", &[]);
    let attempt = |server: &mut LoneServer| {
        server.receive(2, &packets::enter(1, "duel"));
        server.events()
    };
    assert_eq!(attempt(&mut server), ["duel is full for Bob: Listen"]);
    assert_eq!(attempt(&mut server), [""; 0]);
    server.receive(1, &packets::exit(0, "duel"));
    assert_eq!(attempt(&mut server), ["Alice exited duel", "Bob entered duel"]);
    server.receive(2, &packets::exit(1, "duel"));
    server.receive(1, &packets::enter(0, "duel"));
    server.events();
    assert_eq!(attempt(&mut server), ["duel is full for Bob: Listen"]);
}

#[test]
fn listeners_stay_when_a_lower_limit_is_set() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["lobby"]);
    server.join(2, "Bob", &["lobby"]);
    let mut limits = RoomLimits::new();
    limits.listeners = Some(1);
    server.server.reconfigure().set_room_limits(vec![("lobby".into(), limits)]);
    server.receive(1, &packets::enter(0, "red"));
    assert_eq!(server.server.tables().rooms().next().map(|row| row.listeners.len()), Some(2));
    server.join(3, "Carol", &["lobby"]);
    assert_eq!(server.statistics().rooms_full, 1);
}

#[test]
fn only_so_many_speak_at_once_and_closing_or_silence_frees_a_place() {
    let mut server = fixture();
    assert!(speaks(&mut server, 1, 0, false) && speaks(&mut server, 2, 0, false));
    assert!(!speaks(&mut server, 3, 0, false) && !speaks(&mut server, 3, 1, false));
    assert_eq!(server.events(), ["lobby is full for Carol: Speak"], "told once");
    assert_eq!(server.statistics().speakers_limited, 2);
    assert!(speaks(&mut server, 1, 1, true), "Alice closes her channel");
    assert!(speaks(&mut server, 3, 2, false));
    assert!(!speaks(&mut server, 1, 2, false));
    server.wait(Duration::from_millis(1400));
    assert!(!speaks(&mut server, 1, 3, false) && speaks(&mut server, 3, 3, false));
    server.wait(Duration::from_millis(100));
    assert!(speaks(&mut server, 1, 4, false), "Bob has been silent for long enough");
}

#[test]
fn speakers_go_on_and_count_when_the_limits_change() {
    let mut server = fixture();
    assert!(speaks(&mut server, 1, 0, false) && speaks(&mut server, 2, 0, false));
    let change = |server: &mut LoneServer, speakers| {
        let mut limits = RoomLimits::new();
        limits.speakers = Some(speakers);
        server.server.reconfigure().set_room_limits(vec![("lob*".into(), limits)]);
    };
    change(&mut server, 2);
    assert!(!speaks(&mut server, 3, 0, false));
    change(&mut server, 1);
    assert!(speaks(&mut server, 1, 1, false) && speaks(&mut server, 2, 1, false));
    assert!(!speaks(&mut server, 3, 1, false));
    change(&mut server, 3);
    assert!(speaks(&mut server, 3, 2, false));
}

#[test]
fn a_client_that_leaves_gives_up_its_place() {
    let mut server = fixture();
    assert!(speaks(&mut server, 1, 0, false) && speaks(&mut server, 2, 0, false));
    server.disconnect(1);
    assert!(speaks(&mut server, 3, 0, false));
}

#[test]
fn one_writes_to_a_slow_room_once_in_a_while_and_elsewhere_at_once() {
    let mut server = LoneServer::with_settings(|settings| {
        unhurried(&mut settings.limits);
        limit(settings, "slow*", |limits| limits.text_every = Duration::from_secs(10));
    });
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &["slow", "slow too", "lobby"]);
    let writes = |server: &mut LoneServer, room: &str| {
        let text = packets::text(0, TextRecipient::Room(RoomId::of(room)), "hi");
        server.receive(1, &packets::relay_reliable(&[1], &text)).len()
    };
    assert_eq!([0; 3].map(|_| writes(&mut server, "slow")), [1, 0, 0]);
    assert_eq!([0; 3].map(|_| writes(&mut server, "lobby")), [1, 1, 1]);
    assert_eq!(writes(&mut server, "slow too"), 1, "each room counts for itself");
    server.wait(Duration::from_secs(10));
    assert_eq!([0; 2].map(|_| writes(&mut server, "slow")), [1, 0]);
    assert_eq!((server.statistics().texts_rate_limited, server.closed().len()), (3, 0));
}

#[test]
fn writing_to_a_slow_room_makes_no_slower_one_forget() {
    let mut server = LoneServer::with_settings(|settings| {
        unhurried(&mut settings.limits);
        limit(settings, "slow", |limits| limits.text_every = Duration::from_secs(1));
        limit(settings, "slower", |limits| limits.text_every = Duration::from_secs(10));
    });
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &["slow", "slower"]);
    let writes = |server: &mut LoneServer, room: &str| {
        let text = packets::text(0, TextRecipient::Room(RoomId::of(room)), "hi");
        server.receive(1, &packets::relay_reliable(&[1], &text)).len()
    };
    assert_eq!(writes(&mut server, "slower"), 1);
    server.wait(Duration::from_secs(2));
    assert_eq!(["slow", "slower"].map(|room| writes(&mut server, room)), [1, 0]);
    server.wait(Duration::from_secs(8));
    assert_eq!(writes(&mut server, "slower"), 1);
}

#[test]
fn in_a_slow_session_everything_that_one_writes_counts_and_one_of_ours_is_told_how_long_to_wait() {
    let mut network = Network::of_ours();
    network.set_up(|settings| settings.limits.text_every = Duration::from_secs(3));
    let alice = network.join("Alice", &["lobby"]);
    let bob = network.join("Bob", &["lobby"]);
    network.client(alice).send_text(&Target::Room("lobby".into()), "one").unwrap();
    network.wait(Duration::from_secs(1));
    network.client(alice).send_text(&Target::Player("Bob".into()), "two").unwrap();
    network.wait(Duration::from_secs(2));
    network.client(alice).send_text(&Target::Player("Bob".into()), "three").unwrap();
    network.run();
    assert_eq!(network.events(bob), ["Alice to lobby: one", "Alice to @Bob: three"]);
    assert_eq!(network.events(alice), ["text held for 2000 ms"]);
}

#[test]
fn writing_to_many_slow_rooms_is_no_faster() {
    let rooms: Vec<String> = (0..40).map(|number| format!("slow {number}")).collect();
    let mut server = LoneServer::with_settings(|settings| {
        unhurried(&mut settings.limits);
        limit(settings, "slow*", |limits| limits.text_every = Duration::from_secs(10));
    });
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &rooms.iter().map(String::as_str).collect::<Vec<_>>());
    let mut taken = 0;
    for room in rooms.iter().cycle().take(200) {
        let text = packets::text(0, TextRecipient::Room(RoomId::of(room)), "hi");
        taken += server.receive(1, &packets::relay_reliable(&[1], &text)).len();
    }
    assert_eq!(taken, 32);
}

/// A fixture with a slow text rate and this number of listeners, all of which Alice knows.
fn slow_stage(listeners: u16) -> (LoneClient, LoneServer) {
    let mut alice = LoneClient::joined("Alice", 0, &[]);
    let mut server = LoneServer::with_settings(|settings| {
        limit(settings, "stage", |limits| limits.text_every = Duration::from_secs(10));
    });
    server.join(1, "Alice", &[]);
    for id in 1..=listeners {
        let name = format!("player {id}");
        alice.receive(&packets::client_state(id, &name, &["stage"]));
        server.join(u64::from(id) + 1, &name, &["stage"]);
    }
    (alice, server)
}

/// Alice writes to the fixture; returns the number of recipients.
fn get_the_text(alice: &mut LoneClient, server: &mut LoneServer, text: &str) -> usize {
    alice.client.send_text(&Target::Room("stage".into()), text).expect("a text that fits");
    let mut reached = 0;
    while let Some(transmit) = alice.client.poll_transmit() {
        for sent in server.receive(1, transmit.payload) {
            reached += sent.split(':').next().map_or(0, |to| to.split(' ').count());
        }
    }
    reached
}

#[test]
fn a_text_to_a_slow_room_that_takes_several_relays_reaches_all_once() {
    let (mut alice, mut server) = slow_stage(60);
    assert_eq!(get_the_text(&mut alice, &mut server, &"x".repeat(950)), 60);
    assert_eq!(server.statistics().texts_rate_limited, 0);
    assert_eq!(get_the_text(&mut alice, &mut server, &"x".repeat(950)), 0, "the same again is another text");
    assert_eq!(get_the_text(&mut alice, &mut server, &"y".repeat(950)), 0);
    server.wait(Duration::from_secs(10));
    assert_eq!(get_the_text(&mut alice, &mut server, &"x".repeat(950)), 60);
}

#[test]
fn a_slow_room_does_not_accept_two_versions_of_a_text() {
    let (_, mut server) = slow_stage(3);
    let writes = |server: &mut LoneServer, to: &[u16], words: &str| {
        let text = packets::text(0, TextRecipient::Room(RoomId::of("stage")), words);
        server.receive(1, &packets::relay_reliable(to, &text)).len()
    };
    assert_eq!(writes(&mut server, &[1], "one"), 1);
    assert_eq!(writes(&mut server, &[2], "two"), 0);
    assert_eq!(writes(&mut server, &[1, 2], "one"), 0, "a listener has it already");
    assert_eq!([writes(&mut server, &[2], "one"), writes(&mut server, &[2], "one")], [1, 0]);
    assert_eq!(writes(&mut server, &[3, 3], "one"), 1);
    assert_eq!(server.statistics().texts_rate_limited, 3);
}
