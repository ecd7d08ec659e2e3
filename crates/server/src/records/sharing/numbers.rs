//! Numbers of bans and of entries of the audit log that no other node gives, in order of time.

use consonance_cluster::placement::NodeId;

/// A number is a time in milliseconds since 1970, above some bits of the node: less than 2⁵³ until 2109, so that pages
/// and scripts keep it exactly. Numbers that were given before servers shared them count from 1, and are less than all
/// of these.
#[derive(Debug)]
pub(super) struct Numbers {
    node: u64,
    last_ms: u64,
}

const NODE_BITS: u32 = 11;
const BITS: u32 = 53;
/// 2020-01-01: no number that nodes share is of before.
const FIRST_MS: u64 = 1_577_836_800_000;
/// The last time that a number has room for.
const LAST_MS: u64 = (1 << (BITS - NODE_BITS)) - 1;

impl Numbers {
    pub(super) fn new(NodeId(own): NodeId) -> Self {
        Self { node: own % (1 << NODE_BITS), last_ms: 0 }
    }

    /// The next one.
    pub(super) fn next(&mut self, now_ms: u64) -> u64 {
        self.last_ms = now_ms.max(self.last_ms + 1).clamp(FIRST_MS, LAST_MS);
        self.last_ms << NODE_BITS | self.node
    }

    /// The next one that is not taken.
    pub(super) fn next_unless(&mut self, now_ms: u64, is_taken: impl Fn(u64) -> bool) -> u64 {
        let mut number = self.next(now_ms);
        while is_taken(number) && self.last_ms < LAST_MS {
            number = self.next(0);
        }
        number
    }

    /// Numbers up to this one were given before.
    pub(super) fn go_on_after(&mut self, number: u64) {
        self.last_ms = self.last_ms.max(number >> NODE_BITS);
    }

    /// Whether a number is one that nodes share.
    pub(super) fn is_shared(number: u64) -> bool {
        (FIRST_MS << NODE_BITS..1 << BITS).contains(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_764_222_222_000;

    #[test]
    fn numbers_grow_with_time_even_within_a_millisecond_and_where_the_clock_goes_back() {
        let mut numbers = Numbers::new(NodeId(u64::MAX));
        let given = [NOW_MS, NOW_MS, NOW_MS + 7, NOW_MS - 1000, 0].map(|now_ms| numbers.next(now_ms));
        assert!(given.is_sorted_by(|one, other| one < other), "{given:?}");
        assert!(given.iter().all(|number| Numbers::is_shared(*number) && *number < 1 << 53));
        assert_eq!(given[0] >> 11, NOW_MS);
        let before = Numbers::new(NodeId(7)).next(NOW_MS + 1_000_000_000);
        numbers.go_on_after(before);
        assert!(numbers.next(NOW_MS) > before, "the clock was ahead");
    }

    #[test]
    fn nodes_give_different_numbers_at_the_same_time_and_later_than_those_that_count_from_one() {
        let [one, other] = [1, 2].map(|node| Numbers::new(NodeId(node)).next(NOW_MS));
        assert_ne!(one, other);
        assert!(!Numbers::is_shared(1_000_000_000) && !Numbers::is_shared(1 << 53));
    }
}
