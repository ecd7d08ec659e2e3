//! Removes noise from samples (32-bit floating point, mono, 48 kHz): standard input to standard output. Says on
//! standard error how long a block takes.
//!
//! ```sh
//! cargo run --release -p consonance-audio --features neural-noise --example denoise < noisy.f32 > speech.f32
//! ```
//!
//! With the argument `light` it uses the light suppressor.

#![expect(
    clippy::disallowed_methods,
    reason = "a program has arguments and a clock, which the library does without"
)]

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use consonance_audio::denoise::{BLOCK_SAMPLES, Denoiser, LightDenoiser};

fn main() -> std::io::Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let mut samples: Vec<f32> =
        bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let mut times = if std::env::args().nth(1).as_deref() == Some("light") {
        let mut denoiser = LightDenoiser::new();
        process(&mut samples, |block| denoiser.process(block))
    } else {
        let mut denoiser = Denoiser::new();
        process(&mut samples, |block| _ = denoiser.process(block))
    };
    times.sort_unstable();
    let mean = times.iter().sum::<Duration>().as_micros() / times.len().max(1) as u128;
    let slow = times.get(times.len() * 99 / 100).unwrap_or(&Duration::ZERO).as_micros();
    writeln!(std::io::stderr(), "a block takes {mean} µs; one of a hundred more than {slow}")?;
    let output: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    std::io::stdout().write_all(&output)
}

/// Returns how long each block took.
fn process(samples: &mut [f32], mut process: impl FnMut(&mut [f32; BLOCK_SAMPLES])) -> Vec<Duration> {
    let blocks = samples.as_chunks_mut::<BLOCK_SAMPLES>().0.iter_mut();
    blocks
        .map(|block| {
            let begin = Instant::now();
            process(block);
            begin.elapsed()
        })
        .collect()
}
