//! The weights of the low-pass filters, computed once per process.

use std::f64::consts::PI;
use std::sync::OnceLock;

/// The ratios of the second rate to the first one for which there is a filter, and the number of frames in its sums: at
/// least 48 periods of the highest tone that passes.
const SHAPES: [(f64, usize); 6] =
    [(1.0, 56), (2.0 / 3.0, 88), (0.5, 112), (1.0 / 3.0, 168), (0.25, 224), (1.0 / 6.0, 336)];
/// The largest number of frames in a sum.
pub(super) const TAPS_MAX: usize = 336;
/// Down to this ratio the first shape is used as well: it covers 44.1 and 48 kHz.
const NEARLY_EQUAL: f64 = 0.85;
/// The −6 dB frequency as a fraction of half the lower rate: up to 17 kHz nothing is lost, and aliases lie above that.
const PASSED: f64 = 0.88;
/// Positions between two frames for which weights are tabulated.
const PLACES: usize = 128;
/// The shape of the Kaiser window: 80 dB of stop-band attenuation.
const BETA: f64 = 8.0;

/// One filter.
#[derive(Debug)]
pub(super) struct Kernel {
    taps: usize,
    /// The weights for each position, and for the one after the last.
    rows: Box<[f32]>,
}

impl Kernel {
    /// The filter for these rates.
    pub(super) fn for_rates(from_hz: u32, to_hz: u32) -> &'static Self {
        static KERNELS: OnceLock<[Kernel; SHAPES.len()]> = OnceLock::new();
        let kernels = KERNELS.get_or_init(|| SHAPES.map(|(scale, taps)| Self::new(scale, taps)));
        let ratio = f64::from(to_hz) / f64::from(from_hz);
        let fits = |scale: f64| scale <= ratio || (scale >= 1.0 && ratio >= NEARLY_EQUAL);
        let index = SHAPES.iter().position(|(scale, _)| fits(*scale));
        &kernels[index.unwrap_or(SHAPES.len() - 1)]
    }

    fn new(scale: f64, taps: usize) -> Self {
        let mut rows = Vec::with_capacity((PLACES + 1) * taps);
        for place in 0..=PLACES {
            let place = place as f64 / PLACES as f64;
            let half = (taps / 2) as f64;
            let weight = |tap: usize| {
                let x = tap as f64 + 1.0 - half - place;
                sinc(x * scale * PASSED) * kaiser(x / half)
            };
            let row: Vec<f64> = (0..taps).map(weight).collect();
            // Normalised, so that a constant signal keeps its exact level.
            let sum: f64 = row.iter().sum();
            rows.extend(row.iter().map(|weight| (weight / sum) as f32));
        }
        Self { taps, rows: rows.into() }
    }

    /// The number of frames in a sum.
    pub(super) fn taps(&self) -> usize {
        self.taps
    }

    /// The weighted sums of the first frames of each side, for a position between a frame, at 0, and the next, at 1.
    pub(super) fn sums<const SIDES: usize>(&self, place: f64, sides: [&[f32]; SIDES]) -> [f32; SIDES] {
        let exact = place * PLACES as f64;
        let before = (exact as usize).min(PLACES - 1);
        let part = (exact - before as f64) as f32;
        let row = |number: usize| self.rows[number * self.taps..][..self.taps].as_chunks::<8>().0;
        let sides = sides.map(|side| side[..self.taps].as_chunks::<8>().0);
        // Partial sums of eight suit vector instructions.
        let mut sums = [[0.0; 8]; SIDES];
        for (chunk, (one, other)) in row(before).iter().zip(row(before + 1)).enumerate() {
            let weights: [f32; 8] = std::array::from_fn(|tap| one[tap] + (other[tap] - one[tap]) * part);
            for (sums, side) in sums.iter_mut().zip(sides) {
                for (sum, (weight, frame)) in sums.iter_mut().zip(weights.iter().zip(&side[chunk])) {
                    *sum += weight * frame;
                }
            }
        }
        sums.map(|sums| sums.iter().sum())
    }
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Kaiser's window, from −1 to 1.
fn kaiser(x: f64) -> f64 {
    bessel(BETA * (1.0 - x * x).max(0.0).sqrt()) / bessel(BETA)
}

/// The modified Bessel function of the first kind and order 0, by its series (DLMF 10.25.2).
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..32 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_suits_the_lower_of_both_rates() {
        let taps = |from_hz, to_hz| Kernel::for_rates(from_hz, to_hz).taps();
        let table = [
            (48_000, 48_000, 56),
            (48_000, 44_100, 56),
            (48_000, 192_000, 56),
            (8_000, 48_000, 56),
            (48_000, 32_000, 88),
            (48_000, 24_000, 112),
            (48_000, 22_050, 168),
            (48_000, 16_000, 168),
            (192_000, 48_000, 224),
            (48_000, 8_000, 336),
        ];
        for (from_hz, to_hz, expected) in table {
            assert_eq!(taps(from_hz, to_hz), expected, "{from_hz} → {to_hz} Hz");
        }
        assert!(SHAPES.iter().all(|(_, taps)| *taps <= TAPS_MAX && taps.is_multiple_of(8)));
    }

    #[test]
    fn the_window_is_1_in_the_middle_and_small_at_its_ends() {
        assert!((kaiser(0.0) - 1.0).abs() < 1e-12);
        assert!(kaiser(1.0) < 0.005 && kaiser(1.0) > 0.0);
        // I₀(1) and I₀(8) from tables.
        assert!((bessel(1.0) - 1.266_065_877_8).abs() < 1e-9);
        assert!((bessel(8.0) - 427.564_115_7).abs() < 1e-6);
    }
}
