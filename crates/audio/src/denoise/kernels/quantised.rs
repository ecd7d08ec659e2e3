//! Products of a matrix in 8 bits and a vector in 16: the matrices take most of the time, and fetching them from
//! memory costs more than the arithmetic.

use super::activation::ROUND;

/// The width of all recurrent layers.
pub(crate) const HIDDEN: usize = 256;

/// A vector in steps of `scale`.
#[derive(Clone)]
pub(crate) struct QuantisedVector {
    steps: [i16; HIDDEN],
    scale: f32,
    /// The product with a matrix of zeros, which are stored as 128.
    zero: i32,
}

impl QuantisedVector {
    pub(crate) const ZERO: Self = Self { steps: [0; HIDDEN], scale: 0.0, zero: 0 };

    /// Rounds `values` to 32767 steps on either side of zero.
    pub(crate) fn set(&mut self, values: &[f32; HIDDEN]) {
        let largest = values.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
        let factor = 32_767.0 / largest;
        for (step, value) in self.steps.iter_mut().zip(values) {
            *step = (value * factor + ROUND).to_bits() as i16;
        }
        self.scale = 1.0 / factor;
        self.zero = i32::from(ZERO) * self.steps.iter().map(|step| i32::from(*step)).sum::<i32>();
    }
}

/// A matrix of [`HIDDEN`] columns, each row in steps of a scale of its own.
pub(crate) struct QuantisedMatrix {
    /// Bytes, of which 128 is zero: without a sign they are widened in one instruction.
    rows: &'static [[u8; HIDDEN]],
    scales: Box<[f32]>,
}

impl QuantisedMatrix {
    pub(crate) fn new(rows: &'static [[u8; HIDDEN]], scales: Box<[f32]>) -> Self {
        debug_assert_eq!(rows.len(), scales.len());
        Self { rows, scales }
    }

    /// The matrix times `vector`, a value for each row.
    pub(crate) fn multiply(&self, vector: &QuantisedVector, out: &mut [f32]) {
        for ((out, row), scale) in out.iter_mut().zip(self.rows).zip(&self.scales) {
            *out = (dot(row, &vector.steps) - vector.zero) as f32 * (scale * vector.scale);
        }
    }
}

/// The byte for zero.
const ZERO: u8 = 128;

/// At most 255 · 32767 · 256, which 32 bits hold. In eight sums, which the compiler multiplies and adds in pairs.
fn dot(row: &[u8; HIDDEN], steps: &[i16; HIDDEN]) -> i32 {
    let mut sums = [0; 8];
    for (weights, steps) in row.as_chunks::<8>().0.iter().zip(steps.as_chunks::<8>().0) {
        for lane in 0..8 {
            sums[lane] += i32::from(weights[lane]) * i32::from(steps[lane]);
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_that_of_the_rounded_numbers() {
        let row: [u8; HIDDEN] = std::array::from_fn(|i| i as u8);
        let matrix = QuantisedMatrix::new(vec![row, [1; HIDDEN]].leak(), [0.5, 0.25].into());
        let mut vector = QuantisedVector::ZERO;
        vector.set(&std::array::from_fn(|i| (i as f32 * 0.1).sin()));
        let mut out = [0.0; 2];
        matrix.multiply(&vector, &mut out);
        let exact = |row: [i8; HIDDEN], scale: f64| -> f64 {
            row.iter()
                .enumerate()
                .map(|(i, weight)| f64::from(*weight) * scale * (i as f64 * 0.1).sin())
                .sum()
        };
        assert!(
            (f64::from(out[0]) - exact(std::array::from_fn(|i| (i as i16 - 128) as i8), 0.5)).abs() < 0.05,
            "{out:?}"
        );
        assert!((f64::from(out[1]) - exact([-127; HIDDEN], 0.25)).abs() < 0.05, "{out:?}");
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let matrix = QuantisedMatrix::new(vec![[255; HIDDEN]].leak(), [1.0].into());
        let mut vector = QuantisedVector::ZERO;
        vector.set(&[1e30; HIDDEN]);
        let mut out = [0.0];
        matrix.multiply(&vector, &mut out);
        assert!((out[0] / 1e30 / 127.0 / 256.0 - 1.0).abs() < 1e-3, "{out:?}");
        vector.set(&[0.0; HIDDEN]);
        matrix.multiply(&vector, &mut out);
        assert_eq!(out.map(f32::to_bits), [0]);
    }
}
