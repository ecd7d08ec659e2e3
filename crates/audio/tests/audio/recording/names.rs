//! Files named after players: in the folder, one each, and never overwriting another.

use std::fs;

use consonance_audio::{
    Channels, Recording, RecordingError, RecordingFormat, RecordingSettings, SamplePosition,
};

use crate::recording::files::{block, folder, read_wav, recording};

#[test]
fn hostile_names_make_files_in_the_folder_and_nowhere_else() {
    let mut recording = recording("hostile-names", 0, RecordingFormat::Wav);
    let names = ["../../outside", "/outside", "C:\\outside", "CON", "a\0b", "..", "", "\u{202e}vaw.exe"];
    for name in names {
        recording.add_track(name, Channels::Mono).unwrap();
    }
    let tracks = recording.finish().unwrap();
    let written = names.iter().zip(&tracks).all(|(name, track)| track.name == *name && track.path.is_file());
    assert!(written, "{tracks:?}");
    let root = tracks[0].path.parent().unwrap();
    assert_eq!(fs::read_dir(root).unwrap().count(), names.len());
    assert_eq!(tracks[3].path.file_name().unwrap(), "04-CON.wav");
}

#[test]
fn two_players_of_one_name_have_a_file_each() {
    let mut recording = recording("namesakes", 0, RecordingFormat::Wav);
    let [first, second] = [0.25, 0.5].map(|sample| {
        let track = recording.add_track("Alice", Channels::Mono).unwrap();
        recording.write(track, SamplePosition(0), &block(sample)).unwrap();
        track
    });
    assert_ne!(first, second);
    let tracks = recording.finish().unwrap();
    for (track, sample) in tracks.iter().zip([0.25, 0.5]) {
        let (sound, _) = read_wav(&track.path);
        assert!(sound.iter().all(|heard| (heard - sample).abs() < 1e-4), "{track:?}");
    }
}

#[test]
fn a_recording_that_is_there_already_is_not_overwritten() {
    for format in [RecordingFormat::Wav, RecordingFormat::OggOpus] {
        let mut first = recording("twice", 0, format);
        let track = first.add_track("Alice", Channels::Mono).unwrap();
        first.write(track, SamplePosition(0), &block(0.5)).unwrap();
        let path = first.finish().unwrap().remove(0).path;
        let before = fs::read(&path).unwrap();
        let settings = RecordingSettings { format, ..RecordingSettings::default() };
        let mut second = Recording::create(path.parent().unwrap(), SamplePosition(0), settings).unwrap();
        let refused = second.add_track("Alice", Channels::Mono);
        assert!(matches!(refused, Err(RecordingError::Create { .. })), "{refused:?}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let file = folder("no-folder");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "a file").unwrap();
    let refused = Recording::create(file.join("below"), SamplePosition(0), RecordingSettings::default());
    assert!(matches!(refused, Err(RecordingError::Folder { .. })), "{refused:?}");
    fs::remove_file(file).unwrap();
}

#[test]
fn there_are_no_more_tracks_than_allowed() {
    let settings = RecordingSettings { max_tracks: 2, ..RecordingSettings::default() };
    let mut recording = Recording::create(folder("tracks"), SamplePosition(0), settings).unwrap();
    recording.add_track("1", Channels::Mono).unwrap();
    recording.add_track("2", Channels::Stereo).unwrap();
    let refused = recording.add_track("3", Channels::Mono);
    assert!(matches!(refused, Err(RecordingError::TooManyTracks { max: 2 })), "{refused:?}");
    assert_eq!(recording.tracks().count(), 2);
}
