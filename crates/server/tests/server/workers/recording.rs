//! Recordings of several workers: side by side, across reloads and restarts.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use consonance_server::moderation::{By, Moderation, ModerationError};
use consonance_server::recording::{
    RecordingEndReason, RecordingIndex, RecordingsError, SessionRecorder, SessionRecordingSettings,
    recordings_in,
};
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::{RestartPlan, ServerHandle, SessionsSettings, Workers};
use consonance_testing::folder::path_of_test;

use crate::workers::fixture::{Fixture, Player, wait_until};

/// 20 ms of silence as an Opus encoder makes it.
const SILENT_FRAME: &[u8] = &[0xF8, 0xFF, 0xFE];

fn recording(sessions: &[&str]) -> SessionRecordingSettings {
    let mut settings = SessionRecordingSettings::default();
    settings.sessions = sessions.iter().map(ToString::to_string).collect();
    settings.free_bytes_min = 0;
    settings
}

fn is_recorded(handle: &ServerHandle, session: &'static str) -> bool {
    handle.ask_session(session, move |worker, _| worker.is_recorded(session)).unwrap().unwrap()
}

/// Two players, one of which speaks until the other has heard it.
fn talk(fixture: &Fixture, session: &str) -> [Player; 2] {
    let (mut speaker, mut listener) = (fixture.player("Alice", session), fixture.player("Bob", session));
    wait_until("both join", &mut [&mut speaker, &mut listener], |players| {
        players.iter().all(|player| player.knows_two_listeners())
    });
    for player in [&mut speaker, &mut listener] {
        assert!(player.has_joined);
    }
    say(&mut speaker, &mut listener);
    [speaker, listener]
}

fn say(speaker: &mut Player, listener: &mut Player) {
    listener.heard.clear();
    speaker.say(SILENT_FRAME);
    wait_until("it is heard", &mut [speaker, listener], |players| !players[1].heard.is_empty());
}

/// The recordings in a folder, by session: the frames of each, and the reason why it ended.
fn found(folder: &Path) -> Vec<(String, u64, Option<RecordingEndReason>)> {
    let read = |folder: PathBuf| {
        let index = RecordingIndex::read(&folder).unwrap();
        let frames = index.tracks.iter().map(|track| track.frames).sum();
        (index.session, frames, index.ended)
    };
    let mut all: Vec<_> = recordings_in(folder).unwrap().into_iter().map(read).collect();
    all.sort_by_key(|(session, frames, _)| (session.clone(), *frames));
    all
}

#[test]
fn recordings_of_all_workers_follow_a_reload_to_other_sessions_and_to_another_folder() {
    let (first, second) = (path_of_test("first"), path_of_test("second"));
    let fixture = Fixture::new(&["red", "blue"], 2);
    let handle = fixture.server.handle();
    let [mut alice, mut bob] = talk(&fixture, "red");
    let [mut carol, mut dave] = talk(&fixture, "blue");
    let recorder = SessionRecorder::start(&first, recording(&["red", "blue"])).unwrap();
    handle.record_with(Some(&recorder)).unwrap();
    assert!(is_recorded(&handle, "red") && is_recorded(&handle, "blue"), "who is there already is recorded");
    say(&mut alice, &mut bob);
    say(&mut carol, &mut dave);

    recorder.set_settings(recording(&["red"]));
    handle.record_with(Some(&recorder)).unwrap();
    assert!(is_recorded(&handle, "red") && !is_recorded(&handle, "blue"));
    say(&mut alice, &mut bob);
    handle.ask_session("blue", |worker, now| worker.start_recording(now, "blue")).unwrap().unwrap();
    say(&mut carol, &mut dave);

    let next = SessionRecorder::start(&second, recording(&["red"])).unwrap();
    handle.record_with(Some(&next)).unwrap();
    recorder.stop();
    let reconfigured = Some(RecordingEndReason::Reconfigured);
    let of = |session: &str, frames| (session.to_owned(), frames, reconfigured);
    assert_eq!(found(&first), [of("blue", 1), of("blue", 1), of("red", 2)]);
    say(&mut alice, &mut bob);
    say(&mut carol, &mut dave);
    assert!(is_recorded(&handle, "blue"), "an operator wanted it");

    handle.record_with(None).unwrap();
    assert!(!is_recorded(&handle, "red") && !is_recorded(&handle, "blue"));
    next.set_settings(recording(&[]));
    handle.record_with(Some(&next)).unwrap();
    assert!(!is_recorded(&handle, "blue"), "what an operator wanted ended with the recorder");
    next.stop();
    assert_eq!(found(&second), [of("blue", 1), of("red", 1)]);
}

#[test]
fn a_session_with_one_player_is_recorded_as_soon_as_there_is_a_recorder() {
    let folder = path_of_test("one-player");
    let fixture = Fixture::new(&["red", "blue"], 1);
    let handle = fixture.server.handle();
    let mut alice = fixture.player("Alice", "red");
    wait_until("she joins", &mut [&mut alice], |players| players[0].has_joined);
    let recorder = SessionRecorder::start(&folder, recording(&["red", "blue"])).unwrap();
    handle.record_with(Some(&recorder)).unwrap();
    assert!(is_recorded(&handle, "red") && !is_recorded(&handle, "blue"), "blue has no players");
    recorder.stop();
}

#[test]
fn a_recording_that_an_operator_began_ends_with_the_process_and_goes_on_in_the_next_one() {
    let folder = path_of_test("handed-over");
    let settings = SessionsSettings::new(["red", "blue"]).unwrap();
    let fixture = Fixture::with_settings(&settings, 2);
    let recorder = SessionRecorder::start(&folder, recording(&[])).unwrap();
    fixture.server.handle().record_with(Some(&recorder)).unwrap();
    let [mut alice, mut bob] = talk(&fixture, "red");
    let handle = fixture.server.handle();
    handle.ask_session("red", |worker, now| worker.start_recording(now, "red")).unwrap().unwrap();
    say(&mut alice, &mut bob);
    let asked = handle.asked_to_record();
    assert_eq!(asked, ["red"]);
    let plan = RestartPlan { pause: Duration::ZERO, returns_per_s: 100 };
    let left = handle.hand_over(&plan);
    drop(fixture);
    recorder.stop();
    assert_eq!(found(&folder), [("red".to_owned(), 1, Some(RecordingEndReason::HandedOver))]);

    let mut workers = Workers::new(&settings, NonZeroUsize::MIN);
    workers.restore(&left);
    let recorder = SessionRecorder::start(&folder, recording(&[])).unwrap();
    workers.record_with(&recorder);
    workers.ask_to_record(&asked);
    let fixture = Fixture::with_workers(workers);
    let mut carol = fixture.player("Carol", "red");
    wait_until("she is in", &mut [&mut carol], |players| players[0].has_joined);
    assert!(is_recorded(&fixture.server.handle(), "red") && !is_recorded(&fixture.server.handle(), "blue"));
    drop(fixture);
    recorder.stop();
    assert_eq!(found(&folder).len(), 2);
}

#[test]
fn an_operator_removes_a_recording_that_has_ended_and_none_that_goes_on() {
    let folder = path_of_test("removed");
    let fixture = Fixture::new(&["red"], 1);
    let moderation = Moderation::new(fixture.server.handle(), Records::in_memory(RecordsSettings::default()));
    let recorder = SessionRecorder::start(&folder, recording(&["red"])).unwrap();
    moderation.set_recordings(Some(recorder.recordings()));
    fixture.server.handle().record_with(Some(&recorder)).unwrap();
    let _players = talk(&fixture, "red");
    let list = || recorder.recordings().list(None, 10).unwrap();
    wait_until("it is there", &mut [], |_| list().len() == 1);
    let (by, id) = (By::new("Ann", ""), list().remove(0).id);
    let remove = || moderation.remove_recording(&by, &id).map(drop);
    assert_eq!(remove(), Err(ModerationError::Recordings(RecordingsError::GoesOn)));
    moderation.stop_recording(&by, "red").unwrap();
    wait_until("it has ended", &mut [], |_| recorder.recordings().status().finished == 1);
    assert_eq!(remove(), Ok(()));
    assert_eq!((list().len(), fs::read_dir(folder.join("red")).is_err()), (0, true));
    assert_eq!(remove(), Err(ModerationError::Recordings(RecordingsError::NoRecording)));
}
