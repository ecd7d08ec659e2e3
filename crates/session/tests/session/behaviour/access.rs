//! Access tokens that the server enforces, and joins that the driver admits or refuses.

use core::time::Duration;

use consonance_session::{Access, AccessRule, CloseReason, LinkId, RoomPattern};
use consonance_wire::TextRecipient;

use crate::behaviour::support::lone_server::{LoneServer, unhurried};
use crate::behaviour::support::packets;

/// `vip` is for clients with the token `gold`; on `fixture` only those with `singer` may speak.
fn server() -> LoneServer {
    LoneServer::with_settings(|settings| {
        settings.admission = true;
        let mut fixture = AccessRule::default();
        fixture.speak = vec!["singer".into()];
        settings.access = vec![("vip".into(), AccessRule::for_both(["gold"])), ("stage*".into(), fixture)];
    })
}

/// Joins a client with these tokens; its id is its link's number less one.
fn join(server: &mut LoneServer, link: u64, name: &str, tokens: &[&str], rooms: &[&str]) {
    server.connect(link);
    server.receive(link, &packets::handshake_of_ours(name, None));
    assert!(server.server.admit(LinkId(link), tokens.iter().collect()));
    server.receive(link, &packets::client_state(link as u16 - 1, name, rooms));
}

#[test]
fn a_client_without_a_token_for_a_room_does_not_get_in_and_only_it_is_told() {
    let mut server = server();
    join(&mut server, 1, "Alice", &["gold"], &["vip"]);
    join(&mut server, 2, "Bob", &["silver"], &[]);
    server.events();
    let sent = server.receive(2, &packets::client_state(1, "Bob", &["lobby", "vip"]));
    assert_eq!(
        sent,
        [
            "1: ClientState 1 Bob [lobby]",
            "2: ClientState 1 Bob [lobby vip]",
            "2: DeltaChannelState 1 exits vip"
        ]
    );
    assert_eq!(server.events(), ["Bob entered lobby", "Bob may not listen to vip"]);
    let sent = server.receive(2, &packets::enter(1, "vip"));
    assert_eq!(sent, ["2: DeltaChannelState 1 enters vip", "2: DeltaChannelState 1 exits vip"]);
    assert_eq!(server.events(), [""; 0], "the operator was told");
    assert_eq!(server.statistics().rooms_forbidden, 2);
    assert_eq!(server.receive(1, &packets::enter(0, "lobby")).len(), 1);
}

#[test]
fn a_room_that_asks_for_nothing_is_open_to_all() {
    let mut server = server();
    join(&mut server, 1, "Alice", &[], &["stage 1", "lobby"]);
    assert_eq!(server.statistics().rooms_forbidden, 0);
}

#[test]
fn voice_to_a_room_where_one_may_not_speak_goes_nowhere_however_it_is_sent() {
    let mut server = server();
    join(&mut server, 1, "Fan", &["gold"], &["stage 1"]);
    join(&mut server, 2, "Singer", &["singer"], &["stage 1"]);
    server.events();
    let voice = |sender, sequence| packets::voice(sender, sequence, "stage 1", "la");
    assert_eq!(server.receive(1, &voice(0, 0)), [""; 0], "routed");
    assert_eq!(server.receive(1, &packets::relay_unreliable(&[1], &voice(0, 1))), [""; 0]);
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &voice(0, 2))), [""; 0]);
    let text = packets::text(0, TextRecipient::Room(consonance_session::RoomId::of("stage 1")), "boo");
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &text)), [""; 0]);
    assert_eq!(server.statistics().speech_forbidden, 4);
    assert_eq!(server.events(), ["Fan may not speak to stage 1"], "told once");
    assert_eq!(server.receive(2, &voice(1, 0)).len(), 1);
    assert_eq!(server.receive(2, &packets::relay_unreliable(&[0], &voice(1, 1))).len(), 1);
}

#[test]
fn one_forbidden_channel_silences_the_frame() {
    use consonance_wire::{ChannelBits, ChannelKind};
    let mut server = server();
    join(&mut server, 1, "Fan", &[], &["stage 1", "lobby"]);
    join(&mut server, 2, "Other", &[], &["stage 1", "lobby"]);
    let to = |room| (ChannelBits::new(ChannelKind::Room), consonance_session::RoomId::of(room).0);
    let both = packets::spoken(0, 0, 0, &[to("lobby"), to("stage 1")], "la");
    assert_eq!(server.receive(1, &both), [""; 0]);
    let lobby = packets::spoken(0, 0, 1, &[to("lobby")], "la");
    assert_eq!(server.receive(1, &lobby).len(), 1);
}

#[test]
fn speaking_without_permission_disconnects_no_client() {
    let mut server = server();
    join(&mut server, 1, "Fan", &[], &["stage 1"]);
    for sequence in 0..2000_u16 {
        server.receive(1, &packets::voice(0, sequence, "stage 1", "la"));
        server.wait(Duration::from_millis(20));
    }
    assert_eq!((server.statistics().speech_forbidden, server.closed()), (2000, vec![]));
}

#[test]
fn tokens_may_change_while_their_owner_is_here() {
    let mut server = server();
    join(&mut server, 1, "Alice", &["gold"], &["vip"]);
    let id = consonance_session::ClientId(0);
    assert!(server.server.moderation().set_access(id, Access::default()));
    assert_eq!(server.sent(), ["1: DeltaChannelState 0 exits vip"]);
    assert!(!server.server.moderation().set_access(consonance_session::ClientId(7), Access::default()));
}

#[test]
fn a_client_that_resumes_still_has_its_tokens() {
    let mut server = server();
    server.connect(1);
    server.receive(1, &packets::handshake_of_ours("Alice", None));
    server.server.admit(LinkId(1), ["gold"].iter().collect());
    let ticket = server.ticket_of_answer();
    server.receive(1, &packets::client_state(0, "Alice", &["vip"]));
    server.disconnect(1);
    server.connect(2);
    server.events();
    server.receive(2, &packets::handshake_of_ours("Alice", Some(ticket)));
    assert_eq!(server.events(), ["Alice resumed as 0 over link 2"], "and is not asked about");
    server.receive(2, &packets::client_state(0, "Alice", &["vip"]));
    assert_eq!(server.statistics().rooms_forbidden, 0);
}

#[test]
fn a_reused_id_does_not_inherit_the_tokens() {
    let mut server = server();
    join(&mut server, 1, "Alice", &["gold"], &["vip"]);
    server.receive(1, &packets::remove(0));
    server.connect(2);
    server.receive(2, &packets::handshake_of_ours("Heir", None));
    server.server.admit(LinkId(2), Access::default());
    server.receive(2, &packets::client_state(0, "Heir", &["vip"]));
    assert_eq!(server.statistics().rooms_forbidden, 1);
}

#[test]
fn the_driver_is_asked_once_and_the_newcomer_waits_for_its_answer() {
    let mut server = server();
    server.connect(1);
    for _ in 0..3 {
        assert_eq!(server.receive(1, &packets::handshake_with_token("Alice", b"let me in")), [""; 0]);
    }
    assert_eq!(server.events(), ["Alice asks over link 1: \"let me in\""]);
    assert_eq!(server.server.clients(), 0);
    assert_eq!(server.receive(1, &packets::client_state(0, "Alice", &["lobby"])), [""; 0]);
    assert_eq!(server.statistics().not_joined, 1);
    assert!(server.server.admit(LinkId(1), Access::default()));
    assert!(!server.server.admit(LinkId(1), Access::default()), "the newcomer has gone");
    assert_eq!(server.events(), ["Alice joined as 0 over link 1"]);
}

#[test]
fn a_refused_client_is_told_why_and_evicts_no_other() {
    let mut server = server();
    join(&mut server, 1, "Alice", &[], &[]);
    server.connect(2);
    server.receive(2, &packets::handshake_of_ours("Alice", None));
    assert!(server.server.refuse(LinkId(2)));
    assert_eq!(server.closed(), [(2, CloseReason::NotAdmitted)]);
    assert_eq!((server.server.clients(), server.statistics().joins_refused), (1, 1));
    assert!(!server.server.refuse(LinkId(2)) && !server.server.admit(LinkId(2), Access::default()));
}

#[test]
fn a_driver_that_does_not_answer_has_refused() {
    let mut server = server();
    server.connect(1);
    server.receive(1, &packets::handshake_of_ours("Alice", None));
    server.wait(Duration::from_secs(9));
    assert_eq!(server.closed(), []);
    server.wait(Duration::from_secs(1));
    assert_eq!(server.closed().len(), 1);
    assert!(!server.server.admit(LinkId(1), Access::default()));
}

#[test]
fn no_more_wait_to_be_admitted_than_may() {
    let mut server = LoneServer::with_settings(|settings| {
        settings.admission = true;
        settings.limits.waiting_joins = 2;
    });
    for link in 1..=4 {
        server.connect(link);
        server.receive(link, &packets::handshake_of_ours(&format!("player {link}"), None));
    }
    assert_eq!((server.events().len(), server.statistics().joins_postponed), (2, 2));
    server.disconnect(1);
    server.receive(3, &packets::handshake_of_ours("player 3", None));
    assert_eq!(server.events(), ["player 3 asks over link 3: \"\""]);
}

#[test]
fn no_room_shares_its_id_with_one_that_asks_for_tokens() {
    let (one, other) = packets::names_of_one_id();
    let mut server = LoneServer::with_settings(|settings| {
        settings.access = vec![(RoomPattern::from(&*one), AccessRule::for_both(["gold"]))];
    });
    server.join(1, "Mallory", &[&*other]);
    assert_eq!(server.statistics().rooms_reserved, 1);
}

#[test]
fn a_client_has_no_more_tokens_than_are_kept() {
    let access: Access = (0..1000).map(|number| format!("token {number:04}")).collect();
    assert_eq!(access.tokens().len(), 64);
    let access: Access = ["x".repeat(129), "x".repeat(128)].iter().collect();
    assert_eq!(access.tokens().map(str::len).collect::<Vec<_>>(), [128]);
}

#[test]
fn of_rooms_that_a_client_was_refused_the_newest_32_are_shown() {
    let mut server = LoneServer::with_settings(|settings| {
        settings.admission = true;
        settings.access = vec![("vip*".into(), AccessRule::for_both(["gold"]))];
        unhurried(&mut settings.limits);
    });
    join(&mut server, 1, "Alice", &[], &[]);
    for number in 0..33 {
        server.receive(1, &packets::enter(0, &format!("vip {number}")));
    }
    let refused = |server: &LoneServer| {
        let row = server.server.tables().clients().next().unwrap();
        row.refused.iter().map(|(room, _)| (*room).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(refused(&server), (1..33).map(|number| format!("vip {number}")).collect::<Vec<_>>());
    server.receive(1, &packets::enter(0, "vip 7"));
    assert_eq!(refused(&server).len(), 32, "a room is shown once");
    assert_eq!(refused(&server).last().map(String::as_str), Some("vip 7"));
}
