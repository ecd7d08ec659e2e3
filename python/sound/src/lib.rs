//! Sample handling for the Python module: other rates, and blocks of other lengths with exact times.
//!
//! A separate crate, so that its tests link no interpreter. Used by: the crate `consonance-python`.

#![forbid(unsafe_code)]

mod cutter;
mod resampler;

pub use cutter::{CutBlock, Cutter};
pub use resampler::Resampler;
