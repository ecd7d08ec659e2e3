//! Removes noise from samples (32-bit floating point, mono, 48 kHz): standard input to standard output. Says on
//! standard error how long a block takes.
//!
//! ```sh
//! cargo run --release -p consonance-denoise --example denoise < noisy.f32 > speech.f32
//! ```

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use consonance_denoise::{BLOCK_SAMPLES, Denoiser};

fn main() -> std::io::Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let mut samples: Vec<f32> =
        bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let mut denoiser = Denoiser::new();
    let mut times = Vec::new();
    for block in samples.as_chunks_mut::<BLOCK_SAMPLES>().0 {
        let begin = Instant::now();
        denoiser.process(block);
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).unwrap_or(&Duration::ZERO).as_micros();
    writeln!(std::io::stderr(), "a block takes {} µs; one of a hundred more than {}", at(50), at(99))?;
    let output: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    std::io::stdout().write_all(&output)
}
