//! WAV files of the sound that was heard.

use std::error::Error;
use std::path::Path;

use consonance::audio::{BLOCK_SAMPLES, Output, StereoBlock, WavOutput};

/// Writes mono sound at 48 kHz, padded to whole blocks of 10 ms.
pub(crate) fn write_wav(path: &Path, sound: &[f32]) -> Result<(), Box<dyn Error>> {
    let mut output = WavOutput::create(path)?;
    let mut block = [0.0; BLOCK_SAMPLES];
    for chunk in sound.chunks(BLOCK_SAMPLES) {
        block[chunk.len()..].fill(0.0);
        block[..chunk.len()].copy_from_slice(chunk);
        output.write(&StereoBlock::from_mono(&block))?;
    }
    output.finish()?;
    Ok(())
}
