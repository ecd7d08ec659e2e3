//! A copy that takes over the session, and the clients that come back to it.

use core::time::Duration;

use consonance_session::{Capabilities, ClientId, Encryption, Instant, LinkId};

use super::{Places, told};
use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets;

#[test]
fn a_copy_goes_on_as_the_session_and_clients_come_back_to_it() {
    let mut places = Places::new();
    let ticket = places.session.ticket(5, &packets::handshake_of_ours("Emma", None));
    places.session.receive(5, &packets::client_state(4, "Emma", &["lobby"]));
    let ticket_of_fritz = places.session.ticket(2_000, &packets::handshake_of_ours("Fritz", None));
    places.follow();
    assert_eq!(places.copy.clients(), 6);

    // The links at the session's own node are lost with it; those at the copy stay, and their clients are sent
    // nothing.
    places.copy.replica().promote(Instant::START, places.session.server.tables().versions().current(), 2);
    assert!(places.copy.poll_transmit().is_none());
    let mut server = LoneServer::new();
    server.server = places.copy;
    assert_eq!(
        server.receive(3, &packets::enter(2, "market")),
        ["3 4 5 2000: DeltaChannelState 2 enters market"]
    );

    // Alice's link moves to a third node, which is trusted. She is sent the changes since then.
    server.receive(4, &packets::remove(3));
    let version = places.session.server.tables().versions().current();
    assert!(
        !server.server.replica().adopt(Instant::START, LinkId(10), ClientId(0), None, version - 1),
        "too old"
    );
    assert!(
        !server.server.replica().adopt(Instant::START, LinkId(10), ClientId(0), None, version + 1),
        "of other changes"
    );
    assert!(server.server.replica().adopt(Instant::START, LinkId(10), ClientId(0), None, version));
    assert_eq!(
        server.sent(),
        ["10: RemoveClient 3", "10: ClientState 2 Carol [lobby market]", "10: ClientState 0 Alice [lobby]"],
        "one may have come back under another id, and what she said last may be lost"
    );
    assert!(!server.server.replica().adopt(Instant::START, LinkId(11), ClientId(0), None, version), "once");
    assert!(
        !server.server.replica().adopt(Instant::START, LinkId(11), ClientId(77), None, version),
        "it is not here"
    );
    assert!(server.server.poll_transmit().is_none());

    // Emma loses her link, and gets her place back with the secret from the former session.
    server.server.handle_disconnected(Instant::START, LinkId(5));
    let resumed = server.ticket(12, &packets::handshake_of_ours("Emma", Some(ticket)));
    assert_eq!((resumed.id, server.statistics().places_resumed), (ticket.id, 1));
    assert_ne!(resumed.secret, ticket_of_fritz.secret, "secrets go on");

    // Bob does not come back: his place expires.
    server.run_for(Duration::from_mins(1));
    assert!(server.server.tables().client(ClientId(1)).is_none());
    assert!(server.server.tables().client(ClientId(0)).is_some());
}

#[test]
fn the_clients_of_an_encrypted_session_are_told_of_another_group_by_a_copy_that_goes_on() {
    let can_encrypt = Capabilities::ALL.with(Capabilities::GROUPS);
    let mut places = Places::of_clients(can_encrypt, |settings| settings.encryption = Encryption::Required);
    let version = places.session.server.tables().versions().current();
    places.copy.replica().promote(Instant::START, version, 2);
    assert_eq!(told(&mut places.copy), [3, 4], "those whose links are here");
    assert!(places.copy.replica().adopt(Instant::START, LinkId(10), ClientId(0), None, version));
    assert!(told(&mut places.copy).contains(&10));
}

#[test]
fn a_client_whose_id_another_one_has_by_now_is_told_apart_from_it() {
    let mut server = Places::new().session;
    let version = server.server.tables().versions().current();
    assert!(server.server.tables().versions().is_still_in(ClientId(0), version));
    server.receive(1, &packets::enter(0, "market"));
    assert!(server.server.tables().versions().is_still_in(ClientId(0), version), "only her rooms are others");
    server.receive(1, &packets::remove(0));
    assert!(!server.server.tables().versions().is_still_in(ClientId(0), version), "she has left");
    let emma = server.ticket(5, &packets::handshake_of_ours("Emma", None));
    assert_eq!(emma.id, ClientId(0));
    assert!(!server.server.tables().versions().is_still_in(ClientId(0), version), "it is another client");
    while server.server.changes().poll().is_some() {}
    assert!(
        server
            .server
            .tables()
            .versions()
            .is_still_in(ClientId(0), server.server.tables().versions().current())
    );
    assert!(
        !server.server.tables().versions().is_still_in(ClientId(1), version + (1 << 32)),
        "of other changes"
    );
}

#[test]
fn a_client_that_may_have_missed_all_that_its_owner_told_is_told_it_again() {
    let mut server = Places::new().session;
    let first = server.server.tables().versions().first();
    server.server.handle_disconnected(Instant::START, LinkId(1));
    server.sent();
    assert_eq!(server.server.tables().link_of(ClientId(0)), None);
    assert!(server.server.replica().adopt(Instant::START, LinkId(10), ClientId(0), None, first));
    assert_eq!(server.server.tables().link_of(ClientId(0)), Some(LinkId(10)));
    let told = server.sent();
    for id in 1..4 {
        let position = |what: String| told.iter().position(|line| line.starts_with(&what));
        let removed = position(format!("10: RemoveClient {id}"));
        assert!(removed < position(format!("10: ClientState {id} ")) && removed.is_some(), "{told:?}");
    }
    assert!(told.last().is_some_and(|line| line.starts_with("10: ClientState 0 Alice ")), "{told:?}");
    assert!(!told.contains(&"10: RemoveClient 0".to_owned()), "{told:?}");
}

#[test]
fn a_client_of_a_copy_can_do_there_what_it_can_at_the_session() {
    let mut places = Places::new();
    places.session.join(5, "Emma", &["lobby"]);
    places.follow();
    places.copy.replica().promote(Instant::START, places.session.server.tables().versions().current(), 2);
    places.copy.handle_disconnected(Instant::START, LinkId(3));
    assert!(places.copy.tables().client(ClientId(2)).is_some(), "it can resume, so that its place is kept");
    places.copy.handle_disconnected(Instant::START, LinkId(5));
    assert!(places.copy.tables().client(ClientId(4)).is_none(), "an original cannot");
}
