//! Limits of rooms: configured ones, and those that operators set.

use std::time::Duration;

use consonance_server::moderation::{By, Moderation};
use consonance_server::records::{Records, RecordsSettings, RoomDecision};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use consonance_session::{Restriction, RoomLimits, RoomPattern, Target};

use crate::session_loop::fixture::Fixture;
use crate::session_loop::player::Player;

fn by() -> By {
    By::new("Ann", "too loud")
}

/// Settings for the session `main` and on-demand sessions that begin with `match-`, with these records.
fn settings(records: &Records) -> SessionsSettings {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.on_demand = vec!["match-*".into()];
    settings.records = records.clone();
    settings
}

/// Records with an operator's decisions about a session, made on another server.
fn decided(session: &str, decide: impl FnOnce(&Moderation)) -> Records {
    let records = Records::in_memory(RecordsSettings::default());
    let mut settings = SessionsSettings::new([session]).unwrap();
    settings.records = records.clone();
    let server = DedicatedServer::start(SessionLoop::new(&settings));
    decide(&Moderation::new(server.handle(), records.clone()));
    server.stop();
    records
}

fn listeners(most: usize) -> RoomLimits {
    let mut limits = RoomLimits::new();
    limits.listeners = Some(most);
    limits
}

/// The number of listeners in a room.
fn listening(fixture: &Fixture, session: &str, room: &str) -> usize {
    let (_, server) = fixture.session_loop.servers().find(|(name, _)| *name == session).unwrap();
    server.tables().rooms().find(|row| row.name == room).map_or(0, |row| row.listeners.len())
}

/// Four players that try to enter all of these rooms, and are named after the first one.
fn four(fixture: &mut Fixture, session: &str, rooms: &[&str]) -> Vec<Player> {
    let player = |number| {
        let player = fixture.player(&format!("{} {number}", rooms[0]), 0, session);
        rooms.iter().fold(player, |player, room| player.listen(room))
    };
    let mut players: Vec<_> = (0..4).map(player).collect();
    fixture.settle(&mut players.iter_mut().collect::<Vec<_>>());
    players
}

#[test]
fn a_room_takes_as_many_listeners_as_the_configuration_says_from_the_beginning_and_after_a_reload() {
    let mut settings = settings(&Records::in_memory(RecordsSettings::default()));
    settings.room_limits = vec![("duel*".into(), listeners(2))];
    let mut fixture = Fixture::with_settings(&settings, 1);
    let _players = ["main", "match-7"].map(|session| four(&mut fixture, session, &["duel-1", "lobby"]));
    for session in ["main", "match-7"] {
        assert_eq!(["duel-1", "lobby"].map(|room| listening(&fixture, session, room)), [2, 4], "{session}");
    }
    settings.room_limits = vec![("duel*".into(), listeners(3))];
    let now = fixture.now;
    fixture.session_loop.reconfigure(now, &settings);
    let _later = ["main", "match-8"].map(|session| four(&mut fixture, session, &["duel-2"]));
    assert_eq!(["main", "match-8"].map(|session| listening(&fixture, session, "duel-2")), [3, 3]);
}

#[test]
fn decisions_take_precedence_over_the_configuration_names_over_patterns_and_longer_patterns_over_shorter_ones()
 {
    let limit = |most| Some(RoomDecision { listeners_max: Some(most), ..RoomDecision::default() });
    let records = decided("main", |moderation| {
        for (room, most) in [("du*", 1), ("duel-*", 2), ("duel-9", 3)] {
            moderation.limit_room(&by(), "main", room, limit(most)).unwrap();
        }
    });
    let mut settings = settings(&records);
    settings.room_limits = vec![(RoomPattern::from("duel-9"), listeners(0)), ("*".into(), listeners(0))];
    let mut fixture = Fixture::with_settings(&settings, 1);
    let rooms = ["lobby", "dusk", "duel-1", "duel-9"];
    let _players = four(&mut fixture, "main", &rooms);
    assert_eq!(rooms.map(|room| listening(&fixture, "main", room)), [0, 1, 2, 3]);
    let _elsewhere = four(&mut fixture, "match-7", &["dusk"]);
    assert_eq!(listening(&fixture, "match-7", "dusk"), 0, "it was decided about another session");
}

#[test]
fn a_session_on_demand_starts_with_the_decisions_made_during_its_previous_run() {
    let records = decided("match-7", |moderation| {
        moderation.impose(&by(), "match-7", &"Alice".into(), Restriction::Muted, None).unwrap();
        moderation.slow_texts(&by(), "match-7", Some(60)).unwrap();
    });
    let mut fixture = Fixture::with_settings(&settings(&records), 1);
    for (session, muted, held) in [("match-7", 1, 1), ("match-8", 0, 0)] {
        let mut alice = fixture.player("Alice", 0, session).talk("lobby");
        let mut bob = fixture.player("Bob", 0, session).listen("lobby");
        fixture.settle(&mut [&mut alice, &mut bob]);
        alice.client.send_voice(b"frame").unwrap();
        for _ in 0..2 {
            alice.client.send_text(&Target::Room("lobby".into()), "hello").unwrap();
            fixture.wait(Duration::from_secs(1));
        }
        fixture.settle(&mut [&mut alice, &mut bob]);
        let counted = fixture.statistics(session).1;
        assert_eq!((counted.voice_muted, counted.texts_rate_limited), (muted, held), "{session}");
        assert_eq!(bob.seen.iter().any(|line| line.contains("says")), muted == 0, "{session}");
    }
}
