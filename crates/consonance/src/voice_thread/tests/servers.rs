//! A player loses its server, and another server has the same session.

use super::fallback::Meeting;
use super::*;
use crate::route::gate::{Gate, IDLE_TIMEOUT};
use crate::route::{Path, ServerAddress};

/// Alice at a server called "a", in a session that "b" has too; Bob speaks there. She knows both servers.
fn meeting(seed: u64) -> Meeting {
    let networks = [MemoryNetwork::new(), MemoryNetwork::new()];
    let named = |place: &str| ServerAddress { place: place.into(), address: place.into() };
    let gate = Gate::default();
    let first = Path::new(Box::new(gate.client(&networks[0], "main")));
    let other = networks[1].clone();
    let dial = move |address: &str| (address == "b").then(|| Path::new(Box::new(other.client("main"))));
    let name =
        |_: &ServerAddress, place: &str| Some(ServerAddress { place: place.into(), address: place.into() });
    let route = Route::to_servers((named("a"), first), Vec::new(), (Box::new(dial), name), seed);
    let mut meeting = Meeting::over(&networks, route, gate);
    meeting.run(Duration::from_secs(5), |kind| *kind == EventKind::PlayersSynced);
    meeting.run(Duration::from_secs(1), |_| false);
    let (server, now) = (&mut meeting.bench.servers[0], meeting.bench.now);
    let alice = meeting.bench.thread.client.id().expect("she is in");
    let told = server.as_mut().and_then(|server| {
        server.with_session(now, "main", |server, at| {
            server.announcements().tell_servers(at, alice, &["b", "a"])
        })
    });
    assert_eq!(told, Some(true));
    meeting.run(Duration::from_millis(100), |_| false);
    meeting
}

fn is_lost(kind: &EventKind) -> bool {
    matches!(kind, EventKind::ConnectionLost { .. })
}

#[test]
fn a_player_of_a_lost_server_has_its_place_at_another_one_and_the_others_notice_nothing() {
    let mut meeting = meeting(1);
    let (own, saw) = (meeting.bench.thread.client.id(), meeting.bob_saw.clone());
    meeting.gate.set_shut(true);
    let (told, _) = meeting.run(IDLE_TIMEOUT * 2, |kind| *kind == EventKind::Resumed);
    let changed = EventKind::ServerChanged { address: "b".to_owned() };
    assert!(told.contains(&changed) && told.contains(&EventKind::Resumed), "{told:?}");
    let (told, silence) = meeting.run(Duration::from_secs(30), |_| false);
    assert!(silence < Duration::from_millis(100), "she hears Bob: {silence:?}, {told:?}");
    assert_eq!((meeting.bench.thread.client.id(), &meeting.bob_saw), (own, &saw));
}

#[test]
fn a_player_of_a_lost_server_hears_the_others_again_within_two_seconds_of_noticing() {
    let mut lasted: Vec<Duration> = (0..30)
        .map(|seed| {
            let mut meeting = meeting(seed);
            meeting.gate.set_shut(true);
            meeting.run(IDLE_TIMEOUT * 2, is_lost);
            let (noticed, before) =
                (meeting.bench.now, meeting.bench.thread.client.statistics().frames_received);
            while meeting.bench.thread.client.statistics().frames_received == before {
                meeting.run(STEP, |_| false);
            }
            meeting.bench.now - noticed
        })
        .collect();
    lasted.sort_unstable();
    assert!(lasted.last() < Some(&Duration::from_secs(2)), "{lasted:?}");
}

#[test]
fn a_player_whose_server_shuts_down_goes_to_another_one_and_not_back() {
    let mut meeting = meeting(1);
    let saw = meeting.bob_saw.clone();
    meeting.gate.shut_down();
    let (told, _) = meeting.run(Duration::from_secs(3), |kind| *kind == EventKind::Resumed);
    assert!(told.contains(&EventKind::ServerChanged { address: "b".to_owned() }), "{told:?}");
    assert!(told.contains(&EventKind::Resumed), "{told:?}");
    assert_eq!((meeting.gate.attempts(), &meeting.bob_saw), (1, &saw));
}
