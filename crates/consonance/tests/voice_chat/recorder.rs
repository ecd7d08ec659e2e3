//! Taps recorded to files: everything at its position, even with slow readers, and every failure reported.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::{BLOCK_SAMPLES, SamplePosition, StereoBlock, WavInput};
use consonance::audio::{RecordingError, RecordingFormat, RecordingSettings};
use consonance::{Recorder, RecorderError, Tap, TapSender, TapSound, TapSource};
use consonance_testing::folder::path_of_test;

#[test]
fn what_happens_at_the_same_time_lies_at_the_same_place_in_all_files() {
    let folder = path_of_test("in-step");
    let mut recorder = Recorder::start(&folder, RecordingSettings::default()).unwrap();
    let alice = TapSource::Player("Alice".into());
    let [mut microphone, mut alice, mut mix] =
        [TapSource::ProcessedMicrophone, alice, TapSource::Mix].map(|source| added(&mut recorder, source));
    for block in 0..50 {
        let position = SamplePosition(1_000_000 + 480 * block);
        let is_loud = block == 20;
        microphone.push(position, mono(is_loud));
        // Alice is silent otherwise, so no blocks arrive.
        if is_loud {
            alice.push(position, mono(true));
        }
        let left = if is_loud { [0.5; BLOCK_SAMPLES] } else { [0.0; BLOCK_SAMPLES] };
        mix.push(position, TapSound::Stereo(StereoBlock { left, right: [0.0; BLOCK_SAMPLES] }));
    }
    let taps = recorder.stop().unwrap();
    let names: Vec<_> =
        taps.iter().map(|tap| tap.track.path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["01-microphone.wav", "02-Alice.wav", "03-mix.wav"]);
    for tap in &taps {
        let input = WavInput::open(&tap.track.path).unwrap();
        assert_eq!(loud(&input), (20 * 480, 21 * 480 - 1), "{tap:?}");
        assert_eq!((tap.dropped_blocks, tap.track.late_samples, tap.track.distant_blocks), (0, 0, 0));
    }
}

#[test]
fn a_first_word_after_an_hour_is_recorded_whole_and_in_place() {
    const HOUR: u64 = 3_600 * 48_000;
    let settings = RecordingSettings { format: RecordingFormat::OggOpus, ..RecordingSettings::default() };
    let mut recorder = Recorder::start(path_of_test("late"), settings).unwrap();
    let mut early = added(&mut recorder, TapSource::ProcessedMicrophone);
    early.push(SamplePosition(0), mono(true));
    early.push(SamplePosition(HOUR), mono(true));
    let mut late = added(&mut recorder, TapSource::Player("Late".into()));
    for block in 0..100 {
        late.push(SamplePosition(HOUR + 480 * block), mono(true));
    }
    for tap in recorder.stop().unwrap() {
        assert_eq!((tap.dropped_blocks, tap.track.late_samples, tap.track.distant_blocks), (0, 0, 0));
        assert!(tap.track.samples > HOUR, "{tap:?}");
    }
}

#[test]
fn a_tap_that_is_added_in_the_middle_is_in_step_too() {
    let folder = path_of_test("added");
    let mut recorder = Recorder::start(&folder, RecordingSettings::default()).unwrap();
    let mut first = added(&mut recorder, TapSource::RawMicrophone);
    first.push(SamplePosition(4_800), mono(true));
    until("the recording begins", || folder.join("01-microphone-raw.wav").exists());
    let mut second = added(&mut recorder, TapSource::Player("Bob".into()));
    second.push(SamplePosition(9_600), mono(true));
    let taps = recorder.stop().unwrap();
    let input = WavInput::open(&taps[1].track.path).unwrap();
    assert_eq!(loud(&input), (4_800, 4_800 + 479));
}

#[test]
fn what_came_before_the_recorder_was_there_is_not_blamed_on_the_disk() {
    let mut recorder = Recorder::start(path_of_test("burst"), RecordingSettings::default()).unwrap();
    let (mut sender, tap) = Tap::new(TapSource::RawMicrophone);
    for block in 0..130 {
        sender.push(SamplePosition(480 * block), mono(true));
    }
    recorder.add(tap).unwrap();
    let taps = recorder.stop().unwrap();
    let dropped = taps[0].dropped;
    assert_eq!((taps[0].dropped_blocks, dropped.total()), (30, 30));
    assert_eq!((dropped.slow_disk, dropped.slow_encoding, dropped.burst), (0, 0, 30));
}

#[test]
fn without_any_sound_there_is_no_file() {
    let folder = path_of_test("nothing");
    let mut recorder = Recorder::start(&folder, RecordingSettings::default()).unwrap();
    let _sender = added(&mut recorder, TapSource::Mix);
    assert_eq!(recorder.stop().unwrap(), []);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_recorder_that_is_dropped_completes_its_files() {
    let folder = path_of_test("dropped");
    let mut recorder = Recorder::start(&folder, RecordingSettings::default()).unwrap();
    let mut sender = added(&mut recorder, TapSource::RawMicrophone);
    sender.push(SamplePosition(0), mono(true));
    drop(recorder);
    assert!(sender.is_abandoned());
    assert_eq!(WavInput::open(folder.join("01-microphone-raw.wav")).unwrap().samples().len(), 480);
}

#[test]
fn a_folder_that_cannot_be_made_is_told_at_once_and_a_file_that_cannot_by_and_by() {
    let folder = path_of_test("refused");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("01-mix.wav"), "an earlier recording").unwrap();
    let refused = Recorder::start(folder.join("01-mix.wav"), RecordingSettings::default());
    assert!(matches!(refused, Err(RecorderError::Recording(RecordingError::Folder { .. }))), "{refused:?}");

    let mut recorder = Recorder::start(&folder, RecordingSettings::default()).unwrap();
    let mut sender = added(&mut recorder, TapSource::Mix);
    sender.push(SamplePosition(0), mono(true));
    until("the recorder gives up", || !recorder.is_running());
    let (_, tap) = Tap::new(TapSource::Mix);
    assert!(matches!(recorder.add(tap), Err(RecorderError::Stopped)));
    let error = recorder.stop().unwrap_err();
    assert!(matches!(error, RecorderError::Recording(RecordingError::Create { .. })), "{error:?}");
    assert_eq!(fs::read(folder.join("01-mix.wav")).unwrap(), b"an earlier recording");
}

#[test]
fn there_are_no_more_tracks_than_allowed() {
    let settings = RecordingSettings { max_tracks: 1, ..RecordingSettings::default() };
    let mut recorder = Recorder::start(path_of_test("many"), settings).unwrap();
    let _sender = added(&mut recorder, TapSource::RawMicrophone);
    let (_sender, tap) = Tap::new(TapSource::Mix);
    let refused = recorder.add(tap);
    assert!(
        matches!(refused, Err(RecorderError::Recording(RecordingError::TooManyTracks { max: 1 }))),
        "{refused:?}"
    );
}

fn added(recorder: &mut Recorder, source: TapSource) -> TapSender {
    let (sender, tap) = Tap::new(source);
    recorder.add(tap).unwrap();
    sender
}

fn mono(is_loud: bool) -> TapSound {
    TapSound::Mono(if is_loud { [0.5; BLOCK_SAMPLES] } else { [0.0; BLOCK_SAMPLES] })
}

/// The first and the last sample that is loud.
fn loud(input: &WavInput) -> (usize, usize) {
    let is_loud = |sample: &f32| *sample > 0.2;
    let samples = input.samples();
    (samples.iter().position(is_loud).unwrap(), samples.iter().rposition(is_loud).unwrap())
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
