//! Numbers of links, as an edge and an owner write them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a link, given by its edge: unique among the links that the edge has. A slot of the edge, and how often
/// it was used before, so that what is on its way to a former link reaches no other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LinkNumber(pub u64);

impl LinkNumber {
    /// Numbers are below 2 to the power of this.
    pub const BITS: u32 = 40;
    const SLOT_BITS: u32 = 20;

    /// Of this slot, used for the `generation`th time, which counts around. `None` where the slot is too high.
    pub(crate) fn new(slot: usize, generation: u32) -> Option<Self> {
        let slot = u64::try_from(slot).ok().filter(|slot| slot >> Self::SLOT_BITS == 0)?;
        Some(Self((u64::from(generation) << Self::SLOT_BITS | slot) & ((1 << Self::BITS) - 1)))
    }

    #[inline]
    pub(crate) fn slot(self) -> usize {
        (self.0 & ((1 << Self::SLOT_BITS) - 1)) as usize
    }

    #[inline]
    pub(crate) fn generation(self) -> u32 {
        (self.0 >> Self::SLOT_BITS) as u32
    }

    /// The number that the slot has next.
    pub(crate) fn next(self) -> Self {
        Self((self.0 + (1 << Self::SLOT_BITS)) & ((1 << Self::BITS) - 1))
    }
}

/// A list of [`LinkNumber`]s, five bytes each, little-endian.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkNumbers<'a>(#[serde(borrow)] &'a [u8]);

const NUMBER_BYTES: usize = LinkNumber::BITS.div_ceil(8) as usize;

impl<'a> LinkNumbers<'a> {
    /// The list in these bytes, as [`write`](Self::write) appends it.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Appends a number to a list.
    pub(crate) fn write(list: &mut Vec<u8>, number: LinkNumber) {
        list.extend_from_slice(&number.0.to_le_bytes()[..NUMBER_BYTES]);
    }

    /// The numbers, in order. What is left of a list that ends within a number is passed over.
    pub fn iter(self) -> impl Iterator<Item = LinkNumber> + 'a {
        self.0.chunks_exact(NUMBER_BYTES).map(|bytes| {
            let mut number = [0; 8];
            number[..NUMBER_BYTES].copy_from_slice(bytes);
            LinkNumber(u64::from_le_bytes(number))
        })
    }
}

impl fmt::Debug for LinkNumbers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_that_is_used_again_has_another_number() {
        let first = LinkNumber::new(7, 0).unwrap();
        let second = first.next();
        assert_eq!((second.slot(), second.generation()), (7, 1));
        let last = LinkNumber::new(7, (1 << 20) - 1).unwrap();
        assert_eq!(last.next(), first, "numbers stay below {} bits", LinkNumber::BITS);
        assert_eq!(LinkNumber::new(1 << 20, 0), None);
    }

    #[test]
    fn a_list_has_its_numbers_in_order() {
        let numbers = [LinkNumber(0xAB_1234_5678), LinkNumber(0)];
        let mut list = Vec::new();
        numbers.iter().for_each(|number| LinkNumbers::write(&mut list, *number));
        assert_eq!(LinkNumbers::new(&list).iter().collect::<Vec<_>>(), numbers);
        list.pop();
        assert_eq!(LinkNumbers::new(&list).iter().count(), 1, "what is cut off is passed over");
    }
}
