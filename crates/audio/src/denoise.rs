//! Neural noise suppressors for speech at 48 kHz, with built-in kernels instead of a neural network runtime:
//!
//! * [`Denoiser`] is `DeepFilterNet3` (Schröter, Rosenkranz, Escalante-B. and Maier, "`DeepFilterNet`: Perceptually
//!   Motivated Real-Time Speech Enhancement", 2023), at 3 to 4 % of a core.
//! * [`LightDenoiser`] is `GTCRN` (Rong, Sun, Zhang, Hu, Zhu and Lu, "`GTCRN`: A Speech Enhancement Model Requiring
//!   Ultralow Computational Resources", 2024), at less than 1 %.
//!
//! For voice chat, recorders and bots: blocks of 10 ms go in, the same speech without background noise comes out.
//!
//! ```
//! use consonance_audio::denoise::{BLOCK_SAMPLES, Denoiser};
//!
//! let mut denoiser = Denoiser::new();
//! for _ in 0..10 {
//!     let mut block = [0.0; BLOCK_SAMPLES];
//!     println!("{} dB", denoiser.process(&mut block).local_snr_db);
//! }
//! let silence = denoiser.process(&mut [0.0; BLOCK_SAMPLES]);
//! assert!(silence.local_snr_db < 0.0);
//! ```
//!
//! There are no clocks, threads or files. Nothing is allocated after `new`, and any sample values are safe. The output
//! is delayed by 30 ms.
//!
//! The weights are part of the crate. Those of `DeepFilterNet3`, 2.3 MB, are copyright Hendrik Schröter, under MIT or
//! Apache-2.0, rounded to 8 bits; those of `GTCRN`, 49 KB, are copyright Rong Xiaobin, under MIT, rounded to 16 bits.
//! `model/README.md` says more.

mod deep_filter;
mod denoiser;
mod df_decoder;
mod encoder;
mod erb_bands;
mod erb_decoder;
mod features;
mod kernels;
mod light;
mod resting_state;
mod sanitise;
mod squeezed_gru;
mod transform;
mod weights;

pub use denoiser::{BlockFindings, Denoiser};
pub use light::LightDenoiser;

/// Samples of one block, mono at 48 kHz: 10 ms.
pub const BLOCK_SAMPLES: usize = 480;

/// How much later sound comes out of [`Denoiser`] than it went in: 30 ms, of which the transform takes 10 and the
/// network's view of what comes next 20.
pub const DELAY_SAMPLES: usize = 3 * BLOCK_SAMPLES;
