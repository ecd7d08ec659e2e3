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

/// The sum of the products, in eight partial sums.
pub(crate) fn dot<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}
