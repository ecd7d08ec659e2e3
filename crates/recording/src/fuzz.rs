//! The body of a fuzz target, which the tests run, too: any bytes as a sealed track.

use crate::SealedTrackReader;

/// Reads the bytes as a sealed track, with their checksums as they are and put right, and writes Ogg Opus of it, as if
/// its frames were not sealed.
///
/// # Panics
/// If frames overlap, or the sound is not as long as it is said to be.
pub fn sealed_track(bytes: &[u8]) {
    read(bytes);
    read(&crate::ogg_page::with_right_checksums(bytes));
}

fn read(bytes: &[u8]) {
    let Ok(mut track) = SealedTrackReader::open(bytes) else { return };
    let mut end = 0;
    while let Ok(Some(frame)) = track.next_frame() {
        assert!(frame.at_sample >= end && (120..=5_760).contains(&frame.samples), "{frame:?}");
        end = frame.at_sample + u64::from(frame.samples);
        // Hours of silence are written in time that fuzzers do not have.
        if end > 48_000 * 600 {
            return;
        }
    }
    assert_eq!(track.end(), end);
    let mut track = SealedTrackReader::open(bytes).expect("it was opened before");
    let mut written = Vec::new();
    let opened = track.write_opus(&mut written, |_, frame, packet| {
        packet.extend(frame);
        true
    });
    let opened = opened.expect("memory can be read and written");
    assert!(written.starts_with(b"OggS") && opened.samples <= end + 5_760 * opened.frames);
}
