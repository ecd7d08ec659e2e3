//! What the module for Python does with samples: other rates, and blocks of other lengths with exact times.
//!
//! A crate of its own, so that its tests link no interpreter. Used by: the crate `consonance-python`.

#![forbid(unsafe_code)]

mod cutter;
mod resampler;

pub use cutter::{CutBlock, Cutter};
pub use resampler::Resampler;
