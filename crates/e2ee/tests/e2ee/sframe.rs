//! Frames between members of a group: which are opened, and which are refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod group;

mod archive;
mod epochs;
mod hostile;
mod other_back_end;
mod replays;

use consonance_e2ee::sframe::{EpochSecret, OpenedFrame};
use proptest::prelude::*;

use group::{Group, NOW, secret};

proptest! {
    #[test]
    fn what_is_sealed_is_opened(
        epoch: u64,
        leaf in 0_u32..=u32::from(u16::MAX),
        frames in proptest::collection::vec((any::<Vec<u8>>(), any::<Vec<u8>>()), 1..12),
    ) {
        let mut group = Group::new(epoch, &[leaf]);
        let mut out = b"before".to_vec();
        for (counter, (metadata, frame)) in (0..).zip(frames) {
            let sealed = group.seal(leaf, &metadata, &frame);
            let opened = group.opener.open(NOW, &metadata, &sealed, &mut out);
            prop_assert_eq!(opened, Ok(OpenedFrame { leaf, epoch, counter }));
            prop_assert_eq!(&out[6..], &frame);
            out.truncate(6);
        }
        prop_assert_eq!(out, b"before");
    }
}

#[test]
fn sealing_appends_to_the_buffer() {
    let mut group = Group::new(1, &[2]);
    let mut out = b"before".to_vec();
    group.sealer(2).seal(b"metadata", b"frame", &mut out).unwrap();
    assert_eq!(out.split_off(6).len(), b"frame".len() + 1 + 1 + 10);
    assert_eq!(out, b"before");
}

#[test]
fn each_member_has_a_key_of_its_own() {
    let mut group = Group::new(9, &[1, 2]);
    let [one, two] = [1, 2].map(|leaf| group.seal(leaf, b"", b"the same frame"));
    assert_ne!(one[one.len() - 10..], two[two.len() - 10..]);
    assert_eq!(group.open(b"", &one).unwrap().0.leaf, 1);
    assert_eq!(group.open(b"", &two).unwrap().0.leaf, 2);
}

#[test]
fn nothing_that_is_printed_has_a_secret() {
    let mut group = Group::new(9, &[1]);
    let secret: EpochSecret = secret(9);
    assert_eq!(format!("{secret:?}"), "EpochSecret { epoch: 9, .. }");
    assert_eq!(format!("{:?}", group.sealer(1)), "Sealer { epoch: 9, leaf: 1, counter: 0, .. }");
    let opener = format!("{:?}", group.opener);
    assert!(opener.starts_with("Opener { epochs: [9], counts: OpenCounts { opened: 0,"), "{opener}");
}
