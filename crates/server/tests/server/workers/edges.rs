//! One session, with links on all workers: it works as if they were on one.

use std::collections::BTreeSet;
use std::time::Duration;

use consonance_inspector::{Inspected as _, ServedPlayer};
use consonance_link::{EndCode, ThirdPartyClient};
use consonance_server::SessionsSettings;

use crate::workers::fixture::{Fixture, Player, wait_until};

const WORKERS: usize = 3;

const NAMES: [&str; WORKERS] = ["Alice", "Bob", "Carol"];

/// A player of one session at each worker; the first is at the worker that owns the session.
fn players(fixture: &Fixture) -> Vec<Player> {
    let mut players: Vec<Player> = NAMES
        .into_iter()
        .enumerate()
        .map(|(worker, name)| fixture.player_of_worker(worker, name, "main"))
        .collect();
    wait_until("all know each other", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all.iter().all(|player| {
            player.client.players().iter().filter(|other| other.rooms == ["lobby"]).count() == 3
        })
    });
    players
}

#[test]
fn all_hear_each_other_whichever_workers_they_are_at() {
    let fixture = Fixture::new(&["main"], WORKERS);
    let mut players = players(&fixture);
    for (player, name) in players.iter_mut().zip(NAMES) {
        player.say(name.as_bytes());
    }
    wait_until("all hear the others", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all.iter().all(|player| player.heard.len() == 2)
    });
    for (player, own) in players.iter().zip(NAMES) {
        let heard: BTreeSet<&[u8]> = player.heard.iter().map(Vec::as_slice).collect();
        let others = NAMES.into_iter().filter(|name| *name != own);
        assert_eq!(heard, others.map(str::as_bytes).collect());
    }
}

#[test]
fn what_one_says_arrives_in_order_at_every_worker() {
    let fixture = Fixture::new(&["main"], WORKERS);
    let mut players = players(&fixture);
    for number in 0..200_u8 {
        players[1].say(&[number]);
    }
    wait_until("all of it is heard", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        [0, 2].iter().all(|player| all[*player].heard.last().is_some_and(|frame| *frame == [199]))
    });
    for player in [0, 2] {
        let heard: Vec<u8> = players[player].heard.iter().map(|frame| frame[0]).collect();
        assert!(heard.is_sorted(), "{heard:?}");
        assert!(heard.len() > 150, "{} of 200 frames", heard.len());
    }
}

#[test]
fn a_player_that_leaves_or_is_lost_at_one_worker_is_gone_for_all() {
    let fixture = Fixture::new(&["main"], WORKERS);
    let mut players = players(&fixture);
    let mut carol = players.pop().unwrap();
    carol.leave();
    wait_until("she is gone", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all.iter().all(|player| player.client.players().iter().all(|other| other.name != "Carol"))
    });
    let handle = fixture.server.handle();
    let links = || handle.ask_all(|session_loop, _| session_loop.links());
    wait_until("two links are left", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        links() == [Ok(1), Ok(1), Ok(0)]
    });
    drop(players.pop());
    wait_until("one is left", &mut [&mut players[0]], |_| links() == [Ok(1), Ok(0), Ok(0)]);
}

#[test]
fn a_player_whose_link_is_lost_at_one_worker_has_its_place_back_at_another() {
    let fixture = Fixture::new(&["main"], WORKERS);
    let mut players = players(&fixture);
    let id = players[1].client.id();
    players[1].lose_link(fixture.network(2).client("main"));
    players[1].come_back();
    wait_until("he is back", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all[1].told.contains(&"resumed".to_owned())
    });
    assert_eq!(players[1].client.id(), id);
    players[1].say(b"back");
    wait_until("he is heard", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        [0, 2].iter().all(|player| all[*player].heard.contains(&b"back".to_vec()))
    });
}

#[test]
fn a_session_on_demand_begins_with_a_client_at_any_worker_and_ends_with_the_last_one() {
    let mut settings = SessionsSettings::new(["other"]).unwrap();
    settings.on_demand = vec!["match".into()];
    settings.hosting.empty_for = Duration::ZERO;
    let fixture = Fixture::with_settings(&settings, WORKERS);
    let owner = fixture.place("match");
    let mut player = fixture.player_of_worker((owner + 1) % WORKERS, "Alice", "match");
    wait_until("she is in", &mut [&mut player], |all| all[0].has_joined);
    assert_eq!(fixture.server.handle().sessions(), ["match", "other"]);
    player.leave();
    wait_until("it has ended", &mut [&mut player], |_| fixture.server.handle().sessions() == ["other"]);
}

#[test]
fn the_inspector_shows_over_which_network_a_player_at_another_worker_is() {
    let fixture = Fixture::new(&["main"], WORKERS);
    let mut players = players(&fixture);
    let inspection = fixture.server.inspection();
    let networks = || -> Vec<Option<String>> {
        let snapshot = inspection.snapshot();
        let sessions = &snapshot.server().unwrap().sessions;
        let players = sessions.iter().flat_map(|session| &session.players);
        players.map(|player| player.network.clone()).collect()
    };
    wait_until("all are shown", &mut players.iter_mut().collect::<Vec<_>>(), |_| networks().len() == 3);
    assert_eq!(networks(), vec![Some("memory".to_owned()); 3]);
}

#[test]
fn the_inspector_shows_the_state_of_a_third_party_client_at_another_worker() {
    let fixture = Fixture::new(&["main"], WORKERS);
    let mut players = players(&fixture);
    let shown = ThirdPartyClient {
        client: "1.5.735, Other".to_owned(),
        self_mute: true,
        listening: vec!["team".to_owned()],
        is_tunnelled: true,
        voice: Some(Duration::from_millis(700)),
        ..ThirdPartyClient::default()
    };
    players.push(fixture.third_party_user_of_worker(1, "Mia", shown, "main"));
    let inspection = fixture.server.inspection();
    let mia = || -> Option<ServedPlayer> {
        let snapshot = inspection.snapshot();
        let sessions = &snapshot.server().unwrap().sessions;
        sessions.iter().flat_map(|session| &session.players).find(|player| player.name == "Mia").cloned()
    };
    // Her worker is asked at the first look.
    wait_until("her state is known", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        mia().is_some_and(|mia| mia.third_party.is_some())
    });
    let mia = mia().unwrap();
    let told = mia.third_party.unwrap();
    assert_eq!((&*told.client, told.self_mute, told.is_tunnelled), ("1.5.735, Other", true, true));
    assert_eq!((told.room, told.listening, told.voice_ms_ago), (None, vec!["team".to_owned()], Some(700)));
    assert_eq!(mia.voice_path.as_deref(), Some("through memory's control channel over TCP, not by UDP"));
}

#[test]
fn when_the_server_stops_players_at_every_worker_are_told() {
    let fixture = Fixture::new(&["main"], WORKERS);
    let mut players = players(&fixture);
    fixture.server.stop();
    wait_until("all are told", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all.iter().all(|player| player.end.is_some())
    });
    for player in players {
        let code = player.end.and_then(|end| end.end_reason()).map(|reason| reason.code);
        // Either reason is possible: the owner ends the session while the edges shut down their networks.
        assert!(matches!(code, Some(EndCode::SessionEnded | EndCode::ShuttingDown)), "{code:?}");
    }
}
