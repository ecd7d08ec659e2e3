//! Fourier transforms of sound, and the resampling of recordings, which is made of them.
//!
//! `rustfft` is generic: whichever crate plans a transform compiles all of its algorithms, for each set of vector
//! instructions, which takes a compiler twenty seconds. Here it happens once, for `consonance-audio` (echo, clicks,
//! noise) and its tests. [`RealFft`] is the place to start.
//!
//! ```
//! use consonance_dsp::RealFft;
//!
//! let mut fft = RealFft::new(480);
//! let mut tone: Vec<f32> = (0..480).map(|i| (i as f32 * std::f32::consts::TAU / 48.0).sin()).collect();
//! let spectrum = fft.forward(&mut tone);
//! assert!(spectrum[10].norm() > 239.0 && spectrum[11].norm() < 1.0);
//! ```
//!
//! Needs Rust 1.95 or later.

mod real_fft;
mod resample;

pub use real_fft::{Complex32, RealFft};
pub use resample::{ResampleError, resample};
