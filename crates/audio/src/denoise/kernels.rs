//! The layers that the network is made of, each over one frame of 10 ms.
//!
//! Loops run over arrays of a fixed length, so that the compiler turns them into vector instructions of any machine.

mod activation;
mod conv;
mod grouped_linear;
mod gru;
mod quantised;

pub(crate) use activation::{relu, sigmoid, tanh};
pub(crate) use conv::{CHANNELS, Column, Depthwise, Pathway, Pointwise};
pub(crate) use grouped_linear::GroupedLinear;
pub(crate) use gru::Gru;
pub(crate) use quantised::{HIDDEN, QuantisedMatrix};

/// The sum of the products.
pub(crate) fn dot<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    let mut sums = PartialSums::default();
    sums.add_products(a, b);
    sums.total()
}

/// A sum in eight parts, which are added up at the end.
#[derive(Default)]
pub(crate) struct PartialSums([f32; 8]);

impl PartialSums {
    pub(crate) fn add_products<const N: usize>(&mut self, a: &[f32; N], b: &[f32; N]) {
        for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
            for lane in 0..8 {
                self.0[lane] += a[lane] * b[lane];
            }
        }
    }

    pub(crate) fn total(&self) -> f32 {
        let sums = &self.0;
        ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))
    }
}
