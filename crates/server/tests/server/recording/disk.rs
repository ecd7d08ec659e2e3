//! Recordings and the disk: limits, a full disk, and a server that is killed.

use std::fs;
use std::time::{Duration, Instant};

use consonance_server::recording::{RecordingEndReason, SessionRecorder, SessionRecorderError};
use consonance_testing::folder::path_of_test;
use consonance_testing::sound::{FRAME_SAMPLES, encode, speech};

use crate::recording::call::{Call, Setup, Voice, recorded, setup};

const FRAME: Duration = Duration::from_millis(20);

fn packets(seconds: f64) -> Vec<Vec<u8>> {
    encode(&speech(0.0, seconds), FRAME_SAMPLES)
}

/// Makes this many recordings of Alice, of one second each.
fn make(setup: &Setup, recordings: usize) {
    let mut call = Call::new(setup);
    for _ in 0..recordings {
        let listener = call.listener();
        let mut alice = call.join("Alice");
        call.say(&mut alice, &packets(1.0), FRAME);
        alice.leave(&mut call);
        listener.leave(&mut call);
    }
    assert_eq!(call.end().len(), recordings);
}

/// The number of a session's frames that were sent to listeners.
fn frames_out(call: &Call) -> u64 {
    call.session_loop.statistics().map(|(.., counters)| counters.frames_out).sum()
}

fn is_heard(call: &mut Call, voice: &mut Voice) -> bool {
    let before = frames_out(call);
    call.say(voice, &packets(0.1), FRAME);
    frames_out(call) == before + 5
}

#[test]
fn a_recording_that_is_large_enough_is_followed_by_another() {
    let mut setup = setup("large");
    setup.settings.bytes_max = 5_000;
    let mut call = Call::new(&setup);
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    call.say(&mut alice, &packets(3.0), FRAME);
    call.wait_until("the first to end", |recorder| recorder.status().finished == 1);
    call.say(&mut alice, &packets(0.2), FRAME);
    let recordings = call.recorder.as_ref().unwrap().recordings();
    let recorded = call.end();
    let reasons: Vec<_> = recorded.iter().map(|recorded| recorded.index.ended.unwrap()).collect();
    assert_eq!(reasons, [RecordingEndReason::BytesReached, RecordingEndReason::Empty]);
    // The first recording may end before the whole speech is written.
    let frames: Vec<_> = recorded.iter().map(|recorded| recorded.track("Alice").frames).collect();
    assert!(frames[1] >= 10, "{frames:?}");
    let counted = recordings.status().statistics.frames_dropped;
    assert_eq!(frames.iter().sum::<u64>() + counted, 160, "every frame is in one of them, or counted");
}

#[test]
fn the_oldest_recordings_make_room_and_nothing_else_is_touched() {
    let mut setup = setup("room");
    make(&setup, 4);
    let before = recorded(&setup.folder);
    fs::write(before[0].folder.join("notes.txt"), "what an operator put there").unwrap();
    setup.settings.folder_bytes_max = before[2].index.bytes + before[3].index.bytes;
    let call = {
        let mut call = Call::new(&setup);
        let _listener = call.listener();
        call
    };
    let after = call.end();
    let folders: Vec<_> = after.iter().map(|recorded| &recorded.folder).collect();
    assert_eq!(folders[..2], [&before[2].folder, &before[3].folder]);
    assert_eq!((folders.len(), after[2].index.tracks.len()), (3, 0));
    let left: Vec<_> = fs::read_dir(&before[0].folder).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["notes.txt"]);
}

#[test]
fn what_was_moved_away_takes_no_room_and_makes_none() {
    for remove_oldest in [false, true] {
        let mut setup = setup(&format!("moved-{remove_oldest}"));
        make(&setup, 3);
        let before = recorded(&setup.folder);
        let limit = before.iter().map(|recorded| recorded.index.bytes).sum::<u64>() - 1;
        (setup.settings.folder_bytes_max, setup.settings.remove_oldest) = (limit, remove_oldest);
        let mut call = Call::new(&setup);
        fs::rename(&before[1].folder, path_of_test("moved-aside")).unwrap();
        fs::remove_dir_all(&before[2].folder).unwrap();
        let _listener = call.listener();
        let mut alice = call.join("Alice");
        call.say(&mut alice, &packets(1.0), FRAME);
        let recorded = call.end();
        let folders: Vec<_> = recorded.iter().map(|recorded| &recorded.folder).collect();
        assert_eq!(
            (folders.len(), folders[0]),
            (2, &before[0].folder),
            "removing the oldest: {remove_oldest}"
        );
        let index = &recorded[1].index;
        assert_eq!((index.ended, recorded[1].track("Alice").frames), (Some(RecordingEndReason::Empty), 50));
    }
}

#[test]
fn where_nothing_may_be_removed_what_has_no_room_is_not_recorded_and_talk_goes_on() {
    for (name, folder_bytes_max, free_bytes_min) in [("no-room", 100, 0), ("no-disk", u64::MAX, u64::MAX)] {
        let mut setup = setup(name);
        make(&setup, 1);
        setup.settings.remove_oldest = false;
        (setup.settings.folder_bytes_max, setup.settings.free_bytes_min) = (folder_bytes_max, free_bytes_min);
        let mut call = Call::new(&setup);
        let _listener = call.listener();
        let mut alice = call.join("Alice");
        call.wait_until("it to be refused", |recorder| recorder.status().statistics.refused == 1);
        assert!(is_heard(&mut call, &mut alice));
        assert_eq!(call.session_loop.is_recorded("main"), Some(false));
        assert_eq!(call.end().len(), 1, "{name}");
    }
}

#[test]
fn a_recording_that_comes_to_the_limit_of_all_ends() {
    let mut setup = setup("limit");
    setup.settings.folder_bytes_max = 3_000;
    let mut call = Call::new(&setup);
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    call.say(&mut alice, &packets(2.0), FRAME);
    call.wait_until("it to end", |recorder| recorder.status().finished == 1);
    assert!(is_heard(&mut call, &mut alice));
    let recorded = call.end();
    assert_eq!(recorded[0].index.ended, Some(RecordingEndReason::FolderFull));
    recorded[0].sound("Alice");
}

#[test]
fn a_full_queue_costs_frames_and_never_time() {
    let mut setup = setup("queue");
    // Enough to name the speaker, but too little for any frame.
    setup.settings.queue_bytes = 48;
    let mut call = Call::new(&setup);
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    let before = frames_out(&call);
    call.say(&mut alice, &packets(1.0), FRAME);
    assert_eq!(frames_out(&call), before + 50);
    let recorded = call.end().remove(0);
    let frames: u64 = recorded.index.tracks.iter().map(|track| track.frames).sum();
    assert_eq!((frames, recorded.index.frames_dropped), (0, 50));
}

/// Makes the running recording fail: a device that is always full takes the place of the file, since each page is
/// written by path.
#[cfg(target_os = "linux")]
fn fill_the_disk(call: &mut Call, voice: &mut Voice) {
    call.say(voice, &packets(0.1), FRAME);
    let failed = call.recorder.as_ref().unwrap().status().statistics.failed;
    call.wait_until("its file", |recorder| {
        recorder.status().live.first().is_some_and(|live| !live.index.tracks.is_empty())
    });
    let live = call.recorder.as_ref().unwrap().status().live.remove(0);
    let file = live.folder.join(&live.index.tracks[0].file);
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("/dev/full", &file).unwrap();
    call.say(voice, &packets(1.0), FRAME);
    call.wait_until("it to fail", |recorder| recorder.status().statistics.failed == failed + 1);
    assert!(is_heard(call, voice));
    assert_eq!(call.session_loop.is_recorded("main"), Some(false), "for a minute");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_recording_with_what_the_system_says_and_nothing_else() {
    let mut call = Call::starting_now(&setup("full"));
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    fill_the_disk(&mut call, &mut alice);
    call.wait(Duration::from_mins(2));
    assert!(is_heard(&mut call, &mut alice));
    assert_eq!(call.session_loop.is_recorded("main"), Some(true), "once more after that");
    let recorded = call.end();
    let (failed, next) = (&recorded[0].index, &recorded[1]);
    assert_eq!(failed.ended, Some(RecordingEndReason::WriteFailed));
    assert!(failed.error.as_ref().unwrap().contains("No space left"), "{:?}", failed.error);
    assert_eq!((next.track("Alice").frames, next.index.ended), (5, Some(RecordingEndReason::Empty)));
}

#[cfg(target_os = "linux")]
#[test]
fn what_an_operator_began_is_tried_again_a_minute_after_a_full_disk_unless_it_is_stopped_before() {
    for (name, is_stopped) in [("operator-full", false), ("operator-full-stopped", true)] {
        let mut setup = setup(name);
        setup.settings.sessions.clear();
        let mut call = Call::starting_now(&setup);
        let _listener = call.listener();
        let mut alice = call.join("Alice");
        call.session_loop.start_recording(call.now, "main").unwrap();
        fill_the_disk(&mut call, &mut alice);
        if is_stopped {
            assert_eq!(call.session_loop.stop_recording(call.now, "main"), Ok(()));
        }
        call.wait(Duration::from_secs(61));
        assert!(is_heard(&mut call, &mut alice));
        assert_eq!(call.session_loop.is_recorded("main"), Some(!is_stopped));
        let by_operator: Vec<_> = call.end().iter().map(|recorded| recorded.index.by_operator).collect();
        assert_eq!(by_operator, [true, true][usize::from(is_stopped)..], "{name}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_configuration_wants_recorded_is_not_tried_again_after_a_full_disk_once_it_is_stopped() {
    let mut call = Call::starting_now(&setup("full-stopped"));
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    fill_the_disk(&mut call, &mut alice);
    assert_eq!(call.session_loop.stop_recording(call.now, "main"), Ok(()));
    assert_eq!(
        call.session_loop.stop_recording(call.now, "main"),
        Err(consonance_server::recording::RecordingRefusal::NotRecorded),
        "once is enough"
    );
    call.wait(Duration::from_secs(61));
    assert!(is_heard(&mut call, &mut alice));
    assert_eq!(call.session_loop.is_recorded("main"), Some(false));
}

/// A path that cannot be written simulates a disk that is full for a while.
#[test]
fn what_a_full_disk_has_cut_off_is_completed_when_the_disk_takes_it() {
    let mut call = Call::starting_now(&setup("full-for-a-while"));
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    call.say(&mut alice, &packets(3.0), FRAME);
    call.wait_until("Alice's file", |recorder| {
        recorder.status().live.first().is_some_and(|live| !live.index.tracks.is_empty())
    });
    let live = call.recorder.as_ref().unwrap().status().live.remove(0);
    let (file, aside) = (live.folder.join(&live.index.tracks[0].file), live.folder.join("aside"));
    call.wait_until("some of it on the disk", |_| fs::metadata(&file).unwrap().len() > 2_000);
    fs::rename(&file, &aside).unwrap();
    fs::create_dir(&file).unwrap();
    call.say(&mut alice, &packets(1.0), FRAME);
    call.wait_until("it to fail", |recorder| recorder.status().statistics.failed == 1);
    fs::remove_dir(&file).unwrap();
    fs::rename(&aside, &file).unwrap();
    let recorded = call.end().remove(0);
    let track = recorded.track("Alice");
    assert_eq!(recorded.index.ended, Some(RecordingEndReason::WriteFailed));
    assert_eq!(recorded.sound("Alice").len() as u64, track.duration_samples);
    assert_eq!(track.spans.last().unwrap().to_sample, track.duration_samples);
    assert_eq!(fs::metadata(&file).unwrap().len(), track.bytes);
}

#[test]
fn a_folder_is_one_server_s() {
    let setup = setup("lock");
    let first = SessionRecorder::start(&setup.folder, setup.settings.clone()).unwrap();
    assert!(matches!(
        SessionRecorder::start(&setup.folder, setup.settings.clone()),
        Err(SessionRecorderError::InUse { .. })
    ));
    first.stop();
    SessionRecorder::start(&setup.folder, setup.settings).unwrap().stop();
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let mut setup = setup("file");
    fs::create_dir_all(setup.folder.parent().unwrap()).unwrap();
    fs::write(&setup.folder, "a file").unwrap();
    setup.folder = setup.folder.join("below");
    assert!(matches!(
        SessionRecorder::start(&setup.folder, setup.settings.clone()),
        Err(SessionRecorderError::Folder { .. })
    ));
    fs::remove_file(setup.folder.parent().unwrap()).unwrap();
}

/// Set for the child process that is killed.
const CHILD: &str = "CONSONANCE_TEST_KILLED_RECORDING";

#[test]
fn a_killed_server_s_recordings_are_completed_at_the_next_start() {
    if let Some(folder) = std::env::var_os(CHILD) {
        let mut setup = setup("killed-by-another");
        setup.folder = folder.into();
        speak_until_killed(&setup);
    }
    let setup = setup("killed");
    let test = "recording::disk::a_killed_server_s_recordings_are_completed_at_the_next_start";
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(CHILD, &setup.folder)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let written = || {
        let all = if setup.folder.is_dir() { recorded(&setup.folder) } else { Vec::new() };
        let file = all.first()?.folder.join("Alice-1.opus");
        Some(fs::metadata(file).ok()?.len())
    };
    let deadline = Instant::now() + Duration::from_mins(1);
    let is_enough = || written().is_some_and(|bytes| bytes >= 10_000);
    while !is_enough() && Instant::now() < deadline {
        assert!(child.try_wait().unwrap().is_none(), "the child speaks until it is killed");
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(is_enough(), "the child writes nothing: {:?}", written());
    assert_eq!(recorded(&setup.folder)[0].index.ended, None);

    SessionRecorder::start(&setup.folder, setup.settings.clone()).unwrap().stop();
    let recorded = recorded(&setup.folder).remove(0);
    assert_eq!(recorded.index.ended, Some(RecordingEndReason::Crashed));
    let sound = recorded.sound("Alice");
    assert!(sound.len() > 48_000, "{}", sound.len());
    assert!(consonance_testing::sound::peak(&sound) > 0.05);
}

fn speak_until_killed(setup: &Setup) -> ! {
    let mut call = Call::starting_now(setup);
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    let packets = packets(5.0);
    loop {
        for packet in &packets {
            call.now = Instant::now();
            alice.speak(call.now, packet);
            call.run_once();
            std::thread::sleep(FRAME);
        }
    }
}
