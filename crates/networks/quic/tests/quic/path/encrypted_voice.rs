//! End-to-end encrypted voice shares datagrams like any other, and comes out of them as it was sealed.

use std::time::Duration;

use consonance_e2ee::sframe::{BASE_KEY_BYTES, EpochSecret, Opener, Sealer};

use crate::path::gathering::busy;

const SPEAKERS: u32 = 8;

/// An Opus packet of 20 ms at 32 kbit/s.
const FRAME_BYTES: usize = 80;

const AUTHENTICATED: &[u8] = b"sequence 1";

fn secret() -> EpochSecret {
    EpochSecret::new(7, [0x2A; BASE_KEY_BYTES])
}

fn frame_of(speaker: u32) -> Vec<u8> {
    vec![speaker as u8; FRAME_BYTES]
}

fn sealed_by(speaker: u32) -> Vec<u8> {
    let mut sealed = Vec::new();
    Sealer::new(&secret(), speaker).unwrap().seal(AUTHENTICATED, &frame_of(speaker), &mut sealed).unwrap();
    sealed
}

#[test]
fn encrypted_frames_of_several_speakers_share_a_datagram_and_each_opens() {
    let mut pair = busy(0.5);
    for speaker in 0..SPEAKERS {
        assert!(pair.server_sends(u64::from(speaker), &sealed_by(speaker)));
    }
    pair.run(Duration::from_millis(10));
    assert_eq!(pair.sent_down.len(), 1);

    let mut listener = Opener::new();
    listener.add_epoch(Duration::ZERO, secret(), SPEAKERS).unwrap();
    let frames: Vec<_> = pair
        .at_client
        .iter()
        .map(|sealed| {
            let mut frame = Vec::new();
            let opened = listener.open(Duration::ZERO, AUTHENTICATED, sealed, &mut frame).unwrap();
            (opened.leaf, frame)
        })
        .collect();
    assert_eq!(frames, (0..SPEAKERS).map(|speaker| (speaker, frame_of(speaker))).collect::<Vec<_>>());
}
