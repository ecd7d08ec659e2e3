//! Reports contain recent speech, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use consonance_server::SessionsSettings;
use consonance_server::moderation::{By, PlayerRef};
use consonance_server::recording::RecordingEndReason;
use consonance_server::reports::{
    NothingToReport, Report, ReportBufferSettings, Reports, ReportsError, ReportsSettings,
};
use consonance_session::RoomId;
use consonance_testing::folder::path_of_test;
use consonance_testing::sound::{FRAME_SAMPLES, correlation, decode_live, encode, speech};
use consonance_wire::{ChannelBits, ChannelKind, VoiceChannel};

use crate::recording::call::{Call, ROOM, Recorded, Setup, setup};

const FRAME: Duration = Duration::from_millis(20);
const NOON: u64 = 1_700_000_000;

/// Records nothing, and keeps this many seconds for reports.
fn keeping(name: &str, seconds: u64) -> Setup {
    let mut setup = setup(name);
    setup.settings.sessions.clear();
    setup.report_buffer.last = Duration::from_secs(seconds);
    setup
}

fn reports(name: &str) -> (Reports, PathBuf) {
    let folder = path_of_test(&format!("{name}-reports"));
    (Reports::open(&folder, ReportsSettings::default()).unwrap(), folder)
}

fn report(call: &mut Call, reports: &Reports, player: &str) -> Result<Report, ReportsError> {
    let voices = call.session_loop.reported_voices(call.now, "main", &player.into()).unwrap();
    reports.add(NOON, &By::new("Ann", "swearing"), voices)
}

fn nothing(call: &mut Call, session: &str, player: &str) -> NothingToReport {
    call.session_loop.reported_voices(call.now, session, &player.into()).map(drop).unwrap_err()
}

fn files(reports: &Reports, id: u64) -> Recorded {
    Recorded { folder: reports.folder_of(id), index: reports.index(id).unwrap() }
}

#[test]
fn a_report_has_what_was_said_in_the_last_seconds_and_nothing_older() {
    let mut call = Call::new(&keeping("last-seconds", 3));
    let (reports, _) = reports("last-seconds");
    let _listener = call.listener();
    let mut mallory = call.join("Mallory");
    let spoken = encode(&speech(0.0, 8.0), FRAME_SAMPLES);
    call.say(&mut mallory, &spoken, FRAME);
    let made = report(&mut call, &reports, "Mallory").unwrap();
    let said = (&*made.session, &*made.player, &*made.by, &*made.reason, made.at, made.tracks);
    assert_eq!(said, ("main", "Mallory", "Ann", "swearing", NOON, 1));

    let recorded = files(&reports, made.id);
    assert_eq!(recorded.index.ended, Some(RecordingEndReason::Reported));
    let sound = recorded.sound("Mallory");
    assert_eq!(sound.len(), 3 * 48_000);
    // A decoder that starts in the middle of speech needs a moment to converge.
    let live = decode_live(&spoken);
    let begins = spoken.len() * FRAME_SAMPLES - sound.len();
    let moment = 4 * FRAME_SAMPLES;
    let expected = &live[begins + moment..];
    assert!(begins > 48_000, "more was said than is kept");
    let likeness = correlation(&sound[moment..], expected);
    assert!(likeness > 0.98, "{likeness}");
}

#[test]
fn voices_of_a_report_fit_together_and_only_those_of_the_same_rooms_are_in_it() {
    let mut call = Call::new(&keeping("context", 30));
    let (reports, _) = reports("context");
    let listener = call.listener();
    let (mut alice, mut bob, mut carol) = (call.join("Alice"), call.join("Bob"), call.join("Carol"));
    let packets = encode(&speech(0.0, 1.0), FRAME_SAMPLES);
    call.say(&mut alice, &packets, FRAME);
    call.wait(Duration::from_millis(700));
    call.say(&mut bob, &packets, FRAME);
    let elsewhere =
        [VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: RoomId::of("elsewhere").0 }];
    let whisper = [VoiceChannel { bits: ChannelBits::new(ChannelKind::Player), recipient: listener.id.0 }];
    for packet in &packets {
        carol.speak_on(call.now, packet, &elsewhere);
        bob.speak_on(call.now, packet, &whisper);
        alice.speak_on(call.now, packet, &whisper);
        call.run_once();
        call.wait(FRAME);
    }
    let made = report(&mut call, &reports, "Alice").unwrap();
    let recorded = files(&reports, made.id);
    let frames: Vec<_> = recorded.index.tracks.iter().map(|track| (&*track.player, track.frames)).collect();
    assert_eq!(frames, [("Alice", 100), ("Bob", 50)], "whispers are in it only if they are the player's");
    let begins = |player: &str| recorded.track(player).first_sample.unwrap();
    assert_eq!(begins("Bob") - begins("Alice"), 1_700 * 48);
    assert_eq!(recorded.track("Bob").spans[0].rooms, [ROOM]);

    let mut only_own = keeping("own-voice", 30);
    only_own.report_buffer.with_others = false;
    let mut call = Call::new(&only_own);
    let _listener = call.listener();
    let (mut alice, mut bob) = (call.join("Alice"), call.join("Bob"));
    call.say(&mut alice, &packets, FRAME);
    call.say(&mut bob, &packets, FRAME);
    assert_eq!(report(&mut call, &reports, "Alice").unwrap().tracks, 1);
}

#[test]
fn a_report_has_the_reported_voice_and_the_fifteen_others_that_spoke_last() {
    let mut call = Call::new(&keeping("others", 30));
    let (reports, _) = reports("others");
    let _listener = call.listener();
    let packets = encode(&speech(0.0, 0.1), FRAME_SAMPLES);
    let speakers: Vec<_> =
        ["Mallory".to_owned()].into_iter().chain((1..=17).map(|n| format!("P{n}"))).collect();
    for name in &speakers {
        let mut voice = call.join(name);
        call.say(&mut voice, &packets, FRAME);
    }
    let made = report(&mut call, &reports, "Mallory").unwrap();
    let mut players: Vec<_> =
        files(&reports, made.id).index.tracks.iter().map(|track| track.player.clone()).collect();
    players.sort_by_key(|player| speakers.iter().position(|speaker| speaker == player));
    assert_eq!(players[0], "Mallory");
    assert_eq!(players[1..], speakers[3..], "not the first two others");
}

#[test]
fn nothing_is_kept_when_it_is_off_or_no_longer_on() {
    let mut call = Call::new(&keeping("off", 0));
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    let packets = encode(&speech(0.0, 0.5), FRAME_SAMPLES);
    call.say(&mut alice, &packets, FRAME);
    assert_eq!(call.session_loop.numbers(call.now).report_buffer_bytes, 0);
    assert_eq!(nothing(&mut call, "main", "Alice"), NothingToReport::NotKept);

    let mut sessions = SessionsSettings::new(["main"]).unwrap();
    sessions.report_buffer.last = Duration::from_secs(30);
    call.session_loop.reconfigure(call.now, &sessions);
    assert_eq!(nothing(&mut call, "main", "Alice"), NothingToReport::NotHeard);
    call.say(&mut alice, &packets, FRAME);
    assert!(call.session_loop.numbers(call.now).report_buffer_bytes > 0);
    call.session_loop.reconfigure(call.now, &SessionsSettings::new(["main"]).unwrap());
    assert_eq!(call.session_loop.numbers(call.now).report_buffer_bytes, 0);
    assert_eq!(nothing(&mut call, "other", "Alice"), NothingToReport::NoSession);
}

#[test]
fn players_of_ours_are_told_how_much_is_kept_whenever_that_changes() {
    let mut call = Call::new(&keeping("told", 30));
    let mut ours = call.join_ours("Ours");
    assert_eq!(ours.told_seconds(call.now), [30]);
    call.session_loop.reconfigure(call.now, &SessionsSettings::new(["main"]).unwrap());
    assert_eq!(ours.told_seconds(call.now), [0]);
    let mut original = call.join("Original");
    assert_eq!(original.told_seconds(call.now), [0; 0]);
}

#[test]
fn what_was_said_is_forgotten_when_no_player_speaks_any_more() {
    let mut call = Call::new(&keeping("forgotten", 5));
    let _listener = call.listener();
    let mut alice = call.join("Alice");
    call.say(&mut alice, &encode(&speech(0.0, 0.5), FRAME_SAMPLES), FRAME);
    call.wait(Duration::from_secs(4));
    call.run_once();
    assert!(call.session_loop.numbers(call.now).report_buffer_bytes > 0);
    call.wait(Duration::from_secs(2));
    let next = call.session_loop.run_once(call.now);
    assert_eq!(call.session_loop.numbers(call.now).report_buffer_bytes, 0);
    assert!(next.is_none_or(|at| at > call.now), "nothing is left to do");
}

#[test]
fn a_player_that_left_can_be_reported_and_the_new_owner_of_its_id_is_another() {
    let mut call = Call::new(&keeping("left", 30));
    let (reports, _) = reports("left");
    let _listener = call.listener();
    let packets = encode(&speech(0.0, 0.2), FRAME_SAMPLES);
    for name in ["Mallory", "Bob", "Mallory"] {
        let mut voice = call.join(name);
        assert_eq!(voice.id.0, 1, "ids are used again");
        call.say(&mut voice, &packets, FRAME);
        voice.leave(&mut call);
    }
    let made = report(&mut call, &reports, "Mallory").unwrap();
    let recorded = files(&reports, made.id);
    assert_eq!((recorded.track("Mallory").frames, recorded.track("Bob").frames), (20, 10));
    assert_eq!(nothing(&mut call, "main", "Dave"), NothingToReport::NotHeard);
    let account = PlayerRef::Subject("Mallory".into());
    let voices = call.session_loop.reported_voices(call.now, "main", &account);
    assert_eq!(voices.map(drop), Err(NothingToReport::NotHeard), "a name is no account");
}

#[test]
fn memory_is_bounded_for_one_speaker_and_for_all() {
    let mut setup = keeping("bounded", 600);
    setup.report_buffer.speaker_bytes_max = 4_000;
    setup.report_buffer.worker_bytes_max = 10_000;
    let mut call = Call::new(&setup);
    let (reports, _) = reports("bounded");
    let _listener = call.listener();
    let packets = encode(&speech(0.0, 2.0), FRAME_SAMPLES);
    for name in ["One", "Two", "Three", "Four", "Five"] {
        let mut voice = call.join(name);
        call.say(&mut voice, &packets, FRAME);
        let numbers = call.session_loop.numbers(call.now);
        assert!(numbers.report_buffer_bytes <= 10_000, "{}", numbers.report_buffer_bytes);
    }
    assert!(call.session_loop.numbers(call.now).report_buffer_frames_dropped > 0);
    for name in ["One", "Five"] {
        let made = report(&mut call, &reports, name).unwrap();
        let frames = files(&reports, made.id).track(name).frames;
        assert!(frames > 2 && frames < 50, "{frames} of {name}: the newest are there");
    }
}

#[test]
fn a_session_that_fills_the_memory_leaves_room_for_speakers_in_another_one() {
    let mut setup = keeping("shares", 600);
    setup.sessions = &["main", "other"];
    (setup.report_buffer.speaker_bytes_max, setup.report_buffer.worker_bytes_max) = (40_000, 40_000);
    let mut call = Call::new(&setup);
    let (reports, _) = reports("shares");
    let _listener = call.listener();
    let packets = encode(&speech(0.0, 2.0), FRAME_SAMPLES);
    for number in 0..8 {
        let mut voice = call.join(&format!("Filler {number}"));
        call.say(&mut voice, &packets, FRAME);
    }
    let _other_listener = call.listener_of("other");
    let mut abuser = call.join_to("other", "Abuser");
    for _ in 0..2 {
        call.say(&mut abuser, &packets, FRAME);
        assert!(call.session_loop.numbers(call.now).report_buffer_bytes <= 40_000);
    }
    let player = PlayerRef::Name("Abuser".into());
    let voices = call.session_loop.reported_voices(call.now, "other", &player).unwrap();
    let made = reports.add(NOON, &By::new("Ann", "swearing"), voices).unwrap();
    let frames = files(&reports, made.id).track("Abuser").frames;
    assert!(frames > 50, "{frames} of 200");
}

#[test]
fn reports_survive_a_restart_are_removed_in_time_and_are_bounded() {
    let mut call = Call::new(&keeping("shelf", 30));
    let (first, folder) = reports("shelf");
    let _listener = call.listener();
    let mut mallory = call.join("Mallory");
    call.say(&mut mallory, &encode(&speech(0.0, 0.5), FRAME_SAMPLES), FRAME);
    let made: Vec<_> = (0..3).map(|_| report(&mut call, &first, "Mallory").unwrap()).collect();
    drop(first);
    // A crash while the third report is written.
    fs::remove_file(folder.join("3").join(Report::FILE)).unwrap();
    fs::write(folder.join("notes.txt"), "of another program").unwrap();

    let mut settings = ReportsSettings::default();
    settings.bytes_max = 40_000;
    let reports = Reports::open(&folder, settings).unwrap();
    assert_eq!(reports.list(None, 10), [made[1].clone(), made[0].clone()]);
    assert_eq!(reports.list(Some(2), 10), [made[0].clone()]);
    assert!(!folder.join("3").exists() && folder.join("notes.txt").exists());
    assert_eq!(reports.track(2, "Mallory-1.opus").unwrap(), folder.join("2").join("Mallory-1.opus"));
    let no_track = |file: &str| reports.track(2, file).map(drop);
    for file in ["index.json", "../1/Mallory-1.opus", ""] {
        assert!(matches!(no_track(file), Err(ReportsError::NoTrack { id: 2, .. })), "{file}");
    }
    assert!(report(&mut call, &reports, "Mallory").is_ok());
    assert_eq!(report(&mut call, &reports, "Mallory"), Err(ReportsError::Full { limit: 40_000 }));
    settings.bytes_max = 60_000;
    reports.set_settings(settings);
    assert!(report(&mut call, &reports, "Mallory").is_ok(), "there is room after a reload");

    reports.clear_away(NOON + 30 * 86_400);
    assert_eq!(reports.count(), 4);
    reports.clear_away(NOON + 30 * 86_400 + 1);
    assert_eq!((reports.count(), folder.join("1").exists()), (0, false));
    assert_eq!(reports.index(1).map(drop), Err(ReportsError::NoReport { id: 1 }));
}

/// Everything in a folder, by name.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

#[test]
fn a_report_that_cannot_be_read_stays_as_it_is_and_keeps_its_number() {
    let mut call = Call::new(&keeping("unreadable", 30));
    let (first, folder) = reports("unreadable");
    let _listener = call.listener();
    let mut mallory = call.join("Mallory");
    call.say(&mut mallory, &encode(&speech(0.0, 0.5), FRAME_SAMPLES), FRAME);
    let made: Vec<_> = (0..2).map(|_| report(&mut call, &first, "Mallory").unwrap().id).collect();
    assert_eq!(made, [1, 2]);
    drop(first);
    fs::write(folder.join("2").join(Report::FILE), "by a later version").unwrap();
    let left = contents(&folder.join("2"));

    let reports = Reports::open(&folder, ReportsSettings::default()).unwrap();
    assert_eq!(reports.count(), 1);
    // Foreign files that were put there meanwhile stay, too.
    fs::create_dir(folder.join("3")).unwrap();
    fs::write(folder.join("3").join("Mallory-1.opus"), "an earlier copy").unwrap();
    let copy = contents(&folder.join("3"));
    assert!(matches!(report(&mut call, &reports, "Mallory"), Err(ReportsError::Write { .. })));
    assert_eq!(report(&mut call, &reports, "Mallory").unwrap().id, 4);
    assert_eq!((contents(&folder.join("2")), contents(&folder.join("3"))), (left, copy));
}

#[test]
fn no_number_of_a_report_is_given_twice_whatever_was_removed_before_a_restart() {
    let mut call = Call::new(&keeping("numbers", 30));
    let (first, folder) = reports("numbers");
    let _listener = call.listener();
    let mut mallory = call.join("Mallory");
    call.say(&mut mallory, &encode(&speech(0.0, 0.5), FRAME_SAMPLES), FRAME);
    assert_eq!([1, 2].map(|_| report(&mut call, &first, "Mallory").unwrap().id), [1, 2]);
    first.clear_away(NOON + 30 * 86_400 + 1);
    drop(first);
    for next in [3, 4] {
        let reports = Reports::open(&folder, ReportsSettings::default()).unwrap();
        assert_eq!(reports.count(), 0);
        assert_eq!(report(&mut call, &reports, "Mallory").unwrap().id, next);
        reports.clear_away(NOON + 30 * 86_400 + 1);
    }
}

#[test]
fn no_number_of_a_report_is_given_twice_though_a_higher_one_left_nothing_behind() {
    let mut call = Call::new(&keeping("numbers-without-folders", 30));
    let (mut reports, folder) = reports("numbers-without-folders");
    let _listener = call.listener();
    let mut mallory = call.join("Mallory");
    call.say(&mut mallory, &encode(&speech(0.0, 0.5), FRAME_SAMPLES), FRAME);
    assert_eq!([1, 2].map(|_| report(&mut call, &reports, "Mallory").unwrap().id), [1, 2]);
    fs::write(folder.join("3"), "in the way").unwrap();
    assert!(matches!(report(&mut call, &reports, "Mallory"), Err(ReportsError::Write { .. })));
    fs::remove_file(folder.join("3")).unwrap();
    reports.clear_away(NOON + 30 * 86_400 + 1);
    reports = again(reports, &folder);
    assert_eq!(report(&mut call, &reports, "Mallory").unwrap().id, 4);
    // A crash while the fourth report is written.
    fs::remove_file(folder.join("4").join(Report::FILE)).unwrap();
    reports = again(reports, &folder);
    assert!(!folder.join("4").exists());
    reports = again(reports, &folder);
    assert_eq!(report(&mut call, &reports, "Mallory").unwrap().id, 5);
}

/// Reopens the reports, as a restarted server does.
fn again(reports: Reports, folder: &Path) -> Reports {
    drop(reports);
    Reports::open(folder, ReportsSettings::default()).unwrap()
}

#[test]
fn a_report_that_cannot_be_written_leaves_nothing_behind() {
    let mut call = Call::new(&keeping("unwritable", 30));
    let (reports, folder) = reports("unwritable");
    let _listener = call.listener();
    let mut mallory = call.join("Mallory");
    call.say(&mut mallory, &encode(&speech(0.0, 0.5), FRAME_SAMPLES), FRAME);
    fs::write(folder.join("1"), "in the way").unwrap();
    assert!(matches!(report(&mut call, &reports, "Mallory"), Err(ReportsError::Write { .. })));
    assert_eq!(reports.count(), 0);
    assert_eq!(report(&mut call, &reports, "Mallory").unwrap().id, 2);
}

#[test]
fn the_defaults_keep_nothing() {
    assert!(ReportBufferSettings::default().last.is_zero());
}
