//! Epochs that come and go.

use std::time::Duration;

use consonance_e2ee::sframe::{
    AddEpochError, EPOCHS_MAX, FORMER_EPOCH_KEPT, LEAVES_MAX, OpenError, OpenedFrame, Opener, Sealer,
};

use super::group::{NOW, open_at, seal, secret};

fn opener(epochs: impl IntoIterator<Item = u64>) -> Opener {
    let mut opener = Opener::new();
    for epoch in epochs {
        opener.add_epoch(NOW, secret(epoch), 8).unwrap();
    }
    opener
}

fn frame_of(epoch: u64) -> Vec<u8> {
    seal(&mut Sealer::new(&secret(epoch), 1).unwrap(), b"", &epoch.to_be_bytes())
}

fn opens(opener: &mut Opener, epoch: u64) -> Result<(), OpenError> {
    let (from, frame) = open_at(NOW, opener, b"", &frame_of(epoch))?;
    assert_eq!((from, frame), (OpenedFrame { leaf: 1, epoch, counter: 0 }, epoch.to_be_bytes().to_vec()));
    Ok(())
}

#[test]
fn nothing_is_opened_without_an_epoch() {
    let mut opener = Opener::new();
    assert_eq!(opens(&mut opener, 6), Err(OpenError::UnknownEpoch { key_id: 1 << 4 | 6 }));
    assert_eq!((opener.counts().unknown_epoch, opener.poll_timeout()), (1, None));
}

#[test]
fn an_epoch_that_has_not_come_is_unknown() {
    let mut opener = opener([6]);
    assert_eq!(opens(&mut opener, 7).unwrap_err().code(), "unknown-epoch");
    opener.add_epoch(NOW, secret(7), 8).unwrap();
    opens(&mut opener, 7).unwrap();
}

#[test]
fn a_former_epoch_is_held_for_three_seconds() {
    let just_before = NOW + FORMER_EPOCH_KEPT.checked_sub(Duration::from_nanos(1)).unwrap();
    let mut opener = opener([6, 7]);
    assert_eq!(opener.poll_timeout(), Some(NOW + Duration::from_secs(3)));
    open_at(just_before, &mut opener, b"", &frame_of(6)).unwrap();
    let late = open_at(NOW + FORMER_EPOCH_KEPT, &mut opener, b"", &frame_of(6));
    assert_eq!(late, Err(OpenError::UnknownEpoch { key_id: 1 << 4 | 6 }));
    assert_eq!(opener.poll_timeout(), None);
    open_at(NOW + Duration::from_hours(1), &mut opener, b"", &frame_of(7)).unwrap();
}

#[test]
fn a_former_epoch_is_forgotten_without_a_frame() {
    let mut opener = opener([6, 7]);
    opener.handle_timeout(NOW + FORMER_EPOCH_KEPT);
    // This frame is opened with an earlier time, which does not bring the epoch back.
    assert_eq!(opens(&mut opener, 6).unwrap_err().code(), "unknown-epoch");
}

#[test]
fn each_former_epoch_has_its_own_time() {
    let second = NOW + Duration::from_secs(2);
    let mut opener = opener([6, 7]);
    opener.add_epoch(second, secret(8), 8).unwrap();
    let late = open_at(NOW + FORMER_EPOCH_KEPT, &mut opener, b"", &frame_of(6));
    assert_eq!(late.unwrap_err().code(), "unknown-epoch");
    open_at(NOW + FORMER_EPOCH_KEPT, &mut opener, b"", &frame_of(7)).unwrap();
    assert_eq!(opener.poll_timeout(), Some(second + FORMER_EPOCH_KEPT));
    let late = open_at(second + FORMER_EPOCH_KEPT, &mut opener, b"", &frame_of(7));
    assert_eq!(late.unwrap_err().code(), "unknown-epoch");
}

#[test]
fn sixteen_epochs_are_held_and_the_seventeenth_takes_the_place_of_the_first() {
    let mut opener = opener(100..100 + EPOCHS_MAX as u64);
    for epoch in 100..116 {
        opens(&mut opener, epoch).unwrap();
    }
    opener.add_epoch(NOW, secret(116), 8).unwrap();
    // Epochs 100 and 116 have the same key IDs.
    assert_eq!(opens(&mut opener, 100), Err(OpenError::Forged { leaf: 1, epoch: 116, counter: 0 }));
    opens(&mut opener, 116).unwrap();
    // Replayed rather than unknown: all other epochs are still held.
    for epoch in 101..=116 {
        assert_eq!(opens(&mut opener, epoch), Err(OpenError::Replayed { leaf: 1, epoch, counter: 0 }));
    }
    // The expiry of the replaced epoch does not apply to its successor.
    open_at(NOW + FORMER_EPOCH_KEPT, &mut opener, b"x", &frame_of(116)).unwrap_err();
    assert_eq!(opener.poll_timeout(), None);
    assert_eq!(opens(&mut opener, 116).unwrap_err().code(), "replayed");
}

#[test]
fn only_a_newer_epoch_is_added() {
    let mut opener = opener([6, 8]);
    opens(&mut opener, 8).unwrap();
    for epoch in [0, 6, 7, 8] {
        let refused = opener.add_epoch(NOW, secret(epoch), 8);
        assert_eq!(refused, Err(AddEpochError::NotNewer { epoch, newest: 8 }));
    }
    assert_eq!(opens(&mut opener, 8).unwrap_err().code(), "replayed");
    opener.add_epoch(NOW, secret(u64::MAX), 8).unwrap();
    opens(&mut opener, u64::MAX).unwrap();
}

#[test]
fn an_epoch_has_no_more_leaves_than_key_ids() {
    let mut opener = Opener::new();
    let leaves = LEAVES_MAX + 1;
    assert_eq!(opener.add_epoch(NOW, secret(1), leaves), Err(AddEpochError::TooManyLeaves { leaves }));
    opener.add_epoch(NOW, secret(1), LEAVES_MAX).unwrap();
}

#[test]
fn all_epochs_can_be_forgotten_and_an_older_one_added_then() {
    let mut opener = opener([6, 7]);
    opener.forget_epochs();
    assert_eq!(opener.poll_timeout(), None);
    assert!([6, 7].iter().all(|epoch| opens(&mut opener, *epoch).is_err()));
    opener.add_epoch(NOW, secret(0), 8).unwrap();
    opens(&mut opener, 0).unwrap();
}
