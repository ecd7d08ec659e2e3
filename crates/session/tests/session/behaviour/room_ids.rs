//! Rooms with the same id on the wire, but different rules.

use consonance_session::{
    Access, AccessRule, LinkId, ProximitySettings, RoomId, RoomLimits, RoomPattern, ServerSettings,
};
use consonance_wire::TextRecipient;

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets;

const MALLORY: u64 = 1;
const ALICE: u64 = 2;

/// Mallory is in a room without rules; Alice, with a token, wants to enter a room with the same id, to which a rule
/// applies.
struct Scene {
    server: LoneServer,
    ruled: String,
    other: String,
}

fn scene(rule: impl FnOnce(&mut ServerSettings, RoomPattern)) -> Scene {
    let (other, ruled) = packets::names_of_one_id();
    let mut server = LoneServer::with_settings(|settings| {
        settings.admission = true;
        rule(settings, RoomPattern::Prefix(ruled.as_str().into()));
    });
    for (link, name, tokens) in [(MALLORY, "Mallory", &[][..]), (ALICE, "Alice", &["gold"])] {
        server.connect(link);
        server.receive(link, &packets::handshake_of_ours(name, None));
        assert!(server.server.admit(LinkId(link), tokens.iter().collect()));
    }
    server.receive(MALLORY, &packets::client_state(0, "Mallory", &[&other]));
    server.events();
    Scene { server, ruled, other }
}

fn proximity(settings: &mut ServerSettings, rooms: RoomPattern) {
    settings.proximity = vec![(rooms, ProximitySettings::new(10.0))];
}

fn tokens(settings: &mut ServerSettings, rooms: RoomPattern) {
    settings.access = vec![(rooms, AccessRule::for_both(["gold"]))];
}

fn rooms_of(server: &LoneServer, name: &str) -> Vec<String> {
    let row = server.server.tables().clients().find(|row| row.name == name).expect("it is here");
    row.rooms.iter().map(ToString::to_string).collect()
}

fn state_of_alice(rooms: &[&str]) -> Vec<u8> {
    packets::client_state(1, "Alice", rooms)
}

#[test]
fn a_taken_room_id_does_not_block_the_other_rooms() {
    let Scene { mut server, ruled, .. } = scene(proximity);
    let sent = server.receive(ALICE, &state_of_alice(&["lobby", &ruled]));
    assert_eq!(
        sent,
        [
            "1: ClientState 1 Alice [lobby]".to_owned(),
            format!("2: ClientState 1 Alice [lobby {ruled}]"),
            format!("2: DeltaChannelState 1 exits {ruled}"),
        ]
    );
    assert_eq!(rooms_of(&server, "Alice"), ["lobby"]);
    assert_eq!(server.statistics().rooms_reserved, 1);
    let told = format!("Alice is not in {ruled}: its id is taken");
    assert_eq!(server.events(), ["Alice entered lobby".to_owned(), told]);
    server.receive(ALICE, &packets::enter(1, &ruled));
    assert_eq!(server.events(), [""; 0], "the operator was told");
}

#[test]
fn a_room_limit_keeps_rooms_of_one_id_apart_as_any_other_rule_does() {
    let Scene { mut server, ruled, .. } = scene(|settings, rooms| {
        let mut limits = RoomLimits::new();
        limits.listeners = Some(10);
        settings.room_limits = vec![(rooms, limits)];
    });
    server.receive(ALICE, &state_of_alice(&["lobby", &ruled]));
    assert_eq!(
        (rooms_of(&server, "Alice"), server.statistics().rooms_reserved),
        (vec!["lobby".to_owned()], 1)
    );
}

#[test]
fn a_client_in_a_room_of_the_same_id_does_not_hear_those_that_did_not_get_in() {
    let Scene { mut server, ruled, other } = scene(proximity);
    server.receive(ALICE, &state_of_alice(&["lobby", &ruled]));
    let voice = |sequence| packets::voice(1, sequence, &ruled, "secret");
    assert_eq!(server.receive(ALICE, &voice(0)), [""; 0], "routed");
    assert_eq!(server.receive(ALICE, &packets::relay_unreliable(&[0], &voice(1))), [""; 0]);
    let text = packets::text(1, TextRecipient::Room(RoomId::of(&ruled)), "secret");
    assert_eq!(server.receive(ALICE, &packets::relay_reliable(&[0], &text)), [""; 0]);
    assert_eq!(server.statistics().speech_forbidden, 3);

    server.receive(MALLORY, &packets::exit(0, &other));
    server.receive(ALICE, &packets::enter(1, &ruled));
    assert_eq!(rooms_of(&server, "Alice"), ["lobby", &*ruled]);
    server.receive(ALICE, &voice(2));
    assert_eq!(server.statistics().speech_forbidden, 3, "she is in");
}

#[test]
fn a_client_that_gave_up_a_taken_room_is_not_blocked_for_it() {
    for exits in [true, false] {
        let Scene { mut server, ruled, other } = scene(proximity);
        server.receive(ALICE, &state_of_alice(&["lobby", &ruled]));
        if exits {
            server.receive(ALICE, &packets::exit(1, &ruled));
            assert_eq!(server.receive(ALICE, &packets::voice(1, 0, &other, "hi")).len(), 1);
        }
        server.receive(ALICE, &packets::enter(1, &other));
        let voice = packets::relay_unreliable(&[0], &packets::voice(1, 1, &other, "hi"));
        assert_eq!(server.receive(ALICE, &voice).len(), 1, "{exits}");
        assert_eq!(server.statistics().speech_forbidden, 0);
    }
}

#[test]
fn a_state_with_another_room_of_the_id_gives_up_the_one_that_was_refused_unless_it_lists_both() {
    let Scene { mut server, ruled, other } = scene(proximity);
    let voice = |sequence| packets::relay_unreliable(&[0], &packets::voice(1, sequence, &other, "hi"));
    server.receive(ALICE, &state_of_alice(&[&ruled]));
    server.receive(ALICE, &state_of_alice(&[&other, &ruled]));
    assert_eq!(server.receive(ALICE, &voice(0)), [""; 0]);
    server.receive(ALICE, &state_of_alice(&[&other]));
    assert_eq!(server.receive(ALICE, &voice(1)).len(), 1);
}

#[test]
fn a_client_with_a_token_for_a_room_displaces_clients_in_a_room_of_the_same_id() {
    let Scene { mut server, ruled, other } = scene(tokens);
    let sent = server.receive(ALICE, &state_of_alice(&["lobby", &ruled]));
    assert_eq!(
        sent,
        [
            format!("1 2: DeltaChannelState 0 exits {other}"),
            format!("1 2: ClientState 1 Alice [lobby {ruled}]"),
        ]
    );
    assert_eq!((rooms_of(&server, "Alice").len(), rooms_of(&server, "Mallory").len()), (2, 0));
    assert_eq!((server.statistics().rooms_vacated, server.statistics().rooms_reserved), (1, 0));
    server.receive(MALLORY, &packets::enter(0, &other));
    assert_eq!((rooms_of(&server, "Mallory").len(), server.statistics().rooms_reserved), (0, 1));
    let voice = packets::voice(0, 0, &other, "boo");
    assert_eq!(server.receive(MALLORY, &packets::relay_unreliable(&[1], &voice)), [""; 0]);
}

#[test]
fn without_a_token_no_client_is_taken_out_of_a_room_for_its_id() {
    let Scene { mut server, ruled, .. } = scene(tokens);
    server.server.moderation().set_access(consonance_session::ClientId(1), ["silver"].iter().collect());
    server.receive(ALICE, &state_of_alice(&["lobby", &ruled]));
    assert_eq!((rooms_of(&server, "Alice").len(), rooms_of(&server, "Mallory").len()), (1, 1));
}

#[test]
fn one_with_a_token_takes_no_room_from_many_and_as_many_as_they_are_do() {
    let Scene { mut server, ruled, other } = scene(tokens);
    for (link, name, tokens) in [(3, "Bob", &[][..]), (4, "Carol", &["gold"])] {
        server.connect(link);
        server.receive(link, &packets::handshake_of_ours(name, None));
        assert!(server.server.admit(LinkId(link), tokens.iter().collect()));
    }
    server.receive(3, &packets::client_state(2, "Bob", &[&other]));
    server.receive(ALICE, &state_of_alice(&["lobby", &ruled]));
    server.receive(ALICE, &packets::enter(1, &ruled));
    assert_eq!((rooms_of(&server, "Alice").len(), rooms_of(&server, "Bob").len()), (1, 1));
    server.receive(4, &packets::client_state(3, "Carol", &[&ruled]));
    assert_eq!((rooms_of(&server, "Carol").len(), rooms_of(&server, "Bob").len()), (1, 0));
    server.receive(ALICE, &packets::enter(1, &ruled));
    assert_eq!(rooms_of(&server, "Alice").len(), 2);
    assert_eq!(server.statistics().rooms_vacated, 2);
}

#[test]
fn of_two_rooms_of_one_id_in_one_state_the_one_that_asks_for_a_token_is_entered() {
    let Scene { mut server, ruled, other } = scene(tokens);
    let sent = server.receive(ALICE, &state_of_alice(&[&other, &ruled]));
    assert!(sent.contains(&format!("1: ClientState 1 Alice [{ruled}]")), "{sent:?}");
    assert_eq!(rooms_of(&server, "Alice"), [&*ruled]);
}

#[test]
fn a_client_that_left_is_kept_out_of_no_room() {
    let Scene { mut server, ruled, .. } = scene(proximity);
    server.receive(ALICE, &state_of_alice(&[&ruled]));
    server.receive(ALICE, &packets::remove(1));
    server.connect(3);
    server.receive(3, &packets::handshake_of_ours("Heir", None));
    server.server.admit(LinkId(3), Access::default());
    server.receive(3, &packets::client_state(1, "Heir", &[]));
    assert_eq!(server.receive(3, &packets::voice(1, 0, &ruled, "hi")).len(), 1);
}
