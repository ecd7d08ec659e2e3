//! A session that another process takes over: clients that can resume only notice a lost link.

use core::time::Duration;

use consonance_session::{
    Access, AccessRule, Capabilities, ClientId, CodecId, CodecParameters, Instant, KeptPlace, PlayerIdentity,
    Restriction, RestrictionTerms, Restrictions, RoomPattern, Server, ServerSettings, SessionId,
    SessionSnapshot, SharedSecret,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

const A_MOMENT: Duration = Duration::from_millis(100);
const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };

fn place(id: u16, name: &str) -> KeptPlace {
    KeptPlace {
        id: ClientId(id),
        name: name.into(),
        codec: CODEC,
        rooms: vec!["lobby".into()],
        secret: Some(SharedSecret([7; 16])),
        is_unannounced: false,
        access: Access::default(),
    }
}

fn names(server: &Server) -> Vec<&str> {
    server.tables().clients().map(|row| row.name).collect()
}

#[test]
fn all_clients_have_id_rooms_and_channels_again_and_none_left() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    let session = network.server.session();
    network.hand_over(|_| {});
    network.wait(A_MOMENT);
    assert_eq!((network.server.session(), network.server.statistics().places_resumed), (session, 2));
    for (player, id) in [(bob, 0), (alice, 1)] {
        let resumed = format!("resumed as {id}");
        let expected = ["disconnected: LinkLost, again in 0 ms", &resumed, "roster received"];
        assert_eq!(network.events(player), expected);
    }
    network.client(alice).send_voice(b"still here").expect("in the session");
    network.run();
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 1: still here"]);
}

#[test]
fn a_session_is_handed_over_again_and_again() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    for _ in 0..3 {
        network.hand_over(|_| {});
        network.wait(Duration::from_secs(2));
    }
    assert_eq!(network.server.statistics().places_resumed, 2);
    assert!(!network.events(bob).iter().any(|event| event.contains("left")));
    assert!(!network.events(alice).iter().any(|event| event.contains("left")));
}

#[test]
fn a_client_whose_link_was_lost_before_comes_back_too() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.reachable = false;
    network.cut(alice);
    network.wait(A_MOMENT);
    network.hand_over(|_| {});
    network.reachable = true;
    network.wait(Duration::from_secs(3));
    assert!(network.events(alice).contains(&"resumed as 1".to_owned()));
    assert!(!network.events(bob).iter().any(|event| event.contains("Alice")));
}

#[test]
fn a_client_that_was_not_announced_before_the_handover_is_announced_when_it_is_back() {
    let mut server = LoneServer::new();
    let bob = server.ticket(1, &packets::handshake_of_ours("Bob", None));
    server.receive(1, &packets::client_state(0, "Bob", &[]));
    let alice = server.ticket(2, &packets::handshake_of_ours("Alice", None));
    let snapshot = server.server.snapshot(Instant::START);
    server.server = Server::restore(ServerSettings::from_seed(2), &snapshot, Instant::START);
    server.ticket(3, &packets::handshake_of_ours("Bob", Some(bob)));
    server.ticket(4, &packets::handshake_of_ours("Alice", Some(alice)));
    assert_eq!(server.statistics().places_resumed, 2);
    assert_eq!(server.receive(3, &packets::client_state(0, "Bob", &[])), ["3: ClientState 0 Bob []"]);
    let sent = server.receive(4, &packets::client_state(1, "Alice", &[]));
    assert_eq!(sent, ["3 4: ClientState 1 Alice []"]);
}

#[test]
fn a_client_that_does_not_come_back_in_time_has_left() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.hand_over(|_| {});
    network.client(alice).stop(Instant::START);
    network.wait(Duration::from_secs(9));
    assert!(!network.events(bob).contains(&"Alice left".to_owned()));
    network.wait(Duration::from_secs(2));
    assert!(network.events(bob).contains(&"Alice left".to_owned()));
    assert_eq!(network.server.statistics().places_given_up, 1);
}

#[test]
fn an_original_has_left_and_joins_as_a_newcomer() {
    let (mut network, bob, _) = Network::of_two_resuming_clients();
    network.capabilities = Capabilities::NONE;
    let carol = network.join("Carol", &["lobby"]);
    network.hand_over(|_| {});
    network.wait(A_MOMENT);
    let told = network.events(bob);
    let about_carol: Vec<_> = told.iter().filter(|event| event.contains("Carol")).collect();
    assert_eq!(about_carol, ["Carol exited lobby", "Carol left", "Carol joined as 2", "Carol entered lobby"]);
    assert!(network.events(carol).contains(&"joined as 2".to_owned()));
}

#[test]
fn newcomers_get_the_ids_that_they_would_have_got() {
    let (mut network, bob, _) = Network::of_two_resuming_clients();
    network.client(bob).stop(Instant::START);
    network.run();
    network.hand_over(|_| {});
    let carol = network.start("Carol", &[]);
    network.run();
    assert_eq!(network.client(carol).id(), Some(ClientId(0)), "Bob's, which is free");
}

#[test]
fn the_new_settings_decide_about_rooms() {
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.hand_over(|settings| {
        settings.access = vec![(RoomPattern::from("team"), AccessRule::for_both(["gold"]))];
    });
    network.wait(A_MOMENT);
    assert!(network.events(alice).contains(&"removed from team".to_owned()));
    assert!(network.events(bob).contains(&"Alice exited team".to_owned()));
    let rooms: Vec<_> = network.server.tables().clients().map(|row| row.rooms).collect();
    assert_eq!(rooms, [vec!["lobby"], vec!["lobby"]]);
}

#[test]
fn what_was_said_of_a_client_holds_and_its_visit_ends_when_it_would_have() {
    let at = Instant::from_millis(60_000);
    let (mut network, _, _) = Network::of_two_resuming_clients();
    network.wait(at - network.now);
    let mut access = Access::from_iter(["gold"]).listening_to(["lobby", "t*"]);
    access.ends_at = Some(at + Duration::from_secs(5));
    assert!(network.server.moderation().set_access(ClientId(1), access.clone()));
    let snapshot = network.server.snapshot(network.now);
    let server = Server::restore(ServerSettings::from_seed(2), &snapshot, Instant::from_millis(300));
    access.ends_at = Some(Instant::from_millis(5300));
    assert_eq!(server.tables().access(ClientId(1)), Some(&access));
}

#[test]
fn what_was_decided_about_a_player_holds_here_or_not_and_ends_when_it_would_have() {
    let at = Instant::from_millis(60_000);
    let (mut network, bob, alice) = Network::of_two_resuming_clients();
    network.wait(at - network.now);
    let mut muted = <Restrictions>::default();
    muted.impose(Restriction::Muted, RestrictionTerms::new(Some(at + Duration::from_secs(5)), "too loud"));
    for name in ["Alice", "Zoe"] {
        network
            .server
            .moderation()
            .set_restrictions(&PlayerIdentity::Name(name.into()), &muted)
            .expect("room for two");
    }
    network.hand_over(|_| {});
    network.wait(A_MOMENT);
    network.events(bob);
    assert_eq!(network.server.tables().restricted_players().count(), 2);
    network.client(alice).send_voice(b"may not").expect("in the session");
    network.run();
    assert_eq!(network.events(bob), [""; 0]);
    network.wait(Duration::from_secs(5));
    assert_eq!(network.server.tables().restricted_players().count(), 0);
    network.client(alice).send_voice(b"may again").expect("in the session");
    network.run();
    assert_eq!(network.events(bob).len(), 2);
}

#[test]
fn a_client_that_does_not_fit_is_left_out() {
    let mut settings = ServerSettings::from_seed(1);
    settings.limits.links = 3;
    settings.limits.name_bytes = 5;
    let impossible = CodecParameters { frame_size_samples: 0, ..CODEC };
    let places = vec![
        place(4, "Alice"),
        place(4, "Eve"),
        place(5, "Alice"),
        place(6, "Leonardo"),
        KeptPlace { codec: impossible, ..place(7, "Mute") },
        place(8, "Bob"),
        place(2, "Carol"),
        place(3, "Dave"),
    ];
    let snapshot = SessionSnapshot { restrictions: Vec::new(), session: SessionId(9), places };
    let server = Server::restore(settings, &snapshot, Instant::START);
    assert_eq!(names(&server), ["Carol", "Alice", "Bob"]);
}

#[test]
fn rooms_over_a_limit_are_left_out() {
    let mut settings = ServerSettings::from_seed(1);
    settings.limits.rooms_per_client = 2;
    settings.limits.room_name_bytes = 5;
    let rooms = ["a", "a", "too long", "b", "c"].map(Box::from).to_vec();
    let places = vec![KeptPlace { rooms, ..place(0, "Alice") }];
    let server = Server::restore(
        settings,
        &SessionSnapshot { restrictions: Vec::new(), session: SessionId(9), places },
        Instant::START,
    );
    let rooms: Vec<_> = server.tables().clients().flat_map(|row| row.rooms).collect();
    assert_eq!(rooms, ["a", "b"]);
}

#[test]
fn a_permissive_session_keeps_no_places() {
    let mut settings = ServerSettings::from_seed(1);
    settings.permissive = true;
    let snapshot =
        SessionSnapshot { restrictions: Vec::new(), session: SessionId(9), places: vec![place(0, "Alice")] };
    assert_eq!(Server::restore(settings, &snapshot, Instant::START).clients(), 0);
}

prop_compose! {
    fn any_place()(
        id in 0_u16..6,
        name in "[a-c]{0,2}",
        frame_size_samples in 0_u32..3,
        rooms in vec("[a-e]{0,3}".prop_map(Box::from), 0..6),
        secret in any::<[u8; 16]>(),
        is_unannounced in any::<bool>(),
    ) -> KeptPlace {
        let codec = CodecParameters { frame_size_samples, ..CODEC };
        KeptPlace { codec, rooms, secret: Some(SharedSecret(secret)), is_unannounced, ..place(id, &name) }
    }
}

proptest! {
    #[test]
    fn whatever_is_restored_is_consistent_and_restored_again_as_it_is(places in vec(any_place(), 0..12)) {
        let mut settings = ServerSettings::from_seed(1);
        settings.limits.rooms_per_client = 3;
        settings.limits.rooms = 5;
        let start = Instant::START;
        let first = Server::restore(settings.clone(), &SessionSnapshot { restrictions: Vec::new(), session: SessionId(9), places }, start);
        let second = Server::restore(settings, &first.snapshot(start), start);
        prop_assert_eq!(first.snapshot(start), second.snapshot(start));
        prop_assert_eq!(first.clients(), first.snapshot(start).places.len());
        let mut session = first;
        while let Some((at, _)) = session.poll_timeout() {
            session.handle_timeout(at);
        }
        prop_assert_eq!((session.clients(), session.tables().rooms().count()), (0, 0));
    }
}
