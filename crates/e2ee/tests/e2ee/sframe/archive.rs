//! Archived frames, opened with all known epochs.

use consonance_e2ee::sframe::{ArchiveOpener, BASE_KEY_BYTES, EpochSecret, OpenError, Sealer};

use super::group::{seal, secret};

fn archive(epochs: impl IntoIterator<Item = u64>) -> ArchiveOpener {
    let mut archive = ArchiveOpener::new();
    for epoch in epochs {
        archive.add_epoch(secret(epoch), 8).unwrap();
    }
    archive
}

fn frame(epoch: u64, leaf: u32) -> Vec<u8> {
    seal(&mut Sealer::new(&secret(epoch), leaf).unwrap(), b"head", b"a frame")
}

fn code(opened: Result<(usize, consonance_e2ee::sframe::OpenedFrame), OpenError>) -> &'static str {
    opened.map_or_else(|error| error.code(), |_| "opened")
}

#[test]
fn frames_of_all_epochs_are_opened_though_their_key_ids_are_the_same() {
    let mut archive = archive([3, 19, 35, 4]);
    for (number, epoch) in [(2, 35), (0, 3), (1, 19), (3, 4)] {
        let mut out = Vec::new();
        let (opened_by, opened) = archive.open(b"head", &frame(epoch, 1), &mut out).unwrap();
        assert_eq!((opened_by, opened.epoch, opened.leaf, &*out), (number, epoch, 1, &b"a frame"[..]));
    }
    assert_eq!(archive.counts().opened, 4);
}

#[test]
fn groups_with_the_same_epoch_are_told_apart_by_the_tag() {
    let mut archive = archive([3]);
    let other = EpochSecret::new(3, [9; BASE_KEY_BYTES]);
    assert_eq!(archive.add_epoch(other.clone(), 8), Some(1));
    let mut out = Vec::new();
    let sealed = seal(&mut Sealer::new(&other, 1).unwrap(), b"head", b"a frame");
    assert_eq!(archive.open(b"head", &sealed, &mut out).unwrap().0, 1);
    assert_eq!(archive.open(b"head", &frame(3, 1), &mut out).unwrap().0, 0);
}

#[test]
fn what_is_not_opened_leaves_nothing_and_is_counted_by_its_reason() {
    let mut archive = archive([3]);
    let mut out = Vec::new();
    let genuine = frame(3, 1);
    let mut altered = genuine.clone();
    altered[5] ^= 1;
    assert_eq!(code(archive.open(b"head", &altered, &mut out)), "forged");
    assert_eq!(code(archive.open(b"another", &genuine, &mut out)), "forged");
    assert_eq!(code(archive.open(b"head", &frame(4, 1), &mut out)), "unknown-epoch");
    assert_eq!(code(archive.open(b"head", &frame(3, 8), &mut out)), "unknown-sender");
    assert_eq!(code(archive.open(b"head", &genuine[..9], &mut out)), "malformed");
    assert!(out.is_empty());
    assert_eq!(code(archive.open(b"head", &genuine, &mut out)), "opened");
    assert_eq!(code(archive.open(b"head", &genuine, &mut out)), "replayed");
    assert_eq!(
        code(archive.open(b"head", &altered, &mut out)),
        "forged",
        "its tag is wrong before it is late"
    );
    assert_eq!(out, b"a frame");
    let counts = archive.counts();
    assert_eq!((counts.opened, counts.replayed, counts.forged), (1, 1, 3));
    assert_eq!((counts.unknown_epoch, counts.unknown_sender, counts.malformed), (1, 1, 1));
}

#[test]
fn many_senders_of_many_epochs_are_opened_within_a_bound() {
    let epochs = 40;
    let mut archive = ArchiveOpener::new();
    for epoch in 0..epochs {
        archive.add_epoch(secret(epoch * 16), 1_000).unwrap();
    }
    for leaf in 0..600 {
        let mut out = Vec::new();
        archive.open(b"head", &frame((epochs - 1) * 16, leaf), &mut out).unwrap();
    }
    assert_eq!(archive.counts().opened, 600);
}
