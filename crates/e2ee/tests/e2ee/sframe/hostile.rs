//! Frames that no member sealed.

use consonance_e2ee::sframe::{OpenError, Opener};
use proptest::prelude::*;

use super::group::{Group, NOW, open_at, seal, secret};

#[test]
fn a_frame_cut_off_at_any_length_is_refused() {
    let mut group = Group::new(6, &[300]);
    let sealed = group.seal(300, b"metadata", b"a frame of Opus");
    let header = 3;
    for length in 0..sealed.len() {
        let expected = if length < header + 10 { "malformed" } else { "forged" };
        let refused = group.open(b"metadata", &sealed[..length]).unwrap_err();
        assert_eq!(refused.code(), expected, "{length} bytes");
    }
    let counts = group.opener.counts();
    assert_eq!((counts.malformed, counts.forged, counts.opened), (13, 15, 0));
    group.open(b"metadata", &sealed).unwrap();
}

#[test]
fn a_header_that_is_longer_than_the_frame_is_malformed() {
    let mut group = Group::new(6, &[]);
    for sealed in [&[][..], &[0xFF], &[0xFF; 16], &[0xFF; 17], &[0xFF; 26]] {
        assert_eq!(group.open(b"", sealed), Err(OpenError::Malformed { bytes: sealed.len() }));
    }
    assert_eq!(group.opener.counts().malformed, 5);
}

#[test]
fn no_bit_of_a_frame_can_be_changed() {
    let mut group = Group::new(6, &[300]);
    let sealed = group.seal(300, b"metadata", b"a frame of Opus");
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(group.open(b"metadata", &changed).is_err(), "bit {bit}");
    }
    group.open(b"metadata", &sealed).unwrap();
}

#[test]
fn other_metadata_is_forged() {
    let mut group = Group::new(6, &[3]);
    let sealed = group.seal(3, b"metadata", b"frame");
    for metadata in [&b""[..], b"metadat", b"metadata ", b"Metadata"] {
        let refused = group.open(metadata, &sealed);
        assert_eq!(refused, Err(OpenError::Forged { leaf: 3, epoch: 6, counter: 0 }));
    }
    assert_eq!(group.opener.counts().forged, 4);
    group.open(b"metadata", &sealed).unwrap();
}

#[test]
fn what_moves_between_header_metadata_and_frame_is_forged() {
    let mut group = Group::new(6, &[3]);
    let sealed = group.seal(3, b"metadata", b"frame");
    // The concatenation of the authenticated bytes is the same, but their lengths are authenticated, too.
    let (head, frame) = sealed.split_at(2);
    let moved = [head, b"a", frame].concat();
    assert_eq!(group.open(b"metadat", &moved).unwrap_err().code(), "forged");
    assert_eq!(
        group.open(&[b"metadata", &frame[..1]].concat(), &[head, &frame[1..]].concat()).unwrap_err().code(),
        "forged"
    );
}

#[test]
fn a_leaf_that_is_not_in_the_epoch_is_unknown() {
    let mut opener = Opener::new();
    opener.add_epoch(NOW, secret(6), 20).unwrap();
    let mut group = Group::new(6, &[19, 20]);
    open_at(NOW, &mut opener, b"", &group.seal(19, b"", b"frame")).unwrap();
    let sealed = group.seal(20, b"", b"frame");
    let refused = open_at(NOW, &mut opener, b"", &sealed);
    assert_eq!(refused, Err(OpenError::UnknownSender { key_id: 20 << 4 | 6 }));
    assert_eq!(opener.counts().unknown_sender, 1);
}

#[test]
fn a_key_id_with_a_context_is_of_no_sender() {
    let mut group = Group::new(6, &[3]);
    // Context 1, leaf 3, epoch 6; counter 0; a frame and a tag.
    let sealed = [&[0b1010_0000, 0x10, 0x00, 0x36][..], &[0; 15]].concat();
    assert_eq!(group.open(b"", &sealed), Err(OpenError::UnknownSender { key_id: 0x10_0036 }));
}

#[test]
fn a_frame_of_another_group_is_forged() {
    let mut group = Group::new(6, &[]);
    let other = consonance_e2ee::sframe::EpochSecret::new(6, [1; consonance_e2ee::sframe::BASE_KEY_BYTES]);
    let sealed = seal(&mut consonance_e2ee::sframe::Sealer::new(&other, 3).unwrap(), b"", b"frame");
    assert_eq!(group.open(b"", &sealed).unwrap_err().code(), "forged");
}

proptest! {
    #[test]
    fn no_made_up_bytes_are_opened(metadata: Vec<u8>, sealed: Vec<u8>) {
        let mut group = Group::new(6, &[]);
        prop_assert!(group.open(&metadata, &sealed).is_err());
    }

    #[test]
    fn bytes_behind_any_known_header_are_not_opened(bytes: Vec<u8>, leaf in 0_u8..16, counter in 0_u8..8) {
        let mut group = Group::new(6, &[]);
        let sealed = [&[0x80 | counter, leaf << 4 | 6][..], &bytes].concat();
        let expected = if bytes.len() < 10 { "malformed" } else { "forged" };
        prop_assert_eq!(group.open(b"", &sealed).unwrap_err().code(), expected);
    }
}
