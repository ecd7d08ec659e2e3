//! The speech for measurements: the repository's recordings, which are embedded in the program.

use std::error::Error;

use consonance::audio::{WavInput, resample};

const FILES: [(&str, &[u8]); 3] = [
    ("austen-1.wav", include_bytes!("../../../assets/speech/austen-1.wav")),
    ("austen-2.wav", include_bytes!("../../../assets/speech/austen-2.wav")),
    ("austen-3.wav", include_bytes!("../../../assets/speech/austen-3.wav")),
];

/// The recordings, mono at 48 kHz.
pub(crate) fn recordings() -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
    let read = |(name, bytes): (&str, &[u8])| Ok(WavInput::from_bytes(bytes, name)?.samples().to_vec());
    FILES.into_iter().map(read).collect()
}

/// Resamples from 48 kHz, for the score.
pub(crate) fn at_16_khz(sound: &[f32]) -> Result<Vec<f32>, Box<dyn Error>> {
    Ok(resample(sound, 48_000, 16_000)?)
}
