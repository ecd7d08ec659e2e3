//! Sessions that begin with their first player and end some time after their last.

use std::time::Duration;

use consonance_link::{ClientNetwork as _, DisconnectReason};
use consonance_server::SessionsSettings;

use crate::session_loop::player::Player;
use crate::session_loop::stage::Stage;

const EMPTY_FOR: Duration = Duration::from_mins(1);

fn stage() -> Stage {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.on_demand = vec!["match-*".into()];
    settings.hosting.sessions_max = 3;
    assert_eq!(settings.hosting.empty_for, EMPTY_FOR);
    Stage::with_settings(&settings, 1)
}

fn sessions(stage: &Stage) -> Vec<String> {
    stage.session_loop.statistics().map(|(name, ..)| name.to_owned()).collect()
}

fn leave(stage: &mut Stage, player: Player) {
    drop(player);
    stage.run_once();
}

#[test]
fn a_session_begins_with_its_first_player_and_others_find_it() {
    let mut stage = stage();
    assert_eq!(sessions(&stage), ["main"]);
    let mut alice = stage.player("Alice", 0, "match-7").listen("lobby");
    let mut bob = stage.player("Bob", 0, "match-7").listen("lobby");
    stage.settle(&mut [&mut alice, &mut bob]);
    assert!(alice.has_seen("Bob entered lobby"), "{:?}", alice.seen);
    assert_eq!(sessions(&stage), ["main", "match-7"]);
}

#[test]
fn a_session_ends_when_it_has_been_empty_for_a_while_and_starts_again_after_that() {
    let mut stage = stage();
    let mut alice = stage.player("Alice", 0, "match-7");
    stage.settle(&mut [&mut alice]);
    let to_join = stage.statistics("match-7").1.packets_in;
    leave(&mut stage, alice);
    assert_eq!(stage.run_once(), Some(stage.now + EMPTY_FOR), "the loop wants to be called for it");

    stage.wait(EMPTY_FOR.checked_sub(Duration::from_micros(1)).unwrap());
    stage.run_once();
    assert_eq!(sessions(&stage), ["main", "match-7"]);
    stage.wait(Duration::from_micros(1));
    assert_eq!(stage.run_once(), None);
    assert_eq!(sessions(&stage), ["main"]);

    let mut alice = stage.player("Alice", 0, "match-7");
    stage.settle(&mut [&mut alice]);
    assert!(alice.has_seen("joined"));
    assert_eq!(stage.statistics("match-7").1.packets_in, to_join, "nothing is left of the former one");
}

#[test]
fn what_a_session_counted_is_kept_when_it_ends() {
    let mut stage = stage();
    let mut counted = 0;
    for name in ["match-7", "match-8", "match-7"] {
        let mut alice = stage.player("Alice", 0, name);
        stage.settle(&mut [&mut alice]);
        let before = stage.session_loop.numbers(stage.now).ended_sessions.packets_in;
        assert_eq!(before, counted, "a session that runs is not among those that ended");
        counted += stage.statistics(name).1.packets_in;
        leave(&mut stage, alice);
        stage.wait(EMPTY_FOR);
        stage.run_once();
        assert_eq!(sessions(&stage), ["main"]);
        let numbers = stage.session_loop.numbers(stage.now);
        assert!(counted > before && numbers.ended_sessions.packets_in == counted, "{numbers:?}");
    }
}

#[test]
fn a_player_that_comes_back_in_time_keeps_the_session() {
    let mut stage = stage();
    let mut alice = stage.player("Alice", 0, "match-7");
    stage.settle(&mut [&mut alice]);
    let former = stage.statistics("match-7").1.packets_in;
    leave(&mut stage, alice);
    stage.wait(EMPTY_FOR / 2);
    let mut bob = stage.player("Bob", 0, "match-7");
    stage.settle(&mut [&mut bob]);
    assert!(stage.statistics("match-7").1.packets_in > former, "it is the same one");
    stage.wait(EMPTY_FOR);
    stage.settle(&mut [&mut bob]);
    assert_eq!((sessions(&stage).len(), &*bob.ends), (2, &[][..]), "no player left since");
}

#[test]
fn a_link_that_never_joins_leaves_no_session_behind() {
    let mut stage = stage();
    let mut newcomer = stage.networks[0].client("match-7");
    newcomer.connect(stage.now);
    stage.run_once();
    assert_eq!(sessions(&stage), ["main", "match-7"]);
    newcomer.disconnect(stage.now);
    stage.run_once();
    stage.run_once();
    assert_eq!(sessions(&stage), ["main"]);
}

#[test]
fn a_settled_session_stays_though_it_is_empty() {
    let mut stage = stage();
    let mut alice = stage.player("Alice", 0, "main");
    stage.settle(&mut [&mut alice]);
    leave(&mut stage, alice);
    stage.wait(EMPTY_FOR * 10);
    assert_eq!(stage.run_once(), None);
    assert_eq!(sessions(&stage), ["main"]);
}

#[test]
fn a_session_too_many_is_refused_with_a_reason_and_those_that_run_take_more_players() {
    let mut stage = stage();
    let mut players: Vec<Player> =
        (0..4).map(|number| stage.player("Alice", 0, &format!("match-{number}"))).collect();
    stage.settle(&mut players.iter_mut().collect::<Vec<_>>());
    assert_eq!(players[2].ends, [DisconnectReason::refused(b"(full-sessions max=3)")]);
    let mut bob = stage.player("Bob", 0, "match-0");
    stage.settle(&mut [&mut bob]);
    assert!(bob.has_seen("joined"));

    // A reload allows one more session.
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.on_demand = vec!["match-*".into()];
    settings.hosting.sessions_max = 4;
    stage.session_loop.reconfigure(stage.now, &settings);
    let mut carol = stage.player("Carol", 0, "match-9");
    stage.settle(&mut [&mut carol]);
    assert!(carol.has_seen("joined"));
}

#[test]
fn a_session_that_begins_later_has_the_rules_of_the_last_reload() {
    let mut stage = stage();
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.on_demand = vec!["match-*".into()];
    settings.limits.links = 1;
    stage.session_loop.reconfigure(stage.now, &settings);
    let mut alice = stage.player("Alice", 0, "match-7");
    let mut bob = stage.player("Bob", 0, "match-7");
    stage.settle(&mut [&mut alice, &mut bob]);
    assert!(alice.has_seen("joined") && !bob.has_seen("joined"));
}
