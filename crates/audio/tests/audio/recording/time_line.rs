//! One time line: every block is written at its position, and blocks without one are counted.

use consonance_audio::{
    Channels, Recording, RecordingError, RecordingFormat, RecordingSettings, SamplePosition, StereoBlock,
};
use consonance_testing::sound::{correlation, peak, speech};

use crate::recording::files::{block, folder, read_ogg_opus, read_wav, recording};

/// 10 s, the longest silence that is written at once.
const LONGEST_GAP: u64 = 480_000;

/// The first sample that is louder than a tenth of full scale.
fn onset(sound: &[f32]) -> Option<usize> {
    sound.iter().position(|sample| sample.abs() > 0.1)
}

#[test]
fn all_files_begin_where_the_recording_does() {
    let mut recording = recording("aligned", 10_000, RecordingFormat::Wav);
    let early = recording.add_track("early", Channels::Mono).unwrap();
    recording.write(early, SamplePosition(10_000), &block(0.5)).unwrap();
    let late = recording.add_track("late", Channels::Mono).unwrap();
    recording.write(late, SamplePosition(12_345), &block(0.5)).unwrap();
    let both = recording.add_track("both", Channels::Stereo).unwrap();
    recording.write(both, SamplePosition(12_345), &block(0.5)).unwrap();
    let tracks = recording.finish().unwrap();
    let onsets: Vec<_> = tracks.iter().map(|track| onset(&read_wav(&track.path).0).unwrap()).collect();
    assert_eq!(onsets, [0, 2_345, 2 * 2_345]);
    assert_eq!(tracks.iter().map(|track| track.samples).collect::<Vec<_>>(), [480, 2_825, 2_825]);
}

#[test]
fn speech_lies_in_the_same_place_in_both_formats() {
    let spoken = speech(0.0, 2.0);
    for format in [RecordingFormat::Wav, RecordingFormat::OggOpus] {
        let mut recording = recording("formats", 777, format);
        let track = recording.add_track("Alice", Channels::Mono).unwrap();
        for (number, block) in spoken.as_chunks().0.iter().enumerate() {
            // A pause of a second in the middle.
            let pause = if number < 100 { 0 } else { 48_000 };
            let position = SamplePosition(777 + 5_000 + pause + 480 * number as u64);
            recording.write(track, position, block).unwrap();
        }
        let path = recording.finish().unwrap().remove(0).path;
        let sound = match format {
            RecordingFormat::Wav => read_wav(&path).0,
            RecordingFormat::OggOpus => read_ogg_opus(&path),
        };
        assert_eq!(sound.len(), 5_000 + 48_000 + 96_000);
        assert!(peak(&sound[..4_000]) < 0.001, "{format:?}");
        assert!(peak(&sound[5_000 + 48_000 + 9_600..5_000 + 96_000 - 960]) < 0.001, "{format:?}");
        for (begins, spoken) in [(5_000, &spoken[..48_000]), (101_000, &spoken[48_000..])] {
            let likeness = correlation(&sound[begins..][..48_000], spoken);
            assert!(likeness > 0.95, "{format:?}: {likeness}");
        }
    }
}

#[test]
fn what_overlaps_is_kept_as_far_as_it_is_new() {
    let mut recording = recording("overlap", 0, RecordingFormat::Wav);
    let track = recording.add_track("Alice", Channels::Mono).unwrap();
    for (position, sample) in [(0, 0.25), (300, 0.5), (100, 0.75), (780, 0.125)] {
        recording.write(track, SamplePosition(position), &block(sample)).unwrap();
    }
    let report = recording.finish().unwrap().remove(0);
    assert_eq!((report.samples, report.late_samples), (1_260, 180 + 480));
    let (sound, _) = read_wav(&report.path);
    let expected = [(480, 0.25), (300, 0.5), (480, 0.125)];
    let expected: Vec<f32> =
        expected.into_iter().flat_map(|(samples, sample)| std::iter::repeat_n(sample, samples)).collect();
    assert_eq!(sound.len(), expected.len());
    assert!(sound.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4));
}

#[test]
fn what_lies_before_the_start_is_left_out() {
    let mut recording = recording("before", 1_000, RecordingFormat::Wav);
    let track = recording.add_track("Alice", Channels::Mono).unwrap();
    recording.write(track, SamplePosition(0), &block(0.25)).unwrap();
    recording.write(track, SamplePosition(900), &block(0.5)).unwrap();
    let report = recording.finish().unwrap().remove(0);
    assert_eq!((report.samples, report.late_samples), (380, 580));
    assert!(read_wav(&report.path).0.iter().all(|sample| *sample > 0.4));
}

#[test]
fn a_long_silence_is_written_in_pieces_and_sound_is_kept_once_it_is_there() {
    for format in [RecordingFormat::Wav, RecordingFormat::OggOpus] {
        let mut recording = recording("distant", 0, format);
        let track = recording.add_track("Alice", Channels::Mono).unwrap();
        let place = SamplePosition(3 * LONGEST_GAP);
        recording.write(track, place, &block(0.5)).unwrap();
        let report = recording.tracks().next().unwrap();
        assert_eq!((report.samples, report.distant_blocks), (LONGEST_GAP, 1));
        assert!(!recording.approach(track, place).unwrap());
        assert!(recording.approach(track, place).unwrap());
        recording.write(track, place, &block(0.5)).unwrap();
        let report = recording.finish().unwrap().remove(0);
        assert_eq!((report.samples, report.distant_blocks), (3 * LONGEST_GAP + 480, 1));
    }
}

#[test]
fn what_lies_beyond_the_end_is_left_out_and_makes_no_file_longer() {
    let settings = RecordingSettings { max_seconds: 1, ..RecordingSettings::default() };
    let mut recording = Recording::create(folder("end"), SamplePosition(480), settings).unwrap();
    let track = recording.add_track("Alice", Channels::Mono).unwrap();
    for position in [u64::MAX, u64::MAX - 480, 1 << 40, 48_001] {
        recording.write(track, SamplePosition(position), &block(0.5)).unwrap();
    }
    assert_eq!(recording.tracks().next().unwrap().samples, 0);
    recording.write(track, SamplePosition(48_000), &block(0.5)).unwrap();
    assert!(recording.approach(track, SamplePosition(u64::MAX)).unwrap());
    let report = recording.finish().unwrap().remove(0);
    assert_eq!((report.samples, report.blocks_after_end), (48_000, 4));
}

#[test]
fn a_track_takes_mono_and_stereo() {
    let sides = StereoBlock { left: block(0.5), right: block(0.25) };
    let mut recording = recording("sides", 0, RecordingFormat::Wav);
    let mono = recording.add_track("mono", Channels::Mono).unwrap();
    let stereo = recording.add_track("stereo", Channels::Stereo).unwrap();
    for track in [mono, stereo] {
        recording.write(track, SamplePosition(0), &sides).unwrap();
        recording.write(track, SamplePosition(480), &block(0.125)).unwrap();
    }
    let tracks = recording.finish().unwrap();
    let (mono, channels) = read_wav(&tracks[0].path);
    assert_eq!((mono.len(), channels), (960, 1));
    assert!((mono[0] - 0.375).abs() < 1e-4 && (mono[480] - 0.125).abs() < 1e-4);
    let (stereo, channels) = read_wav(&tracks[1].path);
    assert_eq!((stereo.len(), channels), (1_920, 2));
    let frames = stereo.as_chunks::<2>().0;
    assert!((frames[0][0] - 0.5).abs() < 1e-4 && (frames[0][1] - 0.25).abs() < 1e-4);
    assert_eq!(frames[480][0].to_bits(), frames[480][1].to_bits());
}

#[test]
fn a_wav_file_can_be_read_while_it_is_being_written() {
    let mut recording = recording("growing", 0, RecordingFormat::Wav);
    let track = recording.add_track("Alice", Channels::Stereo).unwrap();
    for number in 0..130 {
        recording.write(track, SamplePosition(480 * number), &block(0.5)).unwrap();
    }
    let path = recording.tracks().next().unwrap().path;
    let (sound, _) = read_wav(&path);
    assert!(sound.len() / 2 >= 130 * 480 - 12_000, "{} samples", sound.len() / 2);
}

#[test]
fn a_track_of_another_recording_is_refused() {
    let mut first = recording("own", 0, RecordingFormat::Wav);
    let mut second = recording("other", 0, RecordingFormat::Wav);
    let track = first.add_track("Alice", Channels::Mono).unwrap();
    let refused = second.write(track, SamplePosition(0), &block(0.5));
    assert!(matches!(refused, Err(RecordingError::OtherTrack)), "{refused:?}");
}
