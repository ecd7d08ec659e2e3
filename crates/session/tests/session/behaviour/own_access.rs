//! The access that a client was admitted with: its rooms, its priority, its name, and the end of its visit.

use core::time::Duration;

use consonance_session::{Access, CloseReason, Instant, LinkId, Priority, RoomId, Vouched};
use consonance_wire::{ChannelBits, ChannelKind, TextRecipient};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets;

fn server() -> LoneServer {
    LoneServer::with_settings(|settings| settings.admission = true)
}

/// Asks to join and is admitted; its id is its link's number less one.
fn join(server: &mut LoneServer, link: u64, name: &str, access: Access, rooms: &[&str]) {
    server.connect(link);
    server.receive(link, &packets::handshake_of_ours(name, None));
    assert!(server.server.admit(LinkId(link), access));
    server.receive(link, &packets::client_state(link as u16 - 1, name, rooms));
}

fn vouched(vouched: Vouched, subject: Option<&str>) -> Access {
    let mut access = Access::default();
    (access.vouched, access.subject) = (vouched, subject.map(Into::into));
    access
}

#[test]
fn a_player_confined_to_some_rooms_is_taken_out_of_others() {
    let mut server = server();
    let access = Access::default().listening_to(["lobby", "team red*"]);
    join(&mut server, 1, "Alice", access, &["lobby", "team red 2", "team blue"]);
    assert_eq!(server.events().last().map(String::as_str), Some("Alice may not listen to team blue"));
    server.receive(1, &packets::enter(0, "secret"));
    assert_eq!(server.events().last().map(String::as_str), Some("Alice may not listen to secret"));
    assert_eq!(server.statistics().rooms_forbidden, 2);
    join(&mut server, 2, "Bob", Access::default(), &["team blue"]);
    assert_eq!(server.statistics().rooms_forbidden, 2, "others are as free as before");
}

#[test]
fn a_player_confined_to_some_rooms_reaches_no_others_however_it_speaks() {
    let mut server = server();
    join(&mut server, 1, "Alice", Access::default().speaking_to(["lobby"]), &["lobby", "stage"]);
    join(&mut server, 2, "Bob", Access::default(), &["lobby", "stage"]);
    server.events();
    let voice = |sequence, room| packets::voice(0, sequence, room, "la");
    assert_eq!(server.receive(1, &voice(0, "stage")), [""; 0], "routed");
    assert_eq!(server.receive(1, &packets::relay_unreliable(&[1], &voice(1, "stage"))), [""; 0]);
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &voice(2, "stage"))), [""; 0]);
    let text = |room| packets::text(0, TextRecipient::Room(RoomId::of(room)), "hello");
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &text("stage"))), [""; 0]);
    assert_eq!(server.statistics().speech_forbidden, 4);
    assert_eq!(server.events(), ["Alice may not speak to stage"], "told once");
    assert_eq!(server.receive(1, &voice(3, "lobby")).len(), 1);
    assert_eq!(server.receive(1, &packets::relay_unreliable(&[1], &voice(4, "lobby"))).len(), 1);
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &text("lobby"))).len(), 1);
    assert_eq!(server.receive(2, &packets::voice(1, 0, "stage", "la")).len(), 1);
}

#[test]
fn while_a_client_is_confined_to_some_rooms_no_two_rooms_share_an_id() {
    let (open, secret) = packets::names_of_one_id();
    let mut server = server();
    join(&mut server, 1, "Alice", Access::default().listening_to([&open]), &[&open]);
    join(&mut server, 2, "Bob", Access::default(), &[&secret]);
    assert_eq!(server.statistics().rooms_reserved, 1, "Alice would hear what is said there");
    server.receive(1, &packets::remove(0));
    server.receive(2, &packets::enter(1, &secret));
    assert_eq!(server.statistics().rooms_reserved, 1, "no client is confined any more");
}

#[test]
fn rooms_that_share_an_id_already_are_open_to_clients_with_access_to_both() {
    let (open, secret) = packets::names_of_one_id();
    let mut server = server();
    join(&mut server, 1, "Alice", Access::default(), &[&open]);
    join(&mut server, 2, "Bob", Access::default(), &[&secret]);
    let access = Access::default().listening_to([&open]).speaking_to([&open]);
    join(&mut server, 3, "Carol", access, &[&open]);
    assert_eq!(server.statistics().rooms_reserved, 1);
    assert_eq!(server.receive(3, &packets::voice(2, 0, &open, "la")), [""; 0]);
}

#[test]
fn a_frame_of_more_priority_than_its_speaker_may_have_goes_nowhere() {
    let mut server = server();
    let mut access = Access::default();
    access.priority_max = Some(Priority::Default);
    join(&mut server, 1, "Alice", access, &[]);
    join(&mut server, 2, "Bob", Access::default(), &["lobby"]);
    server.events();
    let frame = |sender, sequence, kind, recipient, priority| {
        let bits = ChannelBits::new(kind).with_priority(priority);
        packets::spoken(sender, 0, sequence, &[(bits, recipient)], "la")
    };
    let to_lobby = |sender, sequence, priority| {
        frame(sender, sequence, ChannelKind::Room, RoomId::of("lobby").0, priority)
    };
    assert_eq!(server.receive(1, &to_lobby(0, 0, Priority::High)), [""; 0]);
    assert_eq!(
        server.receive(1, &packets::relay_unreliable(&[1], &to_lobby(0, 1, Priority::Medium))),
        [""; 0]
    );
    assert_eq!(server.receive(1, &frame(0, 2, ChannelKind::Player, 1, Priority::High)), [""; 0]);
    assert_eq!(server.events(), ["Alice speaks with too much priority"], "told once");
    assert_eq!((server.statistics().priority_forbidden, server.closed()), (3, vec![]));
    assert_eq!(server.receive(1, &to_lobby(0, 3, Priority::Default)).len(), 1);
    assert_eq!(server.receive(1, &to_lobby(0, 4, Priority::Low)).len(), 1);
}

#[test]
fn a_visit_ends_when_it_was_said_to() {
    let mut server = server();
    let until = |seconds: u64| {
        let mut access = Access::default();
        access.ends_at = Some(Instant::from_micros(seconds * 1_000_000));
        access
    };
    join(&mut server, 1, "Alice", until(60), &[]);
    join(&mut server, 2, "Bob", until(120), &[]);
    server.wait(Duration::from_secs(59));
    assert_eq!(server.closed(), []);
    server.wait(Duration::from_secs(1));
    assert_eq!(server.closed(), [(1, CloseReason::VisitEnded)]);
    server.server.moderation().set_access(consonance_session::ClientId(1), until(90));
    server.wait(Duration::from_secs(29));
    server.disconnect(2);
    assert_eq!(server.server.clients(), 1, "the place is kept");
    server.wait(Duration::from_secs(1));
    assert_eq!(
        (server.server.clients(), server.statistics().visits_ended),
        (0, 2),
        "but no longer than that"
    );
}

#[test]
fn a_name_that_is_vouched_for_stays_with_its_owner() {
    let mut server = server();
    join(&mut server, 1, "Alice", vouched(Vouched::Name, Some("alice@example.org")), &["lobby"]);
    for (link, thief) in [
        (2, Access::default()),
        (3, vouched(Vouched::Player, None)),
        (4, vouched(Vouched::Name, Some("mallory@example.org"))),
    ] {
        server.connect(link);
        server.receive(link, &packets::handshake_of_ours("Alice", None));
        assert!(server.server.admit(LinkId(link), thief));
        assert_eq!(server.closed(), [(link, CloseReason::NameProtected)]);
    }
    assert_eq!((server.server.clients(), server.statistics().names_protected), (1, 3));
    server.connect(5);
    server.receive(5, &packets::handshake_of_ours("Alice", None));
    server.server.admit(LinkId(5), vouched(Vouched::Name, Some("alice@example.org")));
    assert_eq!(server.closed(), [(1, CloseReason::ReplacedByNewerLogin)], "the same one from elsewhere");
}

#[test]
fn neither_a_kept_place_nor_a_wrong_ticket_gives_a_name_away() {
    let mut server = server();
    server.connect(1);
    server.receive(1, &packets::handshake_of_ours("Alice", None));
    server.server.admit(LinkId(1), vouched(Vouched::Name, Some("a")));
    let mut ticket = server.ticket_of_answer();
    let right = ticket;
    server.receive(1, &packets::client_state(0, "Alice", &["lobby"]));
    server.disconnect(1);
    server.connect(2);
    ticket.secret.0[0] ^= 1;
    server.receive(2, &packets::handshake_of_ours("Alice", Some(ticket)));
    server.server.admit(LinkId(2), Access::default());
    assert_eq!(server.closed(), [(2, CloseReason::NameProtected)]);
    server.connect(3);
    server.events();
    server.receive(3, &packets::handshake_of_ours("Alice", Some(right)));
    assert_eq!(server.events(), ["Alice resumed as 0 over link 3"]);
    server.connect(4);
    server.receive(4, &packets::handshake_of_ours("Alice", None));
    server.server.admit(LinkId(4), Access::default());
    assert_eq!(server.closed(), [(4, CloseReason::NameProtected)], "a resumed client is still confirmed");
}

#[test]
fn what_was_said_of_a_client_is_in_its_row() {
    let mut server = server();
    let mut access = vouched(Vouched::Name, Some("a"));
    access.is_moderator = true;
    join(&mut server, 1, "Alice", access.clone(), &[]);
    join(&mut server, 2, "Bob", Access::default(), &[]);
    let rows: Vec<_> = server.server.tables().clients().map(|row| row.access.cloned()).collect();
    assert_eq!(rows.iter().flatten().collect::<Vec<_>>(), [&access]);
}
