//! An operator's decisions about players: they apply to the player, and never confuse originals.

use core::time::Duration;

use consonance_session::{
    Access, Capabilities, ChannelProperties, ClientId, CloseReason, Instant, LinkId, Move,
    NotificationStatus, PlayerIdentity, Restriction, RestrictionTerms, Restrictions, RestrictionsError,
    RoomId, RoomRights, ServerSettings, Target,
};
use consonance_wire::TextRecipient;

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::{Network, Player};
use crate::behaviour::support::packets;

const SECOND: Duration = Duration::from_secs(1);

fn named(name: &str) -> PlayerIdentity {
    PlayerIdentity::Name(name.into())
}

fn with(restriction: Restriction, terms: RestrictionTerms) -> Restrictions {
    let mut restrictions = <Restrictions>::default();
    restrictions.impose(restriction, terms);
    restrictions
}

fn for_good(restriction: Restriction) -> Restrictions {
    with(restriction, RestrictionTerms::new(None, "too loud"))
}

/// Alice and Bob in the lobby, with these capabilities.
fn lobby(capabilities: Capabilities) -> (Network, Player, Player) {
    let mut network = Network::new();
    network.capabilities = capabilities;
    let alice = network.join("Alice", &["lobby"]);
    let bob = network.join("Bob", &["lobby"]);
    (network, alice, bob)
}

/// Speaks to the lobby; returns the events of the other player.
fn say(network: &mut Network, player: Player, other: Player) -> Vec<String> {
    network.events(other);
    if !network.client(player).voice().has_channels() {
        let lobby = Target::Room("lobby".into());
        network.client(player).open_channel(lobby, ChannelProperties::default()).expect("a channel");
    }
    network.client(player).send_voice(b"hi").expect("in a session");
    network.run();
    network.events(other)
}

#[test]
fn a_mute_by_name_holds_against_every_spelling_of_the_name() {
    let (mut network, alice, bob) = lobby(Capabilities::ALL);
    network
        .server
        .moderation()
        .set_restrictions(&named("Alice"), &for_good(Restriction::Muted))
        .expect("room for one");
    network.run();
    let now = network.now;
    network.client(alice).stop(now);
    network.run();
    for spelling in ["alice", "Alice\u{200b}", "\u{0410}lice", "\u{ff21}lice "] {
        let again = network.join(spelling, &["lobby"]);
        assert_eq!(say(&mut network, again, bob), [""; 0], "{spelling:?}");
        assert_eq!(network.server.tables().clients_named("ALICE").len(), 1);
        let id = network.server.tables().client_named(spelling).expect("it is here");
        network.server.kick(id, "");
        network.run();
    }
    network
        .server
        .moderation()
        .set_restrictions(&named("aLICE"), &Restrictions::default())
        .expect("nothing to limit");
    network.run();
    assert_eq!(network.server.tables().restricted_players().len(), 0);
    let alice = network.join("Alice", &["lobby"]);
    assert_eq!(say(&mut network, alice, bob).len(), 2, "the mute is lifted by any spelling, too");
}

#[test]
fn a_muted_client_is_not_heard_and_one_of_ours_is_told_and_sends_nothing() {
    let (mut network, alice, bob) = lobby(Capabilities::ALL);
    assert_eq!(say(&mut network, alice, bob).len(), 2, "Alice starts to speak, and a frame");
    network.events(alice);
    let reach = network.server.moderation().set_restrictions(&named("Alice"), &for_good(Restriction::Muted));
    assert_eq!(reach, Ok(NotificationStatus::Notified));
    network.run();
    assert_eq!(network.events(alice), ["Muted forever: too loud"]);
    network.sent(alice);
    assert_eq!(say(&mut network, alice, bob), [""; 0]);
    assert_eq!(network.sent(alice), [""; 0]);
    network.server.moderation().set_restrictions(&named("Alice"), &Restrictions::default()).unwrap();
    network.run();
    assert_eq!(network.events(alice), ["Muted no longer"]);
    assert_eq!(say(&mut network, alice, bob), ["frame 1 of 0: hi"]);
}

#[test]
fn the_voice_of_a_muted_original_is_dropped_and_counted_however_it_is_sent() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["lobby"]);
    server.join(2, "Bob", &["lobby"]);
    let reach = server.server.moderation().set_restrictions(&named("Alice"), &for_good(Restriction::Muted));
    assert_eq!(
        (reach, server.sent()),
        (Ok(NotificationStatus::NotNotified), vec![]),
        "an original is sent nothing"
    );
    let voice = packets::voice(0, 0, "lobby", "hi");
    assert_eq!(server.receive(1, &packets::relay_unreliable(&[1], &voice)), [""; 0]);
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &voice)), [""; 0]);
    assert_eq!(server.statistics().voice_muted, 2);
    let text = packets::text(0, TextRecipient::Room(RoomId::of("lobby")), "hello?");
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &text)).len(), 1, "it may still write");
    let both = {
        let mut restrictions = for_good(Restriction::Muted);
        restrictions.impose(Restriction::TextMuted, RestrictionTerms::default());
        restrictions
    };
    server.server.moderation().set_restrictions(&named("Alice"), &both).unwrap();
    assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &text)), [""; 0]);
    assert_eq!(server.statistics().texts_muted, 1);
    assert_eq!(server.events(), ["Alice Muted: too loud", "Alice TextMuted: "]);
    assert_eq!(server.closed(), [], "no client is disconnected for not knowing");
}

#[test]
fn a_text_muted_player_is_told_by_its_own_client() {
    let (mut network, alice, bob) = lobby(Capabilities::ALL);
    network.server.moderation().set_restrictions(&named("Alice"), &for_good(Restriction::TextMuted)).unwrap();
    network.run();
    let lobby = Target::Room("lobby".into());
    let refused = network.client(alice).send_text(&lobby, "hello").unwrap_err().to_string();
    assert!(refused.contains("operator"), "{refused}");
    assert_eq!(say(&mut network, alice, bob).len(), 2, "its voice is heard");
}

#[test]
fn a_deafened_client_is_sent_texts_but_no_voice_by_any_route() {
    let voice = packets::voice(0, 0, "lobby", "hi");
    let listed = packets::relay_unreliable(&[1, 2], &voice);
    for routed in [false, true] {
        let mut server = LoneServer::new();
        server.connect(1);
        server.receive(1, &packets::handshake_of_ours("Alice", None));
        server.receive(1, &packets::client_state(0, "Alice", &["lobby"]));
        server.join(2, "Bob", &["lobby"]);
        server.join(3, "Carol", &["lobby"]);
        server.server.moderation().set_restrictions(&named("Bob"), &for_good(Restriction::Deafened)).unwrap();
        let sent = server.receive(1, if routed { &voice } else { &listed });
        assert_eq!(sent.len(), 1);
        assert!(sent[0].starts_with("3 unreliably: VoiceData 0"), "{sent:?}");
        let text = packets::text(0, TextRecipient::Player(ClientId(1)), "hello");
        assert_eq!(server.receive(1, &packets::relay_reliable(&[1], &text)).len(), 1);
    }
}

#[test]
fn a_deafened_client_hears_nothing_over_direct_links_either() {
    let (mut network, alice, bob) = lobby(Capabilities::ALL);
    network.join_directly(alice, bob);
    network.run();
    assert_eq!(say(&mut network, alice, bob).len(), 2);
    network.server.moderation().set_restrictions(&named("Bob"), &for_good(Restriction::Deafened)).unwrap();
    network.run();
    assert_eq!(network.events(bob), ["Deafened forever: too loud", "Alice stopped speaking"]);
    assert_eq!(say(&mut network, alice, bob), [""; 0]);
}

#[test]
fn a_restriction_ends_when_its_time_has_come() {
    let (mut network, alice, bob) = lobby(Capabilities::ALL);
    let terms = RestrictionTerms::new(Some(Instant::from_millis(1500)), "a pause");
    network.server.moderation().set_restrictions(&named("Alice"), &with(Restriction::Muted, terms)).unwrap();
    network.wait(SECOND);
    assert_eq!(network.events(alice), ["Muted until 2.000000 s: a pause"]);
    assert_eq!(say(&mut network, alice, bob), [""; 0]);
    network.wait(SECOND);
    assert_eq!(network.events(alice), ["Muted no longer"]);
    assert!(network.server.tables().restrictions(&named("Alice")).is_clear());
    assert_eq!(say(&mut network, alice, bob).len(), 2);
}

#[test]
fn the_end_of_a_long_restriction_is_told_to_the_second() {
    let (mut network, alice, _) = lobby(Capabilities::ALL);
    let terms = RestrictionTerms::new(Some(Instant::from_millis(86_400_000)), "a day");
    network.server.moderation().set_restrictions(&named("Alice"), &with(Restriction::Muted, terms)).unwrap();
    network.run();
    assert_eq!(network.events(alice).last().unwrap(), "Muted until 86400.000000 s: a day");
}

#[test]
fn a_restriction_follows_the_player_over_a_lost_link_and_over_a_rejoin_and_a_restart() {
    let (mut network, alice, bob) = lobby(Capabilities::ALL);
    network.server.moderation().set_restrictions(&named("Alice"), &for_good(Restriction::Muted)).unwrap();
    network.run();
    network.events(alice);
    network.cut(alice);
    network.wait(5 * SECOND);
    assert!(network.events(alice).contains(&"resumed as 0".to_owned()));
    assert_eq!(say(&mut network, alice, bob), [""; 0]);
    let now = network.now;
    network.client(alice).stop(now);
    network.run();
    network.client(alice).start();
    network.run();
    assert_eq!(say(&mut network, alice, bob), [""; 0]);
    network.server.restart(now, consonance_session::SessionId(77));
    network.wait(10 * SECOND);
    assert_eq!(say(&mut network, alice, bob), [""; 0]);
    let told: Vec<_> = network.events(alice).into_iter().filter(|event| event.contains("Muted")).collect();
    assert_eq!(told, [""; 0], "what is known is not told again");
    assert_eq!(network.client(alice).statistics().frames_unheard, 3);
}

#[test]
fn what_another_server_does_not_say_holds_no_longer() {
    let (mut network, alice, _) = lobby(Capabilities::ALL);
    let mut restrictions = for_good(Restriction::Muted);
    restrictions.set_room_rights("red", RoomRights { speak: Some(false), ..RoomRights::default() });
    network.server.moderation().set_restrictions(&named("Alice"), &restrictions).unwrap();
    network.server.announcements().announce_recording(false, 30);
    network.run();
    network.replace_server(packets::OTHER_SESSION);
    network.events(alice);
    network.client(alice).join_room("blue").unwrap();
    network.wait(20 * SECOND);
    let told = network.events(alice);
    assert!(network.client(alice).own_restrictions().all().is_clear());
    let lifted = ["Muted no longer", "in red may listen None, speak None", "recorded: 0 s"];
    assert!(lifted.iter().all(|words| told.contains(&(*words).to_owned())), "{told:?}");
}

#[test]
fn an_absent_player_can_be_muted_and_is_from_its_first_frame_on() {
    let (mut network, _, bob) = lobby(Capabilities::ALL);
    assert_eq!(
        network.server.moderation().set_restrictions(&named("Carol"), &for_good(Restriction::Muted)),
        Ok(NotificationStatus::Absent)
    );
    let carol = network.start("Carol", &["lobby"]);
    network.run();
    assert!(network.events(carol).contains(&"Muted forever: too loud".to_owned()));
    assert_eq!(say(&mut network, carol, bob), [""; 0]);
}

#[test]
fn a_client_with_a_subject_is_known_by_it_under_any_name() {
    let mut server = LoneServer::with_settings(|settings| settings.admission = true);
    let join = |server: &mut LoneServer, link: u64, name: &str, subject: Option<&str>| {
        server.connect(link);
        server.receive(link, &packets::handshake(name));
        let mut access = Access::default();
        access.subject = subject.map(Into::into);
        assert!(server.server.admit(LinkId(link), access));
        server.sent();
    };
    join(&mut server, 1, "Alice", Some("account 7"));
    let account = PlayerIdentity::Subject("account 7".into());
    assert_eq!(server.server.tables().identity_of(ClientId(0)), Some(account.clone()));
    server.server.moderation().set_restrictions(&account, &for_good(Restriction::Muted)).unwrap();
    server.disconnect(1);
    join(&mut server, 2, "Alice", None);
    join(&mut server, 3, "Bob", Some("account 7"));
    let speaks = |server: &mut LoneServer, link, id| {
        server.receive(link, &packets::relay_unreliable(&[0, 1], &packets::voice(id, 0, "lobby", "hi"))).len()
    };
    assert_eq!((speaks(&mut server, 2, 0), speaks(&mut server, 3, 1)), (1, 0));
    join(&mut server, 4, "Carol", Some("account 7"));
    server.server.moderation().set_restrictions(&account, &Restrictions::default()).unwrap();
    server.server.moderation().set_restrictions(&account, &for_good(Restriction::Muted)).unwrap();
    assert_eq!((speaks(&mut server, 3, 1), speaks(&mut server, 4, 2)), (0, 0), "all of one account");
}

#[test]
fn rights_in_a_room_go_before_the_rooms_own_rules_both_ways() {
    let mut server = LoneServer::with_settings(|settings: &mut ServerSettings| {
        settings.access = vec![("vip".into(), consonance_session::AccessRule::for_both(["gold"]))];
    });
    server.join(1, "Alice", &["lobby"]);
    server.join(2, "Bob", &["lobby"]);
    let mut restrictions = <Restrictions>::default();
    restrictions.set_room_rights("vip", RoomRights { listen: Some(true), speak: Some(true) });
    server.server.moderation().set_restrictions(&named("Alice"), &restrictions).unwrap();
    assert_eq!(server.receive(1, &packets::enter(0, "vip")).len(), 1, "she is admitted");
    let to_vip = packets::relay_unreliable(&[1], &packets::voice(0, 0, "vip", "hi"));
    assert_eq!(server.receive(1, &to_vip).len(), 1);
    server.events();
    restrictions.set_room_rights("lobby", RoomRights { listen: Some(false), speak: Some(false) });
    server.server.moderation().set_restrictions(&named("Alice"), &restrictions).unwrap();
    assert_eq!(server.sent(), ["1 2: DeltaChannelState 0 exits lobby"]);
    let to_lobby = packets::relay_unreliable(&[1], &packets::voice(0, 1, "lobby", "hi"));
    assert_eq!(server.receive(1, &to_lobby), [""; 0]);
    assert_eq!(server.receive(1, &packets::enter(0, "lobby")).len(), 2, "in and out again");
    let events = server.events();
    assert!(events.contains(&"Alice may not speak to lobby".to_owned()), "{events:?}");
    let row = server.server.tables().clients().next().map(|row| row.refused.len());
    assert_eq!(row, Some(2), "an inspector can see it");
}

#[test]
fn a_kicked_client_is_told_why_and_one_of_ours_does_not_come_back() {
    let (mut network, alice, bob) = lobby(Capabilities::ALL);
    assert_eq!(network.server.kick(ClientId(0), "enough"), NotificationStatus::Notified);
    network.wait(10 * SECOND);
    let events = network.events(alice);
    assert_eq!((&*events[0], &*events[events.len() - 1]), ("kicked: enough", "disconnected: Kicked"));
    assert_eq!(network.closed(alice), Some(CloseReason::Kicked { reason: "enough".into() }));
    assert_eq!(network.events(bob), ["Alice exited lobby", "Alice left"]);
    assert_eq!(network.server.kick(ClientId(0), ""), NotificationStatus::Absent);
    assert_eq!((network.server.clients(), network.server.statistics().kicked), (1, 1));
}

#[test]
fn an_original_that_is_kicked_is_removed_like_any_other() {
    let mut server = LoneServer::new();
    server.join(1, "Alice", &["lobby"]);
    server.join(2, "Bob", &[]);
    assert_eq!(server.server.kick(ClientId(0), "enough"), NotificationStatus::NotNotified);
    assert_eq!(server.sent(), ["2: RemoveClient 0", "1: RemoveClient 0"]);
    assert_eq!(server.closed().len(), 1);
    assert_eq!(server.events()[0], "Alice kicked: enough");
}

#[test]
fn a_client_kicked_while_its_link_is_lost_loses_its_place() {
    let (mut network, alice, _) = lobby(Capabilities::ALL);
    network.reachable = false;
    network.cut(alice);
    assert_eq!(network.server.kick(ClientId(0), "enough"), NotificationStatus::NotNotified);
    assert_eq!(network.server.clients(), 1);
}

#[test]
fn one_of_ours_follows_a_move_and_an_original_is_only_taken_out() {
    let (mut network, alice, _) = lobby(Capabilities::ALL);
    network.events(alice);
    assert_eq!(network.server.moderation().move_to_room(ClientId(0), "lobby", "red"), Move::Asked);
    network.run();
    let expected = ["moved from lobby to red", "Alice exited lobby", "Alice entered red"];
    assert_eq!(network.events(alice), expected);
    assert_eq!(network.client(alice).rooms().collect::<Vec<_>>(), ["red"]);
    assert_eq!(network.server.moderation().move_to_room(ClientId(0), "lobby", "red"), Move::NotThere);
    assert_eq!(network.server.moderation().move_to_room(ClientId(9), "lobby", "red"), Move::NotThere);

    let (mut network, alice, _) = lobby(Capabilities::NONE);
    assert_eq!(network.server.moderation().move_to_room(ClientId(0), "lobby", "red"), Move::OnlyRemoved);
    network.run();
    assert_eq!(network.client(alice).rooms().len(), 0);
}

#[test]
fn no_client_is_moved_to_a_forbidden_room_or_one_it_is_in() {
    let mut network = Network::new();
    network.set_up(|settings| {
        settings.access = vec![("vip".into(), consonance_session::AccessRule::for_both(["gold"]))];
    });
    network.capabilities = Capabilities::ALL;
    let alice = network.join("Alice", &["lobby"]);
    assert_eq!(network.server.moderation().move_to_room(ClientId(0), "lobby", "vip"), Move::Forbidden);
    assert_eq!(network.client(alice).rooms().collect::<Vec<_>>(), ["lobby"]);
    network.client(alice).leave_room("lobby");
    assert_eq!(network.server.moderation().move_to_room(ClientId(0), "lobby", "red"), Move::Asked);
    network.run();
    assert_eq!(network.client(alice).rooms().len(), 0, "a client that has left by itself does not follow");
    network.client(alice).join_room("lobby").unwrap();
    network.run();
    let listens: Vec<_> = network.server.tables().clients().map(|row| row.rooms.len()).collect();
    assert_eq!(listens, [1]);
}

#[test]
fn restrictions_are_limited_and_a_permissive_session_has_none() {
    let mut server = LoneServer::with_limits(|limits| limits.restrictions = 1);
    server.server.moderation().set_restrictions(&named("Alice"), &for_good(Restriction::Muted)).unwrap();
    server.server.moderation().set_restrictions(&named("Alice"), &for_good(Restriction::Deafened)).unwrap();
    let refused = server.server.moderation().set_restrictions(&named("Bob"), &for_good(Restriction::Muted));
    assert_eq!(refused, Err(RestrictionsError::TooMany { limit: 1 }));
    assert_eq!(
        server.server.moderation().set_restrictions(&named("Bob"), &Restrictions::default()),
        Ok(NotificationStatus::Absent)
    );
    assert_eq!(server.server.tables().restricted_players().len(), 1);
    let mut believing = LoneServer::with_settings(|settings| settings.permissive = true);
    let refused =
        believing.server.moderation().set_restrictions(&named("Bob"), &for_good(Restriction::Muted));
    assert_eq!(refused, Err(RestrictionsError::Permissive));
}

#[test]
fn a_newcomer_is_told_what_is_recorded_and_originals_are_sent_nothing_new() {
    for (capabilities, expected) in
        [(Capabilities::ALL, vec!["recorded: 30 s"]), (Capabilities::NONE, vec![])]
    {
        let mut network = Network::new();
        network.capabilities = capabilities;
        network.server.announcements().announce_recording(false, 30);
        let alice = network.start("Alice", &[]);
        network.run();
        let told: Vec<_> =
            network.events(alice).into_iter().filter(|event| event.starts_with("recorded")).collect();
        assert_eq!(told, expected);
    }
}
