//! Newcomers with a claim to a name in use: by their origin, a resume ticket or an account.

use super::*;

#[test]
fn a_newcomer_from_the_holders_address_prefix_has_its_name_as_soon_as_the_old_link_is_quiet() {
    let mut server = two();
    server.falls_silent(ALICE);
    server.connect_from(NEWCOMER, "192.0.2.1");
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    assert_eq!(server.run_for(Duration::from_millis(2900)), [], "not before three seconds");
    assert_eq!(server.run_for(Duration::from_millis(200)), [(ALICE, CloseReason::ReplacedByNewerLogin)]);
    assert_eq!(holder(&server, "Alice"), Some(NEWCOMER));
}

#[test]
fn a_newcomer_from_the_holders_address_prefix_waits_while_the_holder_answers() {
    let mut server = two();
    server.connect_from(NEWCOMER, "192.0.2.1");
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    assert_eq!(server.run_for(seconds(60)), []);
    assert_eq!(holder(&server, "Alice"), Some(ALICE));
}

#[test]
fn a_kept_place_is_for_a_newcomer_from_its_address_prefix_only() {
    for (prefix, is_let_in) in [("192.0.2.1", true), ("198.51.100.7", false)] {
        let mut server = LoneServer::new();
        server.connect_from(ALICE, "192.0.2.1");
        server.receive(ALICE, &packets::handshake_of_ours("Alice", None));
        server.receive(ALICE, &packets::client_state(0, "Alice", &[]));
        server.disconnect(ALICE);
        server.connect_from(NEWCOMER, prefix);
        server.receive(NEWCOMER, &packets::handshake("Alice"));
        assert_eq!(server.run_for(seconds(9)), []);
        assert_eq!(holder(&server, "Alice") == Some(NEWCOMER), is_let_in, "from {prefix}");
        assert_eq!(server.run_for(seconds(2)), []);
        assert_eq!(holder(&server, "Alice"), Some(NEWCOMER), "the kept place was not resumed");
    }
}

#[test]
fn a_kept_place_belongs_at_once_only_to_the_player_its_network_identifies() {
    let identity = |network, number| PeerOrigin::Identity { network, number };
    for (origin, is_let_in) in [
        (identity(1, 7), true),
        (identity(1, 8), false),
        (identity(2, 7), false),
        (PeerOrigin::AddressPrefix(7), false),
    ] {
        let mut server = LoneServer::new();
        server.connect_as(ALICE, identity(1, 7));
        server.receive(ALICE, &packets::handshake_of_ours("Alice", None));
        server.receive(ALICE, &packets::client_state(0, "Alice", &[]));
        server.disconnect(ALICE);
        server.connect_as(NEWCOMER, origin);
        server.receive(NEWCOMER, &packets::handshake("Alice"));
        assert_eq!(holder(&server, "Alice") == Some(NEWCOMER), is_let_in, "{origin:?}");
    }
}

#[test]
fn a_newcomer_from_the_holders_address_prefix_that_waits_has_the_name_once_the_holder_is_lost() {
    for (prefix, is_let_in) in [("192.0.2.1", true), ("198.51.100.7", false)] {
        let mut server = LoneServer::new();
        server.connect_from(ALICE, "192.0.2.1");
        server.receive(ALICE, &packets::handshake_of_ours("Alice", None));
        server.receive(ALICE, &packets::client_state(0, "Alice", &[]));
        server.connect_from(NEWCOMER, prefix);
        server.receive(NEWCOMER, &packets::handshake("Alice"));
        assert_eq!(server.run_for(seconds(5)), [], "the holder answers");
        server.disconnect(ALICE);
        assert_eq!(server.run_for(seconds(2)), [], "its place is kept");
        assert_eq!(holder(&server, "Alice") == Some(NEWCOMER), is_let_in, "from {prefix}");
        assert_eq!(server.statistics().names_taken_over, u64::from(is_let_in), "from {prefix}");
    }
}

#[test]
fn a_newcomer_of_ours_that_waits_when_the_holder_is_lost_is_not_refused_before_the_place_is_given_up() {
    let mut server = LoneServer::new();
    server.connect_from(ALICE, "192.0.2.1");
    server.receive(ALICE, &packets::handshake_of_ours("Alice", None));
    server.receive(ALICE, &packets::client_state(0, "Alice", &[]));
    server.falls_silent(ALICE);
    server.connect_from(NEWCOMER, "198.51.100.7");
    server.receive(NEWCOMER, &packets::handshake_of_ours("Alice", None));
    assert_eq!(server.run_for(seconds(1)), []);
    server.disconnect(ALICE);
    assert_eq!(server.run_for(Duration::from_millis(9900)), [], "the place is kept for ten seconds");
    assert_eq!(server.run_for(Duration::from_millis(200)), []);
    assert_eq!(holder(&server, "Alice"), Some(NEWCOMER));
}

#[test]
fn the_resume_ticket_takes_a_name_from_a_live_holder_at_once() {
    let mut server = LoneServer::new();
    let ticket = server.ticket(ALICE, &packets::handshake_of_ours("Alice", None));
    let ticket = server.ticket(NEWCOMER, &packets::handshake_of_ours("Alice", Some(ticket)));
    assert_eq!(server.closed(), [(ALICE, CloseReason::Resumed)]);
    assert_eq!(holder(&server, "Alice"), Some(NEWCOMER));
    // With another codec it cannot resume, but it still owns the name.
    let mut handshake = packets::handshake_of_ours("Alice", Some(ticket));
    let frame_size = handshake.windows(4).position(|bytes| bytes == 960_u32.to_be_bytes()).expect("960");
    handshake[frame_size..frame_size + 4].copy_from_slice(&480_u32.to_be_bytes());
    server.connect(4);
    server.receive(4, &handshake);
    assert_eq!(server.closed(), [(NEWCOMER, CloseReason::ReplacedByNewerLogin)]);
    assert_eq!(holder(&server, "Alice"), Some(4));
}

#[test]
fn the_holders_account_takes_its_name_at_once_and_another_account_does_not() {
    let account = |subject: &str| {
        let mut access = Access::default();
        (access.vouched, access.subject) = (Vouched::Player, Some(subject.into()));
        access
    };
    let mut server = LoneServer::with_settings(|settings| settings.admission = true);
    for (link, access, expected) in [
        (1, account("alice@example.org"), vec![]),
        (2, account("mallory@example.org"), vec![(2, CloseReason::NameProtected)]),
        (3, account("alice@example.org"), vec![(1, CloseReason::ReplacedByNewerLogin)]),
    ] {
        server.connect(link);
        server.receive(link, &packets::handshake_of_ours("Alice", None));
        assert!(server.server.admit(LinkId(link), access));
        assert_eq!(server.closed(), expected);
    }
    assert_eq!(holder(&server, "Alice"), Some(3));
}

#[test]
fn a_vouched_player_of_another_account_does_not_get_the_name_of_a_live_player() {
    let mut server = LoneServer::with_settings(|settings| settings.admission = true);
    let mut access = Access::default();
    server.connect(1);
    server.receive(1, &packets::handshake("Alice"));
    server.server.admit(LinkId(1), access.clone());
    (access.vouched, access.subject) = (Vouched::Player, Some("mallory@example.org".into()));
    server.connect(2);
    server.receive(2, &packets::handshake_of_ours("Alice", None));
    server.server.admit(LinkId(2), access);
    assert_eq!(server.run_for(seconds(2)), [(2, CloseReason::NameInUse)]);
    assert_eq!(holder(&server, "Alice"), Some(1));
}
