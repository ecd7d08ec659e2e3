//! Frames that arrive twice, late or out of order.

use consonance_e2ee::sframe::OpenError;
use proptest::prelude::*;

use super::group::Group;

/// The number of recent counters that are remembered per sender.
const WINDOW: usize = 960;

fn sealed(group: &mut Group, count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|_| group.seal(3, b"metadata", b"frame")).collect()
}

#[test]
fn a_frame_is_opened_once() {
    let mut group = Group::new(6, &[3]);
    let frames = sealed(&mut group, 2);
    for (counter, frame) in (0..).zip(&frames) {
        group.open(b"metadata", frame).unwrap();
        let again = group.open(b"metadata", frame);
        assert_eq!(again, Err(OpenError::Replayed { leaf: 3, epoch: 6, counter }));
    }
    assert_eq!((group.opener.counts().opened, group.opener.counts().replayed), (2, 2));
}

#[test]
fn a_late_frame_is_opened_within_the_window_only() {
    let mut group = Group::new(6, &[3]);
    let frames = sealed(&mut group, WINDOW + 1);
    group.open(b"metadata", &frames[WINDOW]).unwrap();
    group.open(b"metadata", &frames[1]).unwrap();
    let too_late = group.open(b"metadata", &frames[0]);
    assert_eq!(too_late, Err(OpenError::Replayed { leaf: 3, epoch: 6, counter: 0 }));
}

proptest! {
    #[test]
    fn each_frame_is_opened_once_in_whatever_order_they_come(order in proptest::collection::vec(0_usize..40, 1..200)) {
        let mut group = Group::new(6, &[3]);
        let frames = sealed(&mut group, 40);
        let mut came = [false; 40];
        for number in order {
            let opened = group.open(b"metadata", &frames[number]);
            prop_assert_eq!(opened.is_err(), came[number]);
            came[number] = true;
        }
    }
}

#[test]
fn a_forged_frame_does_not_use_up_its_counter_nor_move_the_window() {
    let mut group = Group::new(6, &[3]);
    let frames = sealed(&mut group, 2 * WINDOW);
    for genuine in [&frames[2 * WINDOW - 1], &frames[0]] {
        let mut forged = genuine.clone();
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(group.open(b"metadata", &forged).unwrap_err().code(), "forged");
    }
    for frame in &frames {
        group.open(b"metadata", frame).unwrap();
    }
}

#[test]
fn senders_have_windows_of_their_own() {
    let mut group = Group::new(6, &[3, 4]);
    let frames = [3, 4].map(|leaf| group.seal(leaf, b"", b"frame"));
    assert!(frames.iter().all(|frame| group.open(b"", frame).is_ok()));
}
