//! Naming rooms endlessly costs a client its connection, and the others almost nothing.

use core::time::Duration;

use consonance_session::{
    AccessRule, ClientId, CloseReason, Offence, RoomLimits, RoomPattern, ServerSettings,
};

use consonance_wire::TextRecipient;

use crate::behaviour::support::lone_server::{LoneServer, unhurried};
use crate::behaviour::support::packets;

const MALLORY: u64 = 2;

/// Alice, with a place in `duel 0`, and Mallory, without a token. VIP rooms require a token, and duels admit one
/// player.
fn server(change: impl FnOnce(&mut ServerSettings)) -> LoneServer {
    let mut server = LoneServer::with_settings(|settings| {
        settings.access = vec![(RoomPattern::from("vip*"), AccessRule::for_both(["gold"]))];
        let mut limits = RoomLimits::new();
        limits.listeners = Some(1);
        settings.room_limits = vec![(RoomPattern::from("duel*"), limits)];
        change(settings);
    });
    let duels = named("duel", 100);
    server.join(1, "Alice", &duels.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    server.join(MALLORY, "Mallory", &["lobby"]);
    server
}

fn named(kind: &str, rooms: usize) -> Vec<String> {
    (0..rooms).map(|number| format!("{kind} {number}")).collect()
}

fn state(rooms: &[String]) -> Vec<u8> {
    packets::client_state(1, "Mallory", &rooms.iter().map(AsRef::as_ref).collect::<Vec<_>>())
}

/// The number of packets to Alice.
fn to_alice(sent: &[String]) -> usize {
    sent.iter()
        .filter(|sent| sent.split(':').next().is_some_and(|to| to.split(' ').any(|to| to == "1")))
        .count()
}

#[test]
fn a_state_of_forbidden_or_full_rooms_is_not_announced_and_each_room_is_a_strike() {
    for kind in ["vip", "duel"] {
        let mut server = server(|_| {});
        let mut rooms = named(kind, 99);
        rooms.insert(0, "lobby".into());
        let sent = server.receive(MALLORY, &state(&rooms));
        assert_eq!((to_alice(&sent), sent.len()), (0, 1 + 99), "its own state and what it is not in");
        assert_eq!(server.closed(), []);
        let mut heard = 0;
        for _ in 0..3 {
            heard += to_alice(&server.receive(MALLORY, &state(&rooms)));
        }
        assert_eq!(heard, 1, "that Mallory is gone");
        assert_eq!(server.closed(), [(MALLORY, CloseReason::Abuse { last: Offence::Refused })]);
        let counted = server.statistics();
        assert_eq!(counted.rooms_forbidden + counted.rooms_full, 301);
    }
}

#[test]
fn a_state_with_rooms_that_are_closed_to_its_sender_enters_the_others() {
    let mut server = server(|_| {});
    let sent = server.receive(MALLORY, &packets::client_state(1, "Mallory", &["duel 7", "red", "vip"]));
    assert_eq!(
        sent,
        [
            "1: ClientState 1 Mallory [red]",
            "2: ClientState 1 Mallory [duel 7 red vip]",
            "2: DeltaChannelState 1 exits duel 7",
            "2: DeltaChannelState 1 exits vip"
        ]
    );
    let rooms: Vec<_> = server.server.tables().clients().map(|row| row.rooms).collect();
    assert_eq!(rooms[1], ["red"]);
}

#[test]
fn naming_a_few_closed_rooms_over_and_over_disconnects_no_client() {
    let mut server = server(|_| {});
    for _ in 0..100 {
        for room in ["vip 1", "vip 2", "duel 3"] {
            server.receive(MALLORY, &packets::enter(1, room));
        }
        server.receive(MALLORY, &packets::client_state(1, "Mallory", &["duel 3", "lobby", "vip 1", "vip 2"]));
        server.wait(Duration::from_secs(1));
    }
    assert_eq!(server.closed(), []);
}

#[test]
fn a_refused_change_is_not_announced() {
    let mut server = server(|_| {});
    for room in ["vip 1", "duel 1"] {
        let told = ["enters", "exits"].map(|verb| format!("2: DeltaChannelState 1 {verb} {room}"));
        assert_eq!(server.receive(MALLORY, &packets::enter(1, room)), told);
    }
    let counted = server.statistics();
    assert_eq!((counted.rooms_forbidden, counted.rooms_full), (1, 1));
}

#[test]
fn a_client_in_a_full_room_keeps_its_place_when_it_names_all_its_rooms_again() {
    let mut server = server(|_| {});
    let sent = server.receive(1, &packets::client_state(0, "Alice", &["duel 1", "lobby"]));
    assert_eq!(sent, ["1 2: ClientState 0 Alice [duel 1 lobby]"]);
    assert_eq!(server.statistics().rooms_full, 0);
}

#[test]
fn announcements_of_one_clients_rooms_are_rate_limited() {
    let mut server = server(|settings| {
        let fan_out = settings.limits.fan_out;
        unhurried(&mut settings.limits);
        settings.limits.fan_out = fan_out;
    });
    let mut heard = 0;
    for number in 0..1000 {
        let change = if number % 2 == 0 { packets::enter(1, "red") } else { packets::exit(1, "red") };
        heard += to_alice(&server.receive(MALLORY, &change));
    }
    // Mallory's first state was one of the 600.
    assert_eq!(heard, 599);
    assert_eq!(server.statistics().fan_out_limited, 201, "a room that one is not in is left at once");
    assert_eq!(to_alice(&server.receive(1, &packets::enter(0, "red"))), 1, "others may as before");
}

#[test]
fn changes_of_rooms_and_texts_together_are_no_more() {
    let mut server = server(|settings| {
        let fan_out = settings.limits.fan_out;
        unhurried(&mut settings.limits);
        settings.limits.fan_out = fan_out;
    });
    let text = packets::text(1, TextRecipient::Player(ClientId(0)), "hi");
    let mut heard = 0;
    for number in 0..500 {
        let change = if number % 2 == 0 { packets::enter(1, "red") } else { packets::exit(1, "red") };
        heard += to_alice(&server.receive(MALLORY, &change));
        heard += to_alice(&server.receive(MALLORY, &packets::relay_reliable(&[0], &text)));
    }
    assert_eq!(heard, 599);
}

#[test]
fn an_operator_is_told_of_so_many_closed_rooms_that_one_client_names() {
    for kind in ["vip", "duel"] {
        let mut server = server(|settings| unhurried(&mut settings.limits));
        for _ in 0..10 {
            server.receive(MALLORY, &state(&named(kind, 99)));
        }
        let told = server.events().iter().filter(|event| event.contains(kind)).count();
        assert_eq!(told, 32);
    }
}
