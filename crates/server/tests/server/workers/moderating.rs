//! Operators' actions from other threads, while players talk.

use std::time::Duration;

use consonance_server::audit::AuditQuery;
use consonance_server::moderation::{By, Moderation, ModerationError, Outcome, PlayerRef};
use consonance_server::records::{Records, RecordsSettings, RoomDecision, SessionRooms};
use consonance_server::{DrainPlan, SessionLoop, SessionsSettings, store::Stored};
use consonance_session::{Restriction, RoomRights};

use crate::workers::fixture::{Fixture, Player, wait_until};

/// Two sessions on two workers, with Alice and Bob in "red"; Alice's link is at the other worker.
pub(crate) struct Scene {
    pub(crate) fixture: Fixture,
    pub(crate) moderation: Moderation,
    pub(crate) alice: Player,
    pub(crate) bob: Player,
}

pub(crate) fn scene(records: Records) -> Scene {
    let mut settings = SessionsSettings::new(["red", "blue"]).unwrap();
    settings.records = records.clone();
    let fixture = Fixture::with_settings(&settings, 2);
    let moderation = Moderation::new(fixture.server.handle(), records);
    let mut alice = fixture.player_of_worker(1, "Alice", "red");
    wait_until("Alice joins", &mut [&mut alice], |players| players[0].has_joined);
    let mut bob = fixture.player_of_worker(0, "Bob", "red");
    wait_until("both join", &mut [&mut alice, &mut bob], |players| {
        players.iter().all(|player| player.knows_two_listeners())
    });
    Scene { fixture, moderation, alice, bob }
}

fn in_memory() -> Records {
    Records::in_memory(RecordsSettings::default())
}

pub(crate) fn by() -> By {
    By::new("Ann", "too loud")
}

fn actions(moderation: &Moderation) -> Vec<String> {
    let page = moderation.audit(&AuditQuery::default());
    page.entries.iter().map(|entry| format!("{} {}: {}", entry.action, entry.target, entry.result)).collect()
}

/// Whether Alice is not heard, although Bob, speaking after her, is.
fn is_silent(alice: &mut Player, bob: &mut Player) -> bool {
    bob.heard.clear();
    alice.say(b"not heard");
    bob.say(b"heard");
    wait_until("Alice hears Bob", &mut [alice, bob], |players| players[0].heard.contains(&b"heard".to_vec()));
    alice.heard.clear();
    bob.heard.is_empty()
}

#[test]
fn a_player_is_muted_told_and_given_its_voice_back_and_each_deed_is_in_the_audit_log() {
    let Scene { fixture: _stage, moderation, mut alice, mut bob } = scene(in_memory());
    let done = moderation.impose(&by(), "red", &"Alice".into(), Restriction::Muted, None).unwrap();
    assert_eq!((done.outcome, done.stored), (Outcome::Notified, Stored::InMemory));
    wait_until("Alice is told", &mut [&mut alice, &mut bob], |players| !players[0].told.is_empty());
    assert_eq!(alice.told, ["Muted: too loud"]);
    assert!(is_silent(&mut alice, &mut bob));
    let players = moderation.players("red").unwrap();
    let muted = players[0].restrictions.terms(Restriction::Muted);
    assert_eq!(muted.map(|terms| &*terms.origin.by), Some("Ann"));
    moderation.lift(&by(), "red", &"Alice".into(), Restriction::Muted).unwrap();
    wait_until("Alice is told", &mut [&mut alice, &mut bob], |players| players[0].told.len() == 2);
    alice.say(b"again");
    wait_until("Bob hears her", &mut [&mut alice, &mut bob], |players| {
        players[1].heard.contains(&b"again".to_vec())
    });
    assert_eq!(actions(&moderation), ["unmute Alice: notified", "mute Alice: notified"]);
}

#[test]
fn a_deed_by_any_spelling_of_a_name_reaches_the_player_of_that_name() {
    let Scene { fixture: _stage, moderation, alice: _alice, bob: _bob } = scene(in_memory());
    let done = moderation.impose(&by(), "red", &"ALICE".into(), Restriction::Muted, None).unwrap();
    assert_eq!(done.outcome, Outcome::Notified);
    let players = moderation.players("red").unwrap();
    let muted: Vec<_> =
        players.iter().filter(|player| player.restrictions.terms(Restriction::Muted).is_some()).collect();
    assert_eq!(muted.len(), 1, "{players:?}");
    moderation.kick(&by(), "red", &"\u{0410}lice".into()).unwrap();
    let left: Vec<_> = moderation.players("red").unwrap().into_iter().map(|player| player.name).collect();
    assert_eq!(left, ["Bob"]);
    moderation.lift(&by(), "red", &"aLiCe".into(), Restriction::Muted).unwrap();
    assert!(moderation.restrictions("red", &"Alice".into()).unwrap().is_clear());
    let ban = moderation.ban(&by(), consonance_server::bans::BanTarget::Name("B0b".into()), None).unwrap();
    assert_eq!(ban.expelled.len(), 1, "{ban:?}");
}

#[test]
fn an_absent_player_is_muted_when_it_joins() {
    let Scene { fixture, moderation, mut alice, bob: _bob } = scene(in_memory());
    let done = moderation.impose(&by(), "red", &"Carol".into(), Restriction::Muted, None).unwrap();
    assert_eq!(done.outcome, Outcome::AbsentName);
    let mut carol = fixture.player("Carol", "red");
    wait_until("Carol is told", &mut [&mut carol, &mut alice], |players| !players[0].told.is_empty());
    assert!(
        moderation.restricted_players("red").len() == 1 && moderation.restricted_players("blue").is_empty()
    );
}

#[test]
fn what_is_decided_about_an_account_in_a_session_that_is_not_there_changes_nothing() {
    let records = in_memory();
    let account = PlayerRef::Subject("A7".into());
    {
        let mut settings = SessionsSettings::new(["pink"]).unwrap();
        settings.records = records.clone();
        let fixture = Fixture::with_settings(&settings, 1);
        let moderation = Moderation::new(fixture.server.handle(), records.clone());
        let done = moderation.impose(&by(), "pink", &account, Restriction::Muted, None).unwrap();
        assert_eq!(done.outcome, Outcome::Absent);
    }
    let Scene { fixture: _stage, moderation, .. } = scene(records);
    let before = moderation.restricted_players("pink");
    assert_eq!(before.len(), 1);
    let denied = RoomRights { listen: None, speak: Some(false) };
    for refused in [
        moderation.impose(&by(), "pink", &account, Restriction::Deafened, None),
        moderation.lift(&by(), "pink", &account, Restriction::Muted),
        moderation.set_room_rights(&by(), "pink", &account, "lobby", denied),
    ] {
        assert_eq!(refused, Err(ModerationError::NoSession { session: "pink".into() }));
    }
    assert_eq!(moderation.restricted_players("pink"), before);
}

#[test]
fn a_kicked_player_is_gone_and_what_cannot_be_done_says_why() {
    let Scene { fixture: _stage, moderation, mut alice, mut bob } = scene(in_memory());
    let kick = |session: &str, player: &str| moderation.kick(&by(), session, &player.into());
    assert_eq!(kick("red", "Alice").unwrap().outcome, Outcome::Notified);
    wait_until("Alice is gone", &mut [&mut alice, &mut bob], |players| players[0].end.is_some());
    assert_eq!(alice.told, ["kicked: too loud"]);
    assert!(words(kick("red", "Alice")).contains("no player \"Alice\" in the session \"red\""));
    assert!(words(kick("pink", "Bob")).contains("unknown session \"pink\""));
    let removed = moderation.remove_from_room(&by(), "red", &"Bob".into(), "vip");
    assert!(words(removed).contains("does not listen to the room \"vip\""));
    let past = moderation.impose(&by(), "red", &"Bob".into(), Restriction::Deafened, Some(1));
    assert_eq!(past, Err(ModerationError::EndsInThePast));
    assert_eq!(actions(&moderation).len(), 5, "what was not done is in the log, too");
}

#[test]
fn a_player_is_moved_and_its_rooms_are_seen_from_outside() {
    let Scene { fixture: _stage, moderation, mut alice, mut bob } = scene(in_memory());
    let done = moderation.move_player(&by(), "red", &"Alice".into(), "lobby", "jail").unwrap();
    assert_eq!(done.outcome, Outcome::Moved);
    wait_until("Alice is there", &mut [&mut alice, &mut bob], |_| {
        moderation.rooms("red").unwrap().iter().any(|room| room.name == "jail" && room.listeners == ["Alice"])
    });
    let denied = RoomRights { listen: Some(false), speak: Some(false) };
    moderation.set_room_rights(&by(), "red", &"Alice".into(), "jail", denied).unwrap();
    wait_until("Alice is out again", &mut [&mut alice, &mut bob], |_| {
        moderation.players("red").unwrap()[0].rooms.is_empty()
    });
    let back = moderation.move_player(&by(), "red", &"Bob".into(), "lobby", "lobby");
    assert_eq!(back.unwrap().outcome, Outcome::Moved);
}

#[test]
fn rooms_are_limited_while_the_session_runs_and_go_back_to_the_configuration() {
    let Scene { fixture, moderation, mut alice, mut bob } = scene(in_memory());
    let one = RoomDecision { speakers_max: Some(0), ..RoomDecision::default() };
    moderation.limit_room(&by(), "red", "lobby", Some(one)).unwrap();
    alice.say(b"not heard");
    wait_until("she is refused", &mut [&mut alice, &mut bob], |_| {
        let refused =
            |worker: &mut SessionLoop, _| worker.statistics().map(|(.., it)| it.speakers_limited).sum();
        fixture.server.handle().ask_session("red", refused) == Ok(1_u64)
    });
    moderation.limit_room(&by(), "red", "lobby", None).unwrap();
    alice.say(b"heard");
    wait_until("Bob hears her", &mut [&mut alice, &mut bob], |players| !players[1].heard.is_empty());
    assert_eq!(bob.heard, [b"heard"]);
    moderation.slow_texts(&by(), "red", Some(60)).unwrap();
    assert_eq!(moderation.room_decisions("red").text_every_s, Some(60));
    moderation.slow_texts(&by(), "red", None).unwrap();
    let pink = moderation.slow_texts(&by(), "pink", None);
    assert!(matches!(pink, Err(ModerationError::NoSession { .. })));
    assert_eq!(moderation.room_decisions("red"), SessionRooms::default());
}

#[test]
fn rooms_of_one_session_are_decided_about_up_to_a_limit() {
    let Scene { fixture: _stage, moderation, .. } = scene(in_memory());
    let limit = |room: &str| {
        let one = RoomDecision { listeners_max: Some(1), ..RoomDecision::default() };
        moderation.limit_room(&by(), "red", room, Some(one)).map(drop)
    };
    for number in 0..SessionRooms::ROOMS_MAX {
        limit(&format!("room {number}")).unwrap();
    }
    assert!(matches!(limit("one more"), Err(ModerationError::Records(_))));
    assert_eq!(moderation.room_decisions("red").rooms.len(), SessionRooms::ROOMS_MAX);
}

#[test]
fn sessions_are_listed_and_players_with_where_they_are() {
    let Scene { fixture: _stage, moderation, alice: _alice, bob: _bob } = scene(in_memory());
    let sessions: Vec<_> =
        moderation.sessions().into_iter().map(|session| (session.name, session.players)).collect();
    assert_eq!(sessions, [("blue".to_owned(), 0), ("red".to_owned(), 2)]);
    let rooms: Vec<_> =
        moderation.players("red").unwrap().into_iter().map(|row| (row.name, row.rooms)).collect();
    let lobby = vec!["lobby".to_owned()];
    assert_eq!(rooms, [("Alice".to_owned(), lobby.clone()), ("Bob".to_owned(), lobby)]);
    assert!(moderation.reset(&by(), "red", &PlayerRef::Name("Bob".into())).is_ok());
    assert!(matches!(moderation.players("pink"), Err(ModerationError::NoSession { .. })));
}

#[test]
fn only_what_is_recorded_is_said_to_be_when_a_worker_does_not_answer() {
    let Scene { fixture, moderation, .. } = scene(in_memory());
    fixture.server.stop();
    let (account, one) =
        (PlayerRef::Subject("A7".into()), RoomDecision { text_every_s: Some(9), ..RoomDecision::default() });
    let bob = PlayerRef::Name("Bob".into());
    let plan = DrainPlan { ends_in: Duration::from_mins(1), redirect: None, window: Duration::ZERO };
    for done in [
        words(moderation.kick(&by(), "red", &account)),
        words(moderation.move_player(&by(), "red", &account, "lobby", "jail")),
        words(moderation.reset(&by(), "red", &account)),
        words(moderation.impose(&by(), "red", &bob, Restriction::Muted, None)),
        words(moderation.start_recording(&by(), "red")),
        words(moderation.stop_recording(&by(), "red")),
        words(moderation.players("red")),
        words(moderation.drain(&by(), &plan)),
    ] {
        assert_eq!(done, "worker 0 has stopped: the server is shutting down");
    }
    assert!(
        moderation.restricted_players("red").is_empty()
            && moderation.room_decisions("red") == SessionRooms::default()
    );
    for done in [
        moderation.impose(&by(), "red", &account, Restriction::Muted, None),
        moderation.limit_room(&by(), "red", "lobby", Some(one)),
    ] {
        let expected = "worker 0 has stopped: the server is shutting down; the decision is recorded";
        assert_eq!(words(done), expected);
    }
    assert_eq!(moderation.restricted_players("red").len(), 1);
    assert!(moderation.room_decisions("red").rooms.contains_key("lobby"));
}

fn words<T>(result: Result<T, ModerationError>) -> String {
    result.map(drop).unwrap_err().to_string()
}
