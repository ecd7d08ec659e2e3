//! A server's recording of an end-to-end encrypted session, and its decryption by a holder of the keys.

use std::fs;
use std::path::{Path, PathBuf};

use consonance::{
    EncryptionEvent, EncryptionPolicy, EncryptionSettings, EncryptionState, EventKind, KeptCounts,
    KeptFrames, LoggedEpoch,
};
use consonance_recording::{OpenedTrack, SealedTrackReader};
use consonance_server::recording::{
    RecordingIndex, SessionRecorder, SessionRecordingSettings, recordings_in,
};
use consonance_session::Encryption;
use consonance_testing::folder::Folder;
use consonance_testing::sound::{ALIKE, decode, likeness};

use crate::fixture::Fixture;
use crate::player::{Player, entered};
use crate::speech::{Speech, recording};

fn on() -> EventKind {
    EventKind::Encryption(EncryptionEvent::State(EncryptionState::On))
}

fn keys_in(file: &Path) -> Vec<LoggedEpoch> {
    LoggedEpoch::read_log(&fs::read_to_string(file).unwrap()).unwrap()
}

/// A fixture that records everything.
fn recorded(encryption: Encryption, folder: &Folder) -> (Fixture, SessionRecorder) {
    let fixture = Fixture::open_with(|settings| settings.encryption.rule = encryption);
    let mut settings = SessionRecordingSettings::default();
    settings.sessions = vec!["main".into()];
    settings.free_bytes_min = 0;
    let recorder = SessionRecorder::start(folder.path().join("recordings"), settings).unwrap();
    fixture.record_with(&recorder);
    (fixture, recorder)
}

/// Completes the recording.
fn finished(recorder: SessionRecorder, folder: &Folder) -> (PathBuf, RecordingIndex) {
    drop(recorder);
    let [recording] = &recordings_in(&folder.path().join("recordings")).unwrap()[..] else { panic!() };
    (recording.clone(), RecordingIndex::read(recording).unwrap())
}

/// A chat that logs its keys.
fn logging(file: &Path) -> EncryptionSettings {
    let mut settings = EncryptionSettings::default();
    settings.key_log = Some(file.to_owned());
    settings
}

/// A track decrypted with these keys, after a change to each frame.
fn decrypt(
    file: &Path,
    keys: &[LoggedEpoch],
    change: impl Fn(u64, &mut Vec<u8>),
) -> (OpenedTrack, KeptCounts, Vec<u8>) {
    let mut track = SealedTrackReader::open(fs::File::open(file).unwrap()).unwrap();
    let (mut frames, mut opus, mut number) = (KeptFrames::new(keys), Vec::new(), 0);
    let opened = track.write_opus(&mut opus, |player, frame, packet| {
        let mut frame = frame.to_vec();
        change(number, &mut frame);
        number += 1;
        frames.open(player, &frame, packet)
    });
    (opened.unwrap(), frames.counts(), opus)
}

#[test]
fn a_holder_of_the_keys_hears_what_a_server_recorded_and_nobody_else_does() {
    let folder = Folder::new();
    let (fixture, recorder) = recorded(Encryption::Required, &folder);
    let key_log = folder.path().join("keys");
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby"));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby").encryption(logging(&key_log)));
    alice.until(&entered("Bob", "lobby"));
    alice.until(&on());
    bob.until(&on());
    let spoken = recording(1, 0.0, 3.0);
    alice.voice.microphone().set_input(Speech::once(&spoken));
    bob.assert_hears("Alice", &spoken);
    drop((alice, bob));
    let (recording, index) = finished(recorder, &folder);
    let [track] = &index.tracks[..] else { panic!("{index:?}") };
    assert!(track.sealed && track.player == "Alice" && track.frames > 100, "{track:?}");
    assert_eq!((&*track.file, track.frames_refused), ("Alice-1.sealed", 0));
    let file = recording.join(&track.file);

    let keys = keys_in(&key_log);
    let (opened, counts, opus) = decrypt(&file, &keys, |_, _| {});
    assert_eq!((opened.frames, counts.opened), (track.frames, track.frames));
    assert_eq!(counts.refused(), 0, "{counts:?}");
    let heard = decode(&*opus);
    let likeness = likeness(&spoken, &heard);
    assert!(likeness > ALIKE, "{likeness}");
    assert_eq!(heard.len() as u64, track.duration_samples);

    let (opened, counts, _) = decrypt(&file, &keys, |number, frame| match number {
        7 => *frame.last_mut().unwrap() ^= 1,
        8 => frame[1] ^= 1,
        _ => {}
    });
    assert_eq!((opened.frames, counts.forged), (track.frames - 2, 2), "a tag and a loudness were altered");

    let (opened, counts, _) = decrypt(&file, &other_keys(&folder), |_, _| {});
    assert_eq!((opened.frames, counts.refused()), (0, track.frames), "{counts:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&key_log).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// The keys of another session.
fn other_keys(folder: &Folder) -> Vec<LoggedEpoch> {
    let fixture = Fixture::open_with(|settings| settings.encryption.rule = Encryption::Required);
    let file = folder.path().join("other-keys");
    let mut carol = Player::join("Carol", fixture.chat().encryption(logging(&file)));
    carol.until(&on());
    keys_in(&file)
}

#[test]
fn a_voice_whose_room_becomes_plain_has_a_file_of_each_kind() {
    let folder = Folder::new();
    let (fixture, recorder) = recorded(Encryption::Allowed, &folder);
    let key_log = folder.path().join("keys");
    let alice = fixture.chat().speak_in_room("lobby").encryption(logging(&key_log));
    let mut alice = Player::join("Alice", alice);
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.until(&on());
    bob.until(&on());
    let (first, second) = (recording(1, 0.0, 2.0), recording(3, 0.2, 2.2));
    alice.voice.microphone().set_input(Speech::once(&first));
    bob.assert_hears("Alice", &first);
    let mut never = EncryptionSettings::default();
    never.policy = EncryptionPolicy::Never;
    let mut old = Player::join("Old", fixture.chat().encryption(never).listen_to_room("lobby"));
    alice.until_some("rooms", |kind| {
        matches!(kind, EventKind::Encryption(EncryptionEvent::RoomsChanged { by: Some(_), .. }))
    });
    alice.voice.microphone().set_input(Speech::once(&second));
    old.assert_hears("Alice", &second);
    drop((alice, bob, old));
    let (recording, index) = finished(recorder, &folder);
    let files: Vec<_> = index.tracks.iter().map(|track| &*track.file).collect();
    assert_eq!(files, ["Alice-1.sealed", "Alice-2.opus"]);
    assert!(index.tracks.iter().all(|track| track.frames_lost < 5), "{index:?}");
    let plain = decode(&*fs::read(recording.join("Alice-2.opus")).unwrap());
    assert!(likeness(&second, &plain) > ALIKE);
    let (_, counts, opus) = decrypt(&recording.join("Alice-1.sealed"), &keys_in(&key_log), |_, _| {});
    assert_eq!(counts.refused(), 0);
    assert!(likeness(&first, &decode(&*opus)) > ALIKE);
}

#[test]
fn a_key_log_that_cannot_be_opened_is_refused_at_the_start() {
    let folder = Folder::new();
    let fixture = Fixture::open();
    let refused = fixture.chat().name("Alice").encryption(logging(folder.path())).start();
    let error = refused.map(drop).unwrap_err();
    assert_eq!(error.code(), "key-log");
    assert!(error.to_string().starts_with("cannot log keys to "), "{error}");
}
