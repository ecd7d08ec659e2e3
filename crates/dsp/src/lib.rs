//! Fourier transforms of sound, and resampling of recordings, which is made of them.
//!
//! `rustfft` is generic: whichever crate plans a transform compiles all of its algorithms, for each set of vector
//! instructions, which takes a compiler twenty seconds. Here it happens once.

mod real_fft;
mod resample;

pub use real_fft::{Complex32, RealFft};
pub use resample::{ResampleError, resample};
