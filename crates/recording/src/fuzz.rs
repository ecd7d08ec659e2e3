//! The body of a fuzz target, also run by the tests: any bytes as a sealed track.

use crate::SealedTrackReader;

/// Reads the bytes as a sealed track, first with their own checksums and then with corrected ones, and writes Ogg Opus
/// from it, as if its frames were not sealed.
///
/// # Panics
/// If frames overlap, or if the sound does not have the reported length.
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
        // Writing hours of silence would take too long for a fuzzer.
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
