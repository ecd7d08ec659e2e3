//! Transforms against known signals.

mod real_fft;
mod resample;
