//! Sessions that begin with their first player and end some time after their last.

use std::time::Duration;

use consonance_link::{ClientNetwork as _, DisconnectReason};
use consonance_server::SessionsSettings;

use crate::session_loop::fixture::Fixture;
use crate::session_loop::player::Player;

const EMPTY_FOR: Duration = Duration::from_mins(1);

fn fixture() -> Fixture {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.on_demand = vec!["match-*".into()];
    settings.hosting.sessions_max = 3;
    assert_eq!(settings.hosting.empty_for, EMPTY_FOR);
    Fixture::with_settings(&settings, 1)
}

fn sessions(fixture: &Fixture) -> Vec<String> {
    fixture.session_loop.statistics().map(|(name, ..)| name.to_owned()).collect()
}

fn leave(fixture: &mut Fixture, player: Player) {
    drop(player);
    fixture.run_once();
}

#[test]
fn a_session_begins_with_its_first_player_and_others_find_it() {
    let mut fixture = fixture();
    assert_eq!(sessions(&fixture), ["main"]);
    let mut alice = fixture.player("Alice", 0, "match-7").listen("lobby");
    let mut bob = fixture.player("Bob", 0, "match-7").listen("lobby");
    fixture.settle(&mut [&mut alice, &mut bob]);
    assert!(alice.has_seen("Bob entered lobby"), "{:?}", alice.seen);
    assert_eq!(sessions(&fixture), ["main", "match-7"]);
}

#[test]
fn a_session_ends_when_it_has_been_empty_for_a_while_and_starts_again_after_that() {
    let mut fixture = fixture();
    let mut alice = fixture.player("Alice", 0, "match-7");
    fixture.settle(&mut [&mut alice]);
    let to_join = fixture.statistics("match-7").1.packets_in;
    leave(&mut fixture, alice);
    assert_eq!(fixture.run_once(), Some(fixture.now + EMPTY_FOR), "the loop wants to be called for it");

    fixture.wait(EMPTY_FOR.checked_sub(Duration::from_micros(1)).unwrap());
    fixture.run_once();
    assert_eq!(sessions(&fixture), ["main", "match-7"]);
    fixture.wait(Duration::from_micros(1));
    assert_eq!(fixture.run_once(), None);
    assert_eq!(sessions(&fixture), ["main"]);

    let mut alice = fixture.player("Alice", 0, "match-7");
    fixture.settle(&mut [&mut alice]);
    assert!(alice.has_seen("joined"));
    assert_eq!(fixture.statistics("match-7").1.packets_in, to_join, "nothing is left of the former one");
}

#[test]
fn what_a_session_counted_is_kept_when_it_ends() {
    let mut fixture = fixture();
    let mut counted = 0;
    for name in ["match-7", "match-8", "match-7"] {
        let mut alice = fixture.player("Alice", 0, name);
        fixture.settle(&mut [&mut alice]);
        let before = fixture.session_loop.numbers(fixture.now).ended_sessions.packets_in;
        assert_eq!(before, counted, "a session that runs is not among those that ended");
        counted += fixture.statistics(name).1.packets_in;
        leave(&mut fixture, alice);
        fixture.wait(EMPTY_FOR);
        fixture.run_once();
        assert_eq!(sessions(&fixture), ["main"]);
        let numbers = fixture.session_loop.numbers(fixture.now);
        assert!(counted > before && numbers.ended_sessions.packets_in == counted, "{numbers:?}");
    }
}

#[test]
fn a_player_that_comes_back_in_time_keeps_the_session() {
    let mut fixture = fixture();
    let mut alice = fixture.player("Alice", 0, "match-7");
    fixture.settle(&mut [&mut alice]);
    let former = fixture.statistics("match-7").1.packets_in;
    leave(&mut fixture, alice);
    fixture.wait(EMPTY_FOR / 2);
    let mut bob = fixture.player("Bob", 0, "match-7");
    fixture.settle(&mut [&mut bob]);
    assert!(fixture.statistics("match-7").1.packets_in > former, "it is the same one");
    fixture.wait(EMPTY_FOR);
    fixture.settle(&mut [&mut bob]);
    assert_eq!((sessions(&fixture).len(), &*bob.ends), (2, &[][..]), "no player left since");
}

#[test]
fn a_link_that_never_joins_leaves_no_session_behind() {
    let mut fixture = fixture();
    let mut newcomer = fixture.networks[0].client("match-7");
    newcomer.connect(fixture.now);
    fixture.run_once();
    assert_eq!(sessions(&fixture), ["main", "match-7"]);
    newcomer.disconnect(fixture.now);
    fixture.run_once();
    fixture.run_once();
    assert_eq!(sessions(&fixture), ["main"]);
}

#[test]
fn a_settled_session_stays_though_it_is_empty() {
    let mut fixture = fixture();
    let mut alice = fixture.player("Alice", 0, "main");
    fixture.settle(&mut [&mut alice]);
    leave(&mut fixture, alice);
    fixture.wait(EMPTY_FOR * 10);
    assert_eq!(fixture.run_once(), None);
    assert_eq!(sessions(&fixture), ["main"]);
}

#[test]
fn a_session_too_many_is_refused_with_a_reason_and_those_that_run_take_more_players() {
    let mut fixture = fixture();
    let mut players: Vec<Player> =
        (0..4).map(|number| fixture.player("Alice", 0, &format!("match-{number}"))).collect();
    fixture.settle(&mut players.iter_mut().collect::<Vec<_>>());
    assert_eq!(players[2].ends, [DisconnectReason::refused(b"(full-sessions max=3)")]);
    let mut bob = fixture.player("Bob", 0, "match-0");
    fixture.settle(&mut [&mut bob]);
    assert!(bob.has_seen("joined"));

    // A reload allows one more session.
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.on_demand = vec!["match-*".into()];
    settings.hosting.sessions_max = 4;
    fixture.session_loop.reconfigure(fixture.now, &settings);
    let mut carol = fixture.player("Carol", 0, "match-9");
    fixture.settle(&mut [&mut carol]);
    assert!(carol.has_seen("joined"));
}

#[test]
fn a_session_that_begins_later_has_the_rules_of_the_last_reload() {
    let mut fixture = fixture();
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.on_demand = vec!["match-*".into()];
    settings.limits.links = 1;
    fixture.session_loop.reconfigure(fixture.now, &settings);
    let mut alice = fixture.player("Alice", 0, "match-7");
    let mut bob = fixture.player("Bob", 0, "match-7");
    fixture.settle(&mut [&mut alice, &mut bob]);
    assert!(alice.has_seen("joined") && !bob.has_seen("joined"));
}
