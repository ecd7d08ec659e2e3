//! The signalling server as a state machine: permissions to listen, and links between clients.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use consonance_game_networks::webrtc_network::signalling::{
    ADDRESS_UNITS_MAX, AddressSharing, Data, Guest, NotWelcome, ReservedAddresses, SignalKind, SignalLinkId,
    SignalMessage, SignallingServer, SignallingSettings,
};

use crate::webrtc_network::signalling::hex::bytes;

const LISTENER: Guest = Guest(1);
const CONNECTOR: Guest = Guest(2);
const FIRST: SignalLinkId = SignalLinkId(1);
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A server with clients of one path.
fn server_with(guests: &[Guest], path: &str) -> SignallingServer {
    server_of(SignallingSettings::default(), guests, path)
}

fn server_of(settings: SignallingSettings, guests: &[Guest], path: &str) -> SignallingServer {
    let mut server = SignallingServer::new(settings);
    for &guest in guests {
        server.handle_connected(guest, HERE, path).unwrap();
    }
    server
}

/// The messages that a client's message triggers.
fn say(server: &mut SignallingServer, guest: Guest, message: &SignalMessage) -> Vec<(Guest, SignalMessage)> {
    server.handle_message(guest, &message.to_bytes());
    drain(server)
}

fn drain(server: &mut SignallingServer) -> Vec<(Guest, SignalMessage)> {
    std::iter::from_fn(|| server.poll_transmit()).collect()
}

fn listen(address: &str) -> SignalMessage {
    SignalMessage::address(SignalKind::ServerInitialized, SignalLinkId::NONE, address)
}

fn connect(link: SignalLinkId, address: &str) -> SignalMessage {
    SignalMessage::address(SignalKind::NewConnection, link, address)
}

fn event(kind: SignalKind, link: SignalLinkId) -> SignalMessage {
    SignalMessage::event(kind, link)
}

/// A server on which one client listens on `room1` and another one is linked with it.
fn linked() -> SignallingServer {
    let mut server = server_with(&[LISTENER, CONNECTOR], "/chatapp");
    say(&mut server, LISTENER, &listen("room1"));
    let told = say(&mut server, CONNECTOR, &connect(FIRST, "room1"));
    let new = |guest, link| (guest, event(SignalKind::NewConnection, link));
    assert_eq!(told, [new(CONNECTOR, FIRST), new(LISTENER, SignalLinkId::FIRST_INCOMING)]);
    server
}

/// A message that a client sends, and the messages that clients receive in response.
type Exchange<'a> = (Guest, &'a str, &'a [(Guest, &'a str)]);

#[test]
fn a_conversation_with_the_stock_server_goes_the_same_way_here() {
    let mut server = server_with(&[LISTENER, CONNECTOR], "/chatapp");
    let (l, c) = (LISTENER, CONNECTOR);
    let conversation: &[Exchange<'_>] = &[
        (c, "c902", &[(c, "c902")]),
        (c, "ca", &[(c, "ca")]),
        (l, "03 02 ffff 05000000 72006f006f006d003100", &[(l, "03 02 ffff 05000000 72006f006f006d003100")]),
        (c, "03 02 ffff 05000000 72006f006f006d003100", &[(c, "04 02 ffff 05000000 72006f006f006d003100")]),
        (c, "06 02 0100 05000000 72006f006f006d003100", &[(c, "06 00 0100"), (l, "06 00 0040")]),
        (
            c,
            "02 01 0100 14000000 7b00220073006400700022003a00220022007d00",
            &[(l, "02 01 0040 14000000 7b00220073006400700022003a00220022007d00")],
        ),
        (c, "06 02 0200 06000000 6e006f0062006f0064007900", &[(c, "07 00 0200")]),
        (c, "08 00 0100", &[(c, "08 00 0100"), (l, "08 00 0040")]),
        (l, "05 00 ffff", &[(l, "05 00 ffff")]),
    ];
    for (guest, said, answers) in conversation {
        server.handle_message(*guest, &bytes(said));
        let answers: Vec<(Guest, Vec<u8>)> = answers.iter().map(|(to, hex)| (*to, bytes(hex))).collect();
        let told: Vec<(Guest, Vec<u8>)> =
            drain(&mut server).iter().map(|(to, message)| (*to, message.to_bytes())).collect();
        assert_eq!(told, answers, "after {said}");
    }
}

#[test]
fn a_link_carries_messages_both_ways_until_one_end_drops_it() {
    let mut server = linked();
    let words = |link| SignalMessage::Relayed { is_reliable: false, link, data: Data::Bytes(vec![1, 2]) };
    assert_eq!(say(&mut server, CONNECTOR, &words(FIRST)), [(LISTENER, words(SignalLinkId::FIRST_INCOMING))]);
    assert_eq!(say(&mut server, LISTENER, &words(SignalLinkId::FIRST_INCOMING)), [(CONNECTOR, words(FIRST))]);
    let dropped = |guest, link| (guest, event(SignalKind::Disconnected, link));
    assert_eq!(
        say(&mut server, LISTENER, &event(SignalKind::Disconnected, SignalLinkId::FIRST_INCOMING)),
        [dropped(LISTENER, SignalLinkId::FIRST_INCOMING), dropped(CONNECTOR, FIRST)]
    );
    assert_eq!(say(&mut server, CONNECTOR, &words(FIRST)), []);
    assert_eq!(server.counts().without_link, 1);
}

#[test]
fn a_client_that_goes_frees_its_address_and_drops_its_links() {
    let mut server = linked();
    server.handle_disconnected(LISTENER);
    assert_eq!(drain(&mut server), [(CONNECTOR, event(SignalKind::Disconnected, FIRST))]);
    let listens = (CONNECTOR, listen("room1"));
    assert_eq!(say(&mut server, CONNECTOR, &listen("room1")), [listens]);
}

#[test]
fn an_address_belongs_to_its_path() {
    let mut server = server_with(&[LISTENER], "/chatapp");
    server.handle_connected(CONNECTOR, HERE, "/callapp").unwrap();
    say(&mut server, LISTENER, &listen("room1"));
    let failed = (CONNECTOR, event(SignalKind::ConnectionFailed, FIRST));
    assert_eq!(say(&mut server, CONNECTOR, &connect(FIRST, "room1")), [failed]);
    assert_eq!(say(&mut server, CONNECTOR, &listen("room1")), [(CONNECTOR, listen("room1"))]);
}

#[test]
fn clients_that_share_an_address_are_linked_with_each_other() {
    let guests = [Guest(1), Guest(2), Guest(3)];
    let mut server = server_with(&guests, "/conferenceapp");
    assert_eq!(say(&mut server, guests[0], &listen("room1")).len(), 1);
    assert_eq!(say(&mut server, guests[1], &listen("room1")).len(), 3);
    let new = |guest: Guest, nth: i16| (guest, event(SignalKind::NewConnection, SignalLinkId(16384 + nth)));
    assert_eq!(
        say(&mut server, guests[2], &listen("room1"))[1..],
        [new(guests[2], 0), new(guests[0], 1), new(guests[2], 1), new(guests[1], 1)]
    );
}

#[test]
fn only_known_paths_and_tokens_are_taken_in() {
    let spaces = BTreeMap::from([("/voice".to_owned(), AddressSharing::Exclusive)]);
    let settings = SignallingSettings { spaces, ..SignallingSettings::default() };
    let mut server = SignallingServer::new(SignallingSettings {
        user_tokens: vec!["secret".to_owned()],
        ..settings.clone()
    });
    for (query, expected) in [
        ("/voice?userToken=secret", Ok(())),
        ("/voice?a=b&userToken=secret&c", Ok(())),
        ("/voice?userToken=secre", Err(NotWelcome::BadToken)),
        ("/voice", Err(NotWelcome::BadToken)),
        ("/chatapp?userToken=secret", Err(NotWelcome::UnknownPath)),
    ] {
        assert_eq!(server.handle_connected(Guest(1), HERE, query), expected, "{query}");
    }
    let mut open = SignallingServer::new(settings);
    assert_eq!(open.handle_connected(Guest(1), HERE, "/voice?userToken=anything"), Ok(()));
}

#[test]
fn addresses_are_bounded_and_one_for_each_client() {
    let mut server = server_with(&[LISTENER], "/chatapp");
    let longest = "x".repeat(ADDRESS_UNITS_MAX);
    for denied in ["", &format!("{longest}x")] {
        let answer = SignalMessage::address(SignalKind::ServerInitFailed, SignalLinkId::NONE, denied);
        assert_eq!(say(&mut server, LISTENER, &listen(denied)), [(LISTENER, answer)]);
    }
    assert_eq!(say(&mut server, LISTENER, &listen(&longest)), [(LISTENER, listen(&longest))]);
    let second = SignalMessage::address(SignalKind::ServerInitFailed, SignalLinkId::NONE, "second");
    assert_eq!(say(&mut server, LISTENER, &listen("second")), [(LISTENER, second)]);
    assert_eq!(server.counts().addresses_denied, 3);
}

#[test]
fn a_reserved_address_is_kept_for_its_owner() {
    let reserved = ReservedAddresses::new(["main"], [7; 16]);
    let owners = reserved.owner_path("/chatapp");
    let settings = SignallingSettings { reserved: Some(reserved), ..SignallingSettings::default() };
    let (owner, other, guesser, elsewhere) = (Guest(1), Guest(2), Guest(3), Guest(4));
    let mut server = server_of(settings, &[other], "/chatapp");
    server.handle_connected(guesser, HERE, &owners[..owners.len() - 1]).unwrap();
    server.handle_connected(elsewhere, HERE, "/callapp").unwrap();
    let denied =
        |guest| (guest, SignalMessage::address(SignalKind::ServerInitFailed, SignalLinkId::NONE, "main"));
    let no_other_gets_it = |server: &mut SignallingServer| {
        for guest in [other, guesser, elsewhere] {
            assert_eq!(say(server, guest, &listen("main")), [denied(guest)]);
        }
    };
    no_other_gets_it(&mut server);
    server.handle_connected(owner, HERE, &owners).unwrap();
    assert_eq!(say(&mut server, owner, &listen("main")), [(owner, listen("main"))]);
    no_other_gets_it(&mut server);
    server.handle_disconnected(owner);
    no_other_gets_it(&mut server);
    assert_eq!(say(&mut server, other, &listen("other")), [(other, listen("other"))]);
}

#[test]
fn the_owner_of_an_address_needs_no_user_token_and_its_own_is_never_shown() {
    let reserved = ReservedAddresses::new(["main"], [7; 16]);
    let owners = reserved.owner_path("/chatapp");
    let user_tokens = vec!["secret".to_owned()];
    let settings =
        SignallingSettings { reserved: Some(reserved.clone()), user_tokens, ..SignallingSettings::default() };
    let mut server = server_of(settings, &[], "/chatapp");
    assert_eq!(server.handle_connected(Guest(1), HERE, &owners), Ok(()));
    assert_eq!(format!("{reserved:?}"), "{\"main\"}");
    let another = ReservedAddresses::new(["main"], [8; 16]).owner_path("/chatapp");
    assert_eq!(server.handle_connected(Guest(2), HERE, &another), Err(NotWelcome::BadToken));
}

#[test]
fn links_are_bounded_at_both_ends_and_their_names_are_used_once_at_a_time() {
    let settings = SignallingSettings { links_max: 2, ..SignallingSettings::default() };
    let mut server = server_of(settings, &[LISTENER, CONNECTOR, Guest(3)], "/chatapp");
    say(&mut server, LISTENER, &listen("room1"));
    let failed = |guest, link| (guest, event(SignalKind::ConnectionFailed, link));
    for refused in [SignalLinkId(0), SignalLinkId(-1), SignalLinkId::FIRST_INCOMING] {
        let told = say(&mut server, CONNECTOR, &connect(refused, "room1"));
        assert_eq!(told, [failed(CONNECTOR, refused)], "{refused:?} is not a name for an outgoing link");
    }
    assert_eq!(say(&mut server, CONNECTOR, &connect(FIRST, "room1")).len(), 2);
    assert_eq!(say(&mut server, CONNECTOR, &connect(FIRST, "room1")), [failed(CONNECTOR, FIRST)]);
    assert_eq!(say(&mut server, Guest(3), &connect(FIRST, "room1")).len(), 2);
    let third = SignalLinkId(2);
    assert_eq!(say(&mut server, Guest(3), &connect(third, "room1")), [failed(Guest(3), third)]);
}

#[test]
fn what_is_no_message_or_none_of_a_clients_is_counted_and_answered_with_nothing() {
    let mut server = linked();
    for hostile in ["", "00", "03 02 ffff", "07 00 0100", "04 02 ffff 01000000 7800", "06 00 0100"] {
        server.handle_message(CONNECTOR, &bytes(hostile));
        assert_eq!(drain(&mut server), [], "{hostile}");
    }
    assert_eq!(server.counts().refused, 6);
    server.handle_message(Guest(9), &bytes("c902"));
    assert_eq!(drain(&mut server), [], "a client without a token is not answered");
}

#[test]
fn a_client_that_comes_to_a_shared_address_repeatedly_has_a_bounded_number_of_links_there() {
    let settings = SignallingSettings { links_per_address_max: 3, ..SignallingSettings::default() };
    let mut server = server_of(settings, &[LISTENER, CONNECTOR], "/conferenceapp");
    server.handle_connected(Guest(3), "192.0.2.1".parse().unwrap(), "/conferenceapp").unwrap();
    say(&mut server, LISTENER, &listen("room1"));
    let is_new = |(to, told): &(Guest, SignalMessage)| {
        *to == LISTENER && matches!(told, SignalMessage::Event { kind: SignalKind::NewConnection, .. })
    };
    let mut links = 0;
    for _ in 0..100 {
        let told = say(&mut server, CONNECTOR, &listen("room1"));
        assert_eq!(told[0], (CONNECTOR, listen("room1")), "it listens");
        links += told.iter().filter(|told| is_new(told)).count();
        say(&mut server, CONNECTOR, &event(SignalKind::ServerClosed, SignalLinkId::NONE));
    }
    assert_eq!((links, server.counts().connections_failed), (3, 97));
    assert!(say(&mut server, Guest(3), &listen("room1")).iter().any(is_new), "others have room");
}

#[test]
fn one_address_cannot_take_all_links_with_a_listener() {
    let settings = SignallingSettings { links_per_address_max: 3, ..SignallingSettings::default() };
    let mut server = server_of(settings, &[LISTENER], "/chatapp");
    say(&mut server, LISTENER, &listen("room1"));
    let homes = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "192.0.2.1"];
    for (guest, home) in (2..).map(Guest).zip(homes) {
        server.handle_connected(guest, home.parse().unwrap(), "/chatapp").unwrap();
    }
    let mut outcome = |guest, link, room| {
        let told = say(&mut server, Guest(guest), &connect(SignalLinkId(link), room));
        told.iter().any(|told| *told == (Guest(guest), event(SignalKind::NewConnection, SignalLinkId(link))))
    };
    assert!(outcome(2, 1, "room1") && outcome(2, 2, "room1") && outcome(3, 1, "room1"));
    assert!(!outcome(2, 3, "room1") && !outcome(3, 2, "room1"), "both are in one network");
    assert!(outcome(4, 1, "room1") && outcome(5, 1, "room1"), "others are not");
    say(&mut server, Guest(2), &event(SignalKind::Disconnected, SignalLinkId(2)));
    let told = say(&mut server, Guest(3), &connect(SignalLinkId(2), "room1"));
    assert_eq!(told[0], (Guest(3), event(SignalKind::NewConnection, SignalLinkId(2))), "there is room again");
}
