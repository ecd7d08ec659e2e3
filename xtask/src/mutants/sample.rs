//! The sample of sites to try, which depends only on the seed and the sources.

/// Each group's share of `count`, in proportion to the groups' sizes; never more than a group has.
pub(super) fn shares(count: usize, sizes: &[usize]) -> Vec<usize> {
    let total: usize = sizes.iter().sum();
    let count = count.min(total);
    let mut shares: Vec<usize> = sizes.iter().map(|size| count * size / total.max(1)).collect();
    // The rest after rounding goes to the groups with the largest remainders; of equal ones, the first come first.
    let mut by_remainder: Vec<usize> = (0..sizes.len()).collect();
    by_remainder.sort_by_key(|&group| std::cmp::Reverse(count * sizes[group] % total.max(1)));
    let left = count - shares.iter().sum::<usize>();
    for &group in by_remainder.iter().take(left) {
        shares[group] += 1;
    }
    shares
}

/// The numbers below `length` in an order that the seed decides.
pub(super) fn order(length: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    let mut state = seed;
    for last in (1..length).rev() {
        let pick = split_mix(&mut state) % (last as u64 + 1);
        order.swap(last, usize::try_from(pick).unwrap_or(last));
    }
    order
}

/// The generator `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_order_and_another_seed_another() {
        assert_eq!(order(100, 1), order(100, 1));
        assert_ne!(order(100, 1), order(100, 2));
        let mut sorted = order(100, 7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
        assert_eq!(order(0, 1), [0; 0]);
    }

    #[test]
    fn shares_are_proportional_and_add_up() {
        assert_eq!(shares(200, &[1000, 2000, 1000]), [50, 100, 50]);
        assert_eq!(shares(10, &[4, 4, 4]), [4, 3, 3]);
        assert_eq!(shares(10, &[2, 3]), [2, 3], "no more than there are");
        assert_eq!(shares(10, &[0, 0]), [0, 0]);
    }
}
