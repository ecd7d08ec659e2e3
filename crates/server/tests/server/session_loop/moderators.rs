//! Players whose join tokens permit moderation.

use std::time::Duration;

use consonance_server::audit::{AuditEntry, AuditQuery};
use consonance_server::bans::BanTarget;
use consonance_server::moderation::{By, Moderation};
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::store::Stored;
use consonance_server::token::{Claims, Key};
use consonance_server::{Admission, DedicatedServer, JoiningSettings, SessionLoop, SessionsSettings};
use consonance_session::{Capabilities, Instant, ModeratorAction};
use consonance_testing::folder::path_of_test;

use crate::session_loop::fixture::Fixture;
use crate::session_loop::player::Player;
use crate::session_loop::tokens::in_an_hour;

struct Scene {
    fixture: Fixture,
    key: Key,
    records: Records,
}

fn scene() -> Scene {
    scene_with(Records::in_memory(RecordsSettings::default()))
}

fn scene_with(records: Records) -> Scene {
    let key = Key::generate_ed25519().unwrap();
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    let mut joining = JoiningSettings::default();
    joining.token_keys = vec![key.public().unwrap()];
    settings.admission = Admission::new(joining);
    settings.records = records.clone();
    Scene { fixture: Fixture::with_settings(&settings, 1), key, records }
}

impl Scene {
    /// A player that listens and speaks in the lobby.
    fn player(&self, name: &str, is_moderator: bool) -> Player {
        let claims = Claims {
            name: Some(name.into()),
            subject: Some(format!("account of {name}")),
            expires_at: in_an_hour(),
            moderator: is_moderator,
            ..Claims::default()
        };
        let token = self.key.sign(&claims).unwrap();
        self.fixture.player_of_ours(name, &token, "main").listen("lobby").talk("lobby")
    }

    fn log(&self) -> Vec<String> {
        lines(&self.records)
    }
}

/// The audit log's actions, operators and targets, newest first.
fn lines(records: &Records) -> Vec<String> {
    let page = records.audit(&AuditQuery::default());
    let line =
        |entry: AuditEntry| format!("{}: {} {}: {}", entry.by, entry.action, entry.target, entry.result);
    page.entries.into_iter().map(line).collect()
}

const MUTE: ModeratorAction = ModeratorAction::Mute { lasts: Some(Duration::from_mins(1)) };

#[test]
fn a_moderator_mutes_moves_and_kicks_and_the_audit_log_names_the_subject_of_its_token() {
    let mut scene = scene();
    let (mut ann, mut bob) = (scene.player("Ann", true), scene.player("Bob", false));
    scene.fixture.settle(&mut [&mut ann, &mut bob]);
    assert!(ann.client.server().can(Capabilities::MODERATORS));
    ann.client.moderate("Bob", &MUTE, "too loud").unwrap();
    scene.fixture.settle(&mut [&mut ann, &mut bob]);
    assert!(bob.has_seen("Muted: too loud"), "{:?}", bob.seen);
    bob.client.send_voice(b"not heard").unwrap();
    ann.client.moderate("Bob", &ModeratorAction::Unmute, "").unwrap();
    scene.fixture.settle(&mut [&mut ann, &mut bob]);
    assert!(bob.has_seen("Muted: no longer"), "{:?}", bob.seen);
    let jail = ModeratorAction::Move { from: "lobby".into(), to: "jail".into() };
    ann.client.moderate("Bob", &jail, "").unwrap();
    scene.fixture.settle(&mut [&mut ann, &mut bob]);
    assert!(bob.has_seen("moved from lobby to jail") && ann.has_seen("Bob entered jail"), "{:?}", ann.seen);
    ann.client.moderate("Bob", &jail, "").unwrap();
    ann.client.moderate("Bob", &ModeratorAction::Kick, "enough").unwrap();
    scene.fixture.settle(&mut [&mut ann, &mut bob]);
    assert!(bob.has_seen("kicked: enough") && ann.has_seen("Bob left"), "{:?}", bob.seen);
    assert!(!ann.seen.iter().any(|line| line.contains("says")), "{:?}", ann.seen);
    let answers: Vec<_> =
        ann.seen.iter().filter_map(|line| line.split_once(" Bob: ")).map(|it| it.1).collect();
    assert_eq!(answers, ["Done", "Done", "Done", "NotInRoom", "Done"]);
    let actions = [
        "kick Bob: done",
        "move Bob: the player does not listen to the room",
        "move Bob: done",
        "unmute Bob: done",
        "mute Bob: done",
    ];
    assert_eq!(scene.log(), actions.map(|action| format!("subject account of Ann as Ann: {action}")));
}

#[test]
fn a_mute_holds_for_the_player_and_not_for_the_visit() {
    let mut scene = scene();
    let (mut ann, mut bob) = (scene.player("Ann", true), scene.player("Bob", false));
    scene.fixture.settle(&mut [&mut ann, &mut bob]);
    ann.client.moderate("Bob", &MUTE, "too loud").unwrap();
    ann.client.moderate("Bob", &ModeratorAction::Kick, "").unwrap();
    scene.fixture.settle(&mut [&mut ann, &mut bob]);
    let mut again = scene.player("Bob", false);
    scene.fixture.settle(&mut [&mut ann, &mut again]);
    assert!(again.has_seen("joined") && again.has_seen("Muted: too loud"), "{:?}", again.seen);
}

#[test]
fn a_player_that_is_not_a_moderator_is_told_so_and_nothing_happens() {
    let mut scene = scene();
    let (mut ann, mut bob) = (scene.player("Ann", false), scene.player("Bob", true));
    let mut carol = scene.player("Carol", true);
    scene.fixture.settle(&mut [&mut ann, &mut bob, &mut carol]);
    ann.client.moderate("Carol", &ModeratorAction::Kick, "").unwrap();
    bob.client.moderate("Carol", &ModeratorAction::Kick, "").unwrap();
    bob.client.moderate("Dave", &ModeratorAction::Unmute, "").unwrap();
    scene.fixture.settle(&mut [&mut ann, &mut bob, &mut carol]);
    assert!(ann.has_seen("Kick Carol: NotModerator"), "{:?}", ann.seen);
    assert!(bob.has_seen("Kick Carol: Protected") && bob.has_seen("Unmute Dave: NoPlayer"), "{:?}", bob.seen);
    assert!(!carol.seen.iter().any(|line| line.contains("kicked")) && scene.log().is_empty());
    let (clients, counters) = scene.fixture.statistics("main");
    assert_eq!((clients, counters.moderator_requests, counters.moderator_requests_refused), (3, 3, 3));
}

#[test]
fn endless_requests_are_dropped_and_counted_and_do_not_affect_others() {
    let mut scene = scene();
    let (mut ann, mut bob) = (scene.player("Ann", true), scene.player("Bob", false));
    scene.fixture.settle(&mut [&mut ann, &mut bob]);
    let mut sent = 0;
    for _ in 0..10 {
        while ann.client.moderate("Bob", &ModeratorAction::Unmute, "").is_ok() {
            sent += 1;
        }
        scene.fixture.settle(&mut [&mut ann, &mut bob]);
    }
    let (clients, counters) = scene.fixture.statistics("main");
    assert!(sent > counters.moderator_requests && counters.reports_limited > 0, "{sent} {counters:?}");
    assert_eq!((clients, scene.log().len() as u64), (2, counters.moderator_requests));
}

#[test]
fn what_operators_did_stays_in_the_audit_log_however_much_moderators_ask_for() {
    let folder = path_of_test("moderators");
    let mut settings = RecordsSettings::default();
    settings.audit_entries_max = 10;
    for is_on_disk in [false, true] {
        let records =
            if is_on_disk { Records::open(&folder, settings).unwrap() } else { Records::in_memory(settings) };
        let mut scene = scene_with(records);
        let log_of_bans = ban_four_players(&scene.records);
        let mut ann = scene.player("Ann", true);
        scene.fixture.settle(&mut [&mut ann]);
        for _ in 0..20 {
            ann.client.moderate("Ann", &MUTE, "").unwrap();
            scene.fixture.wait(Duration::from_secs(1));
            scene.fixture.settle(&mut [&mut ann]);
        }
        let log = scene.log();
        assert_eq!((log.len(), &log[6..]), (10, &log_of_bans[..]), "on the disk: {is_on_disk}");
        assert!(log[..6].iter().all(|line| line == "subject account of Ann as Ann: mute Ann: done"));
        let newest = ban_four_players(&scene.records);
        let log = scene.log();
        assert_eq!(
            (log.len(), &log[..4], &log[9..]),
            (10, &newest[..], &log_of_bans[..1]),
            "half of it is moderators'"
        );
        if is_on_disk {
            assert_eq!(scene.records.flush(Duration::from_secs(30)), Stored::OnDisk);
            drop(scene);
            let records = Records::open(&folder, settings).unwrap();
            assert_eq!(lines(&records), log, "after a restart");
            assert_eq!(ban_four_players(&records), newest);
        }
    }
}

/// An operator bans four players; returns the resulting log entries.
fn ban_four_players(records: &Records) -> Vec<String> {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.records = records.clone();
    let server = DedicatedServer::start(SessionLoop::new(&settings));
    let moderation = Moderation::new(server.handle(), records.clone());
    for number in 0..4 {
        moderation.ban(&By::new("Olga", ""), BanTarget::Name(format!("player {number}")), None).unwrap();
    }
    server.stop();
    lines(records).into_iter().take(4).collect()
}

#[test]
fn a_moderator_that_loses_the_session_is_told_that_nothing_will_be_answered() {
    let mut scene = scene();
    let (mut ann, mut bob) = (scene.player("Ann", true), scene.player("Bob", false));
    assert!(ann.client.moderate("Bob", &ModeratorAction::Kick, "").is_err(), "not in a session yet");
    scene.fixture.settle(&mut [&mut ann, &mut bob]);
    ann.client.moderate("Bob", &ModeratorAction::Kick, "").unwrap();
    ann.client.stop(Instant::from_millis(1));
    ann.run_once(scene.fixture.now);
    assert!(ann.has_seen("Kick Bob: Failed"), "{:?}", ann.seen);
}
