//! Players whose join tokens say that they may moderate.

use std::time::Duration;

use consonance_server::audit::AuditQuery;
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::token::{Claims, Key};
use consonance_server::{Admission, JoiningSettings, SessionsSettings};
use consonance_session::{Instant, ModeratorAction};

use crate::player::Player;
use crate::stage::Stage;
use crate::tokens::in_an_hour;

struct Scene {
    stage: Stage,
    key: Key,
    records: Records,
}

fn scene() -> Scene {
    let key = Key::generate_ed25519().unwrap();
    let records = Records::in_memory(RecordsSettings::default());
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    let mut joining = JoiningSettings::default();
    joining.token_keys = vec![key.public().unwrap()];
    settings.admission = Admission::new(joining);
    settings.records = records.clone();
    Scene { stage: Stage::with_settings(&settings, 1), key, records }
}

impl Scene {
    /// Somebody in the lobby, where it speaks, too.
    fn player(&self, name: &str, is_moderator: bool) -> Player {
        let claims = Claims {
            name: Some(name.into()),
            subject: Some(format!("account of {name}")),
            expires_at: in_an_hour(),
            moderator: is_moderator,
            ..Claims::default()
        };
        let token = self.key.sign(&claims).unwrap();
        self.stage.player_of_ours(name, &token, "main").listen("lobby").talk("lobby")
    }

    /// What was done, by whom and to whom.
    fn log(&self) -> Vec<String> {
        let page = self.records.audit(&AuditQuery::default());
        let line = |entry: consonance_server::audit::AuditEntry| {
            format!("{}: {} {}: {}", entry.actor, entry.action, entry.target, entry.result)
        };
        page.entries.into_iter().map(line).collect()
    }
}

const MUTE: ModeratorAction = ModeratorAction::Mute { lasts: Some(Duration::from_mins(1)) };

#[test]
fn a_moderator_mutes_moves_and_kicks_and_the_audit_log_names_the_subject_of_its_token() {
    let mut scene = scene();
    let (mut ann, mut bob) = (scene.player("Ann", true), scene.player("Bob", false));
    scene.stage.settle(&mut [&mut ann, &mut bob]);
    assert!(ann.client.can_moderate());
    ann.client.moderate("Bob", &MUTE, "too loud").unwrap();
    scene.stage.settle(&mut [&mut ann, &mut bob]);
    assert!(bob.has_seen("Muted: too loud"), "{:?}", bob.seen);
    bob.client.send_voice(b"not heard").unwrap();
    ann.client.moderate("Bob", &ModeratorAction::Unmute, "").unwrap();
    scene.stage.settle(&mut [&mut ann, &mut bob]);
    assert!(bob.has_seen("Muted: no longer"), "{:?}", bob.seen);
    let jail = ModeratorAction::Move { from: "lobby".into(), to: "jail".into() };
    ann.client.moderate("Bob", &jail, "").unwrap();
    scene.stage.settle(&mut [&mut ann, &mut bob]);
    assert!(bob.has_seen("moved from lobby to jail") && ann.has_seen("Bob entered jail"), "{:?}", ann.seen);
    ann.client.moderate("Bob", &jail, "").unwrap();
    ann.client.moderate("Bob", &ModeratorAction::Kick, "enough").unwrap();
    scene.stage.settle(&mut [&mut ann, &mut bob]);
    assert!(bob.has_seen("kicked: enough") && ann.has_seen("Bob left"), "{:?}", bob.seen);
    assert!(!ann.seen.iter().any(|line| line.contains("says")), "{:?}", ann.seen);
    let answers: Vec<_> =
        ann.seen.iter().filter_map(|line| line.split_once(" Bob: ")).map(|it| it.1).collect();
    assert_eq!(answers, ["Done", "Done", "Done", "NotInRoom", "Done"]);
    let deeds = [
        "kick Bob: done",
        "move Bob: the player does not listen to the room",
        "move Bob: done",
        "unmute Bob: done",
        "mute Bob: done",
    ];
    assert_eq!(scene.log(), deeds.map(|deed| format!("subject account of Ann as Ann: {deed}")));
}

#[test]
fn a_mute_holds_for_the_player_and_not_for_the_visit() {
    let mut scene = scene();
    let (mut ann, mut bob) = (scene.player("Ann", true), scene.player("Bob", false));
    scene.stage.settle(&mut [&mut ann, &mut bob]);
    ann.client.moderate("Bob", &MUTE, "too loud").unwrap();
    ann.client.moderate("Bob", &ModeratorAction::Kick, "").unwrap();
    scene.stage.settle(&mut [&mut ann, &mut bob]);
    let mut again = scene.player("Bob", false);
    scene.stage.settle(&mut [&mut ann, &mut again]);
    assert!(again.has_seen("joined") && again.has_seen("Muted: too loud"), "{:?}", again.seen);
}

#[test]
fn who_may_not_moderate_is_told_so_and_nothing_happens() {
    let mut scene = scene();
    let (mut ann, mut bob) = (scene.player("Ann", false), scene.player("Bob", true));
    let mut carol = scene.player("Carol", true);
    scene.stage.settle(&mut [&mut ann, &mut bob, &mut carol]);
    ann.client.moderate("Carol", &ModeratorAction::Kick, "").unwrap();
    bob.client.moderate("Carol", &ModeratorAction::Kick, "").unwrap();
    bob.client.moderate("Nobody", &ModeratorAction::Unmute, "").unwrap();
    scene.stage.settle(&mut [&mut ann, &mut bob, &mut carol]);
    assert!(ann.has_seen("Kick Carol: NotModerator"), "{:?}", ann.seen);
    assert!(
        bob.has_seen("Kick Carol: Protected") && bob.has_seen("Unmute Nobody: NoPlayer"),
        "{:?}",
        bob.seen
    );
    assert!(!carol.seen.iter().any(|line| line.contains("kicked")) && scene.log().is_empty());
    let (clients, counters) = scene.stage.statistics("main");
    assert_eq!((clients, counters.moderator_requests, counters.moderator_requests_refused), (3, 3, 3));
}

#[test]
fn requests_without_end_are_dropped_and_counted_and_cost_nobody_else_anything() {
    let mut scene = scene();
    let (mut ann, mut bob) = (scene.player("Ann", true), scene.player("Bob", false));
    scene.stage.settle(&mut [&mut ann, &mut bob]);
    let mut sent = 0;
    for _ in 0..10 {
        while ann.client.moderate("Bob", &ModeratorAction::Unmute, "").is_ok() {
            sent += 1;
        }
        scene.stage.settle(&mut [&mut ann, &mut bob]);
    }
    let (clients, counters) = scene.stage.statistics("main");
    assert!(sent > counters.moderator_requests && counters.reports_limited > 0, "{sent} {counters:?}");
    assert_eq!((clients, scene.log().len() as u64), (2, counters.moderator_requests));
}

#[test]
fn whoever_loses_the_session_hears_that_nothing_will_be_answered() {
    let mut scene = scene();
    let (mut ann, mut bob) = (scene.player("Ann", true), scene.player("Bob", false));
    assert!(ann.client.moderate("Bob", &ModeratorAction::Kick, "").is_err(), "not in a session yet");
    scene.stage.settle(&mut [&mut ann, &mut bob]);
    ann.client.moderate("Bob", &ModeratorAction::Kick, "").unwrap();
    ann.client.stop(Instant::from_millis(1));
    ann.turn(scene.stage.now);
    assert!(ann.has_seen("Kick Bob: Failed"), "{:?}", ann.seen);
}
