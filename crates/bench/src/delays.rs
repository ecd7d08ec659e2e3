//! A histogram of times, in little memory and without sorting.

use std::time::Duration;

/// Counts of times, exact to a part in [`PARTS`].
#[derive(Clone, Debug)]
pub(super) struct Delays {
    counts: Vec<u64>,
    total: u64,
}

/// The number of equal parts that each span between two powers of two is divided into.
const PARTS: u64 = 64;
const PART_BITS: u32 = PARTS.ilog2();
/// Up to 2⁴⁰ ns, which is 18 minutes; longer times count as that.
const BUCKETS: usize = (PARTS as usize) * (40 - PART_BITS as usize + 1);

impl Delays {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0 }
    }

    pub(super) fn add(&mut self, delay: Duration) {
        let nanos = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        self.counts[bucket_of(nanos).min(BUCKETS - 1)] += 1;
        self.total += 1;
    }

    /// Adds the counts of another histogram.
    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
    }

    /// The time that `share` (0 … 1) of all did not exceed, by the nearest-rank method; `None` if it is empty.
    pub(super) fn quantile(&self, share: f64) -> Option<Duration> {
        let rank = (share * self.total as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        let bucket = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        Some(Duration::from_nanos(middle_of(bucket)))
    }
}

fn bucket_of(nanos: u64) -> usize {
    let Some(octave) = nanos.checked_ilog2().and_then(|log| log.checked_sub(PART_BITS)) else {
        return nanos as usize;
    };
    let part = (nanos >> octave) - PARTS;
    (PARTS * u64::from(octave + 1) + part) as usize
}

fn middle_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let Some(octave) = (bucket / PARTS).checked_sub(1) else { return bucket };
    let first = (PARTS + bucket % PARTS) << octave;
    first + (1 << octave) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(micros: impl IntoIterator<Item = u64>) -> Delays {
        let mut delays = Delays::new();
        micros.into_iter().for_each(|it| delays.add(Duration::from_micros(it)));
        delays
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_times() {
        let cases = [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0), (1.0, 1000.0), (0.0, 1.0)];
        let delays = of((1..=1000).rev());
        for (share, expected) in cases {
            let micros = delays.quantile(share).unwrap().as_secs_f64() * 1e6;
            assert!((micros / expected - 1.0).abs() < 1.0 / PARTS as f64, "{share}: {micros}");
        }
    }

    #[test]
    fn one_straggler_is_the_last_and_nothing_else() {
        let delays = of([10; 99].into_iter().chain([1_000_000]));
        assert!(delays.quantile(0.99).unwrap() < Duration::from_micros(11));
        assert!(delays.quantile(1.0).unwrap() > Duration::from_millis(980));
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(Delays::new().quantile(0.5), None);
    }

    #[test]
    fn every_time_falls_into_a_bucket_near_it_and_none_is_too_long() {
        for bits in 0..64 {
            for nanos in [1_u64 << bits, (1 << bits) + (1 << bits) / 3, (1 << bits) - 1] {
                let bucket = bucket_of(nanos);
                let off = middle_of(bucket).abs_diff(nanos) as f64;
                assert!(off <= nanos as f64 / PARTS as f64, "{nanos}");
            }
        }
        let forever = of([u64::MAX]);
        assert!(forever.quantile(0.5).unwrap() > Duration::from_secs(1000));
    }
}
