//! Tracks of frames that stay encrypted: each is read back unchanged, at its position.

use consonance_recording::{
    Channels, OggPacketWriter, SealedTrackError, SealedTrackReader, SealedTrackWriter, repair_sealed_track,
};

/// Two stretches of speech with a pause, and a frame whose position is already taken.
fn track() -> Vec<u8> {
    let mut writer = SealedTrackWriter::new(Vec::new(), 7, "Alice").unwrap();
    for number in 0..200_u64 {
        let at = number * 960 + if number < 100 { 4_800 } else { 480_000 };
        assert_eq!(writer.write(at, 960, &[number as u8; 90]).unwrap(), at);
    }
    let end = writer.end();
    assert_eq!(writer.write(0, 960, b"late").unwrap(), end);
    writer.finish().unwrap()
}

fn frames(file: &[u8]) -> (Vec<(u64, Vec<u8>)>, bool) {
    let mut reader = SealedTrackReader::open(file).unwrap();
    assert_eq!(reader.player(), "Alice");
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        assert_eq!(frame.samples, 960);
        frames.push((frame.at_sample, frame.frame.to_vec()));
    }
    (frames, reader.is_whole())
}

#[test]
fn frames_come_back_as_they_were_at_their_places() {
    let (frames, is_whole) = frames(&track());
    assert!(is_whole);
    assert_eq!(frames.len(), 201);
    assert_eq!(frames[0], (4_800, vec![0; 90]));
    assert_eq!(frames[100], (576_000, vec![100; 90]));
    assert_eq!(frames[200], (576_000 + 100 * 960, b"late".to_vec()));
}

#[test]
fn a_track_that_is_cut_off_gives_its_whole_pages() {
    let track = track();
    let mut before = 0;
    for length in (120..track.len()).step_by(97) {
        let (frames, is_whole) = frames(&track[..length]);
        assert!(!is_whole && frames.len() >= before && frames.len() < 201, "{length}");
        before = frames.len();
    }
    assert!(before > 100);
}

#[test]
fn what_is_no_sealed_track_is_refused() {
    let opus = OggPacketWriter::new(Vec::new(), 1, Channels::Mono, &[]).unwrap().finish().unwrap();
    let mut later = track();
    for bytes in [&b""[..], b"OggS", &opus, &track()[28..], &track()[..60]] {
        let error = SealedTrackReader::open(bytes).unwrap_err();
        assert!(matches!(error, SealedTrackError::Malformed { .. }), "{error}");
        assert_eq!(error.code(), "malformed");
    }
    // The checksum no longer matches.
    later[36] ^= 1;
    SealedTrackReader::open(&*later).unwrap_err();
}

#[test]
fn a_file_that_a_crash_cut_off_is_ended_at_its_last_whole_page() {
    let path = std::env::temp_dir().join(format!("consonance-sealed-{}.sealed", std::process::id()));
    let whole = track();
    std::fs::write(&path, &whole[..whole.len() - 100]).unwrap();
    let samples = repair_sealed_track(&path).unwrap();
    let repaired = std::fs::read(&path).unwrap();
    let (frames, is_whole) = frames(&repaired);
    assert!(is_whole && frames.len() > 100);
    assert_eq!(samples, frames.last().unwrap().0 + 960);
    assert_eq!(repair_sealed_track(&path).unwrap(), samples, "it is whole now");
    assert_eq!(std::fs::read(&path).unwrap(), repaired);
    std::fs::write(&path, &whole[..30]).unwrap();
    repair_sealed_track(&path).unwrap_err();
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_damaged_track_is_read_without_harm() {
    let track = track();
    consonance_recording::fuzz::sealed_track(&track);
    for place in (0..track.len()).step_by(53).chain(0..400) {
        let mut damaged = track.clone();
        damaged[place] ^= 0x41;
        consonance_recording::fuzz::sealed_track(&damaged);
        consonance_recording::fuzz::sealed_track(&track[..place]);
    }
}
