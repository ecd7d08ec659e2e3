//! Sessions and listeners: all listeners serve all sessions, and sessions know nothing of each other.

use std::time::Duration;

use consonance_link::DisconnectReason;
use consonance_server::bans::{Ban, BanTarget};
use consonance_session::Target;

use crate::session_loop::fixture::Fixture;

#[test]
fn players_of_two_networks_meet_in_one_session_though_their_peers_have_the_same_numbers() {
    let mut fixture = Fixture::new(&["main"], 2);
    let mut alice = fixture.player("Alice", 0, "main").listen("lobby").talk("lobby");
    let mut bob = fixture.player("Bob", 1, "main").listen("lobby").talk("lobby");
    fixture.settle(&mut [&mut alice, &mut bob]);
    assert!(alice.has_seen("Bob entered lobby"), "{:?}", alice.seen);
    assert!(bob.has_seen("Alice entered lobby"), "{:?}", bob.seen);

    alice.client.send_voice(b"from Alice").unwrap();
    bob.client.send_voice(b"from Bob").unwrap();
    fixture.settle(&mut [&mut alice, &mut bob]);
    let heard =
        |seen: &[String]| seen.iter().filter(|line| line.contains("says")).cloned().collect::<Vec<_>>();
    assert_eq!(heard(&alice.seen), [format!("{} says {:?}", bob.client.id().unwrap(), b"from Bob")]);
    assert_eq!(heard(&bob.seen), [format!("{} says {:?}", alice.client.id().unwrap(), b"from Alice")]);
    assert_eq!(fixture.session_loop.links(), 2);

    drop(alice);
    fixture.settle(&mut [&mut bob]);
    assert!(bob.has_seen("Alice left"), "{:?}", bob.seen);
    assert_eq!((fixture.session_loop.links(), fixture.statistics("main").0), (1, 1));
}

#[test]
fn sessions_of_one_server_know_nothing_of_each_other() {
    let mut fixture = Fixture::new(&["main", "other"], 1);
    let mut alice = fixture.player("Alice", 0, "main").listen("lobby");
    let mut bob = fixture.player("Bob", 0, "main").listen("lobby");
    let mut carol = fixture.player("Carol", 0, "other").listen("lobby");
    fixture.settle(&mut [&mut alice, &mut bob, &mut carol]);
    bob.client.send_text(&Target::Room("lobby".into()), "hello").unwrap();
    fixture.settle(&mut [&mut alice, &mut bob, &mut carol]);
    assert!(alice.has_seen("Bob writes hello"), "{:?}", alice.seen);
    assert!(carol.has_seen("joined"), "{:?}", carol.seen);
    assert!(
        !carol.seen.iter().any(|line| line.contains("Bob") || line.contains("Alice")),
        "{:?}",
        carol.seen
    );
    assert_eq!((fixture.statistics("main").0, fixture.statistics("other").0), (2, 1));
}

#[test]
fn the_same_name_may_be_in_two_sessions() {
    let mut fixture = Fixture::new(&["main", "other"], 1);
    let mut one = fixture.player("Alice", 0, "main");
    let mut other = fixture.player("Alice", 0, "other");
    fixture.settle(&mut [&mut one, &mut other]);
    assert!(one.has_seen("joined") && other.has_seen("joined"));
    assert_eq!((&*one.ends, &*other.ends), (&[][..], &[][..]));
}

#[test]
fn each_player_that_one_of_several_bans_matches_is_disconnected_once_with_the_reason_of_its_ban() {
    let mut fixture = Fixture::new(&["main", "other"], 1);
    let mut alice = fixture.player("Alice", 0, "main").listen("lobby");
    let mut bob = fixture.player("Bob", 0, "main").listen("lobby");
    let mut carol = fixture.player("Carol", 0, "other").listen("lobby");
    fixture.settle(&mut [&mut alice, &mut bob, &mut carol]);
    let bans = [(1, "alice"), (2, "carol"), (3, "dora"), (4, "ALICE")].map(|(id, name)| {
        let (reason, by) = (format!("as {}", name.to_lowercase()), "Ann".to_owned());
        Ban { id, target: BanTarget::Name(name.into()), session: None, reason, by, since: 0, until: None }
    });
    let expelled = fixture.session_loop.expel(fixture.now, &bans);
    let expelled: Vec<_> = expelled.iter().map(|gone| (&*gone.session, &*gone.player)).collect();
    assert_eq!(expelled, [("main", "Alice"), ("other", "Carol")]);
    fixture.settle(&mut [&mut alice, &mut bob, &mut carol]);
    for (player, reason) in [(&alice, "as alice"), (&carol, "as carol")] {
        let ends: Vec<_> = player.ends.iter().map(ToString::to_string).collect();
        assert!(ends.len() == 1 && ends[0].ends_with(reason), "{ends:?}");
    }
    assert!(bob.ends.is_empty() && bob.has_seen("Alice left"), "{:?}", bob.seen);
}

#[test]
fn an_unknown_session_is_refused_with_a_list_of_those_that_are_served() {
    let mut fixture = Fixture::new(&["main", "other"], 1);
    let mut alice = fixture.player("Alice", 0, "mian");
    fixture.settle(&mut [&mut alice]);
    assert_eq!(alice.ends, [DisconnectReason::refused(b"(other-session-unknown) main, other")]);
    assert!(!alice.has_seen("joined"));
    assert_eq!(fixture.session_loop.links(), 0);
}

#[test]
fn a_link_that_names_no_session_means_the_only_one_or_is_refused() {
    let mut one = Fixture::new(&["main"], 1);
    let mut alice = one.player("Alice", 0, "");
    one.settle(&mut [&mut alice]);
    assert!(alice.has_seen("joined"));

    let mut two = Fixture::new(&["main", "other"], 1);
    let mut bob = two.player("Bob", 0, "");
    two.settle(&mut [&mut bob]);
    assert!(!bob.has_seen("joined"));
    assert!(matches!(&bob.ends[..], [DisconnectReason::Refused { .. }]), "{:?}", bob.ends);
}

#[test]
fn the_statistics_name_each_session_in_the_order_of_the_settings() {
    let mut fixture = Fixture::new(&["zebra", "ant"], 1);
    let mut alice = fixture.player("Alice", 0, "zebra").talk("lobby");
    let mut bob = fixture.player("Bob", 0, "zebra").listen("lobby");
    fixture.settle(&mut [&mut alice, &mut bob]);
    alice.client.send_voice(b"frame").unwrap();
    fixture.settle(&mut [&mut alice, &mut bob]);
    let names: Vec<_> = fixture.session_loop.statistics().map(|(name, ..)| name.to_owned()).collect();
    assert_eq!(names, ["zebra", "ant"]);
    let (clients, zebra) = fixture.statistics("zebra");
    assert_eq!((clients, zebra.frames_relayed, zebra.frames_routed, zebra.frames_out), (2, 1, 0, 1));
    let sent = alice.statistics().sent;
    let sent = sent.reliable.packets + sent.unreliable.packets;
    assert_eq!(zebra.packets_in, sent + bob.statistics().sent.reliable.packets);
    let (clients, ant) = fixture.statistics("ant");
    assert_eq!((clients, ant.packets_in), (0, 0));
}

#[test]
fn players_come_back_to_a_session_that_is_started_again() {
    let mut fixture = Fixture::new(&["main"], 1);
    let mut alice = fixture.player("Alice", 0, "main").listen("lobby");
    let mut bob = fixture.player("Bob", 0, "main").talk("lobby");
    fixture.settle(&mut [&mut alice, &mut bob]);
    alice.seen.clear();
    let now = fixture.now;
    fixture.session_loop.restart_sessions(now);
    fixture.settle(&mut [&mut alice, &mut bob]);
    alice.wake(now);
    bob.wake(now);
    fixture.settle(&mut [&mut alice, &mut bob]);
    assert_eq!(fixture.statistics("main").0, 2, "{:?} {:?}", alice.seen, alice.ends);
    assert!(alice.has_seen("joined") && alice.has_seen("Bob joined"), "{:?}", alice.seen);
    bob.client.send_voice(b"here again").unwrap();
    fixture.settle(&mut [&mut alice, &mut bob]);
    assert!(alice.seen.iter().any(|line| line.contains("says")), "{:?}", alice.seen);
}

#[test]
fn a_second_stock_client_of_a_name_waits_for_it_and_the_first_one_stays() {
    let mut fixture = Fixture::new(&["main"], 1);
    let mut bystander = fixture.player("Bob", 0, "main").listen("lobby");
    let mut first = fixture.player("Alice", 0, "main").listen("lobby");
    fixture.settle(&mut [&mut bystander, &mut first]);
    let mut second = fixture.player("Alice", 0, "main").listen("lobby");
    for _ in 0..30 {
        fixture.wait(Duration::from_secs(1));
        for player in [&mut bystander, &mut first, &mut second] {
            player.wake(fixture.now);
        }
        fixture.settle(&mut [&mut bystander, &mut first, &mut second]);
    }
    let seen = bystander.seen.iter().filter(|line| line.contains("Alice")).cloned().collect::<Vec<_>>();
    assert!(!seen.iter().any(|line| line.contains("left")), "{seen:?}");
    assert!(first.has_seen("joined") && !second.has_seen("joined"), "{:?}", second.seen);
    assert_eq!(fixture.statistics("main").0, 2);
    // A client of ours gives up an unanswered handshake after ten seconds; an original does not.
    let is_own = |end: &DisconnectReason| *end == DisconnectReason::ClosedByUs;
    assert!(second.ends.iter().all(is_own), "the server keeps the second one linked: {:?}", second.ends);
    drop(first);
    for _ in 0..5 {
        fixture.wait(Duration::from_secs(1));
        second.wake(fixture.now);
        fixture.settle(&mut [&mut bystander, &mut second]);
    }
    assert!(second.has_seen("joined"), "{:?}", second.seen);
}
