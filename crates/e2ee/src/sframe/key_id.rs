//! Key ids: which epoch and which member a key belongs to (RFC 9605, section 5.2).

use sframe::header::KeyId;
use sframe::mls::{MlsKeyId, MlsKeyIdBitRange};

/// The number of epochs with different key ids; a key id has the epoch's number modulo this one.
pub const EPOCHS_MAX: usize = 1 << EPOCH_BITS;
/// The number of leaves of a group's tree that have key ids: 0 to one less.
pub const LEAVES_MAX: u32 = 1 << INDEX_BITS;

/// `E` of RFC 9605, section 5.2.
const EPOCH_BITS: u8 = 4;
/// `S` of RFC 9605, section 5.2. With the context 0, which takes no bytes, members below leaf 4096 have key ids of two
/// bytes.
const INDEX_BITS: u8 = 16;

/// The contents of a key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyOwner {
    /// The slot of the epoch among those that are kept: its last bits.
    pub(crate) slot: usize,
    /// `None` if the key id has a context, which no key of ours has.
    pub(crate) leaf: Option<u32>,
}

/// The key id of a leaf below [`LEAVES_MAX`].
pub(crate) fn key_id(epoch: u64, leaf: u32) -> KeyId {
    let id = MlsKeyId::try_new(0_u64, epoch, leaf, bit_range());
    id.expect("the leaf is below `LEAVES_MAX`").into()
}

/// The owner of the key.
pub(crate) fn owner(key_id: KeyId) -> KeyOwner {
    let id = MlsKeyId::from_key_id(key_id, bit_range());
    let leaf = u32::try_from(id.member_index()).ok().filter(|_| id.context_id() == 0);
    KeyOwner { slot: id.epoch_lsb() as usize, leaf }
}

/// The slot of an epoch among those that are kept.
pub(crate) fn slot(epoch: u64) -> usize {
    (epoch % EPOCHS_MAX as u64) as usize
}

fn bit_range() -> MlsKeyIdBitRange {
    MlsKeyIdBitRange::new(EPOCH_BITS, INDEX_BITS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_id_says_the_last_bits_of_the_epoch_and_the_leaf(epoch: u64, leaf in 0..LEAVES_MAX) {
            let expected = KeyOwner { slot: slot(epoch), leaf: Some(leaf) };
            prop_assert_eq!(owner(key_id(epoch, leaf)), expected);
        }
    }

    #[test]
    fn a_key_id_with_a_context_has_no_leaf() {
        assert_eq!(owner(0xF_FFFF), KeyOwner { slot: 15, leaf: Some(0xFFFF) });
        assert_eq!(owner(0x10_0012), KeyOwner { slot: 2, leaf: None });
        assert_eq!(owner(u64::MAX), KeyOwner { slot: 15, leaf: None });
    }
}
