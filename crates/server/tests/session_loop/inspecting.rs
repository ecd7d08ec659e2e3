//! What a session loop shows to whoever looks.

use std::time::Duration;

use consonance_inspector::{Inspected, ServedPlayer, Target};
use consonance_server::{Inspection, SessionsSettings};

use crate::player::Player;
use crate::stage::Stage;

/// What is shown of the first player of the first session, a tenth of a second after somebody began to look.
fn shown(stage: &mut Stage, inspection: &Inspection, players: &mut [&mut Player]) -> ServedPlayer {
    inspection.snapshot();
    stage.wait(Duration::from_millis(100));
    stage.settle(players);
    let snapshot = inspection.snapshot();
    snapshot.server().unwrap().sessions[0].players[0].clone()
}

#[test]
fn whom_an_original_speaks_to_is_known_while_somebody_looks() {
    let mut stage = Stage::new(&["main"], 1);
    let mut alice = stage.player("Alice", 0, "main").talk("lobby");
    let mut bob = stage.player("Bob", 0, "main").listen("lobby");
    stage.settle(&mut [&mut alice, &mut bob]);
    alice.client.send_voice(b"unseen").unwrap();
    stage.settle(&mut [&mut alice, &mut bob]);
    let inspection = Inspection::of(&stage.session_loop);
    let row = shown(&mut stage, &inspection, &mut [&mut alice, &mut bob]);
    assert!(!row.is_followed && row.voice_to.is_empty(), "nobody looked then: {row:?}");
    alice.client.send_voice(b"seen").unwrap();
    let row = shown(&mut stage, &inspection, &mut [&mut alice, &mut bob]);
    assert!(row.is_followed && row.voice_ms_ago.is_some(), "{row:?}");
    assert_eq!(row.voice_to, [Target::Room("lobby".into())]);
}

#[test]
fn whom_originals_speak_to_is_known_after_a_reload_and_in_sessions_that_begin_while_somebody_looks() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.on_demand = vec!["match-*".into()];
    let mut stage = Stage::with_settings(&settings, 1);
    let (mut alice, mut bob) = two(&stage, "main");
    stage.settle(&mut [&mut alice, &mut bob]);
    let inspection = Inspection::of(&stage.session_loop);
    shown(&mut stage, &inspection, &mut [&mut alice, &mut bob]);
    let now = stage.now;
    stage.session_loop.reconfigure(now, &settings);
    alice.client.send_voice(b"after the reload").unwrap();
    let row = shown(&mut stage, &inspection, &mut [&mut alice, &mut bob]);
    assert!(row.is_followed && row.voice_ms_ago.is_some(), "{row:?}");

    let (mut carol, mut dave) = two(&stage, "match-7");
    stage.settle(&mut [&mut carol, &mut dave]);
    carol.client.send_voice(b"seen from its first frame on").unwrap();
    shown(&mut stage, &inspection, &mut [&mut carol, &mut dave]);
    let snapshot = inspection.snapshot();
    let row = &snapshot.server().unwrap().sessions[1].players[0];
    assert!(row.is_followed && row.voice_ms_ago.is_some(), "{row:?}");
}

/// A speaker in the lobby and a listener.
fn two(stage: &Stage, session: &str) -> (Player, Player) {
    let speaker = stage.player("Alice", 0, session).talk("lobby");
    (speaker, stage.player("Bob", 0, session).listen("lobby"))
}
