//! What a session loop shows to whoever looks.

use std::time::Duration;

use consonance_inspector::{Inspected, ServedPlayer, Target};
use consonance_server::Inspection;

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
