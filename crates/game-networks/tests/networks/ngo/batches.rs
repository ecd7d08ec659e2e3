//! Valid and invalid batches.

use consonance_game_networks::ngo::{
    BATCH_HEADER_BYTES, NgoBatch, NgoBatchError, NgoMessageType, TYPES_MAX, TypeList, packed,
};
use proptest::prelude::*;
use twox_hash::XxHash64;

use crate::ngo::support::batch;

/// The batch with the hash of its current content.
fn rehashed(mut bytes: Vec<u8>) -> Vec<u8> {
    let hash = XxHash64::oneshot(0, &bytes[BATCH_HEADER_BYTES..]);
    bytes[8..BATCH_HEADER_BYTES].copy_from_slice(&hash.to_le_bytes());
    bytes
}

#[test]
fn what_is_wrong_with_a_batch_is_told() {
    let good = batch(&[(5, b"body")]);
    assert!(NgoBatch::parse(&good).is_ok());
    let with = |at: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[at] = value;
        bytes
    };
    let longer = [good.as_slice(), &[0; 8]].concat();
    for (bytes, error) in [
        (good[..15].to_vec(), NgoBatchError::CutOff),
        (with(0, 0x61), NgoBatchError::WrongMark(0x1161)),
        (with(4, 23), NgoBatchError::WrongSize),
        (with(7, 0x80), NgoBatchError::WrongSize),
        (longer, NgoBatchError::WrongSize),
        (with(8, !good[8]), NgoBatchError::WrongHash),
        (with(20, b'x'), NgoBatchError::WrongHash),
    ] {
        assert_eq!(NgoBatch::parse(&bytes), Err(error), "{bytes:02x?}");
    }
}

#[test]
fn messages_that_are_cut_off_or_missing_end_a_batch() {
    let good = batch(&[(5, b"body"), (6, b"")]);
    let mut more = good.clone();
    more[2] = 9;
    let mut longer = good.clone();
    longer[17] = 0xf9;
    for (bytes, readable) in [(more, 2), (longer, 0)] {
        let bytes = rehashed(bytes);
        let messages: Vec<_> = NgoBatch::parse(&bytes).unwrap().messages().collect();
        assert_eq!(messages.len(), readable + 1, "{messages:?}");
        assert_eq!(messages.last(), Some(&Err(NgoBatchError::MessageCutOff)));
    }
}

proptest! {
    #[test]
    fn messages_of_any_size_are_read_as_they_were_written_and_fill_up_to_eight(
        bodies in prop::collection::vec((any::<u32>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8),
    ) {
        let messages: Vec<(u32, &[u8])> = bodies.iter().map(|(id, body)| (*id, body.as_slice())).collect();
        let bytes = batch(&messages);
        prop_assert!(bytes.len().is_multiple_of(8));
        let read: Vec<_> = NgoBatch::parse(&bytes).unwrap().messages().map(Result::unwrap).collect();
        let read: Vec<(u32, &[u8])> = read.iter().map(|message| (message.id, message.body)).collect();
        prop_assert_eq!(read, messages);
    }
}

#[test]
fn lists_of_types_are_bounded() {
    let list = |count: i32| {
        let mut bytes = Vec::new();
        packed::write_i32(count, &mut bytes);
        bytes.resize(bytes.len() + usize::try_from(count).unwrap_or(0) * 5, 1);
        bytes
    };
    let (longest, _) = TypeList::read(&list(TYPES_MAX as i32)).unwrap();
    assert_eq!(longest.types().len(), TYPES_MAX);
    for bytes in [list(TYPES_MAX as i32 + 1), list(-1), list(3)[..14].to_vec()] {
        assert_eq!(TypeList::read(&bytes), None);
    }
    assert_eq!(longest.find(NgoMessageType(0x0101_0101)), Some((0, 0)));
}
