//! The numbers of links in messages between an edge and an owner.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a link, assigned by its edge and unique among the edge's links. It consists of a slot of the edge
/// and a count of its earlier uses, so that messages in flight to a former link reach no other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LinkNumber(pub u32);

impl LinkNumber {
    /// The maximum number of links of an edge.
    pub const LINKS_MAX: usize = 1_048_576;
    const SLOT_BITS: u32 = Self::LINKS_MAX.trailing_zeros();

    /// The first number of a slot. `None` if the slot is too high.
    pub(crate) fn first(slot: usize) -> Option<Self> {
        u32::try_from(slot).ok().filter(|slot| slot >> Self::SLOT_BITS == 0).map(Self)
    }

    #[inline]
    pub(crate) fn slot(self) -> usize {
        (self.0 & ((1 << Self::SLOT_BITS) - 1)) as usize
    }

    /// The next number of the slot. The first one comes after the last one.
    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(1 << Self::SLOT_BITS))
    }
}

/// A list of [`LinkNumber`]s, four bytes each, little-endian.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkNumbers<'a>(#[serde(borrow)] &'a [u8]);

const NUMBER_BYTES: usize = size_of::<u32>();

impl<'a> LinkNumbers<'a> {
    /// The list in these bytes, as [`write`](Self::write) appends it.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Appends a number to a list.
    pub(crate) fn write(list: &mut Vec<u8>, number: LinkNumber) {
        list.extend_from_slice(&number.0.to_le_bytes());
    }

    /// The numbers, in order. An incomplete number at the end of the list is ignored.
    pub fn iter(self) -> impl Iterator<Item = LinkNumber> + 'a {
        let (numbers, _) = self.0.as_chunks::<NUMBER_BYTES>();
        numbers.iter().map(|number| LinkNumber(u32::from_le_bytes(*number)))
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
        let first = LinkNumber::first(7).unwrap();
        let second = first.next();
        assert_eq!((first.slot(), second.slot()), (7, 7));
        assert_ne!(first, second);
        let round = (0..1 << 12).fold(first, |number, _| number.next());
        assert_eq!(round, first, "4096 numbers for each slot");
        assert_eq!(LinkNumber::first(LinkNumber::LINKS_MAX), None);
    }

    #[test]
    fn a_list_has_its_numbers_in_order() {
        let numbers = [LinkNumber(0xAB12_3456), LinkNumber(0)];
        let mut list = Vec::new();
        for number in numbers {
            LinkNumbers::write(&mut list, number);
        }
        assert_eq!(LinkNumbers::new(&list).iter().collect::<Vec<_>>(), numbers);
        list.pop();
        assert_eq!(LinkNumbers::new(&list).iter().count(), 1, "what is cut off is passed over");
    }
}
