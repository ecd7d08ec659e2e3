//! Whether a WAV file contains speech, by its energy; also while it is still being written.

use std::path::Path;
use std::{fs, io};

/// How long the speech in it is, in milliseconds: frames of 20 ms that are louder than −40 dB of full scale.
///
/// Everything after the header counts, regardless of the length in the header.
///
/// # Errors
/// If the file cannot be read, or is not a WAV file of 16 bits.
pub(super) fn spoken_ms(path: &Path) -> io::Result<usize> {
    let bytes = fs::read(path)?;
    let samples_hz = header(&bytes).ok_or_else(|| io::Error::other("it is no WAV file of 16 bits"))?;
    let samples: Vec<f32> = bytes[HEADER_BYTES..]
        .chunks_exact(2)
        .map(|sample| f32::from(i16::from_le_bytes([sample[0], sample[1]])) / f32::from(i16::MAX))
        .collect();
    let frame = (samples_hz * FRAME_MS / 1000).max(1);
    Ok(samples.chunks_exact(frame).filter(|frame| power(frame) > POWER_MIN).count() * FRAME_MS)
}

/// Whether there is more than a click in it; false for what is not a WAV file.
pub(super) fn has_speech(path: &Path) -> bool {
    spoken_ms(path).is_ok_and(|spoken_ms| spoken_ms >= WORD_MS)
}

/// How many samples a second has, over all channels.
fn header(bytes: &[u8]) -> Option<usize> {
    let number = |at: usize, bytes: &[u8]| {
        Some(usize::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])))
    };
    let is_wav = bytes.len() >= HEADER_BYTES && bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WAVE";
    let (channels, bits) = (number(22, bytes)?, number(34, bytes)?);
    let rate_hz = number(24, bytes)? | number(26, bytes)? << 16;
    (is_wav && bits == 16).then_some(rate_hz * channels)
}

fn power(frame: &[f32]) -> f32 {
    frame.iter().map(|sample| sample * sample).sum::<f32>() / frame.len() as f32
}

/// The size of the usual header, which our files have.
const HEADER_BYTES: usize = 44;
const FRAME_MS: usize = 20;
/// The power at −40 dB of full scale.
const POWER_MIN: f32 = 1e-4;
/// The shortest word.
const WORD_MS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn the_recordings_of_speech_contain_speech() {
        let path = workspace_root::find().unwrap().join("assets/speech/austen-1.wav");
        assert!(has_speech(&path), "{:?}", spoken_ms(&path));
    }

    #[test]
    fn silence_and_text_contain_no_speech() {
        let folder = std::env::temp_dir();
        let path = folder.join(format!("consonance-checked-silence-{}.wav", std::process::id()));
        let speech = fs::read(workspace_root::find().unwrap().join("assets/speech/austen-1.wav")).unwrap();
        let silence = [&speech[..HEADER_BYTES], &vec![0; speech.len() - HEADER_BYTES]].concat();
        fs::write(&path, silence).unwrap();
        assert_eq!(spoken_ms(&path).unwrap(), 0);
        fs::write(&path, "no sound, but more than forty-four letters of text").unwrap();
        assert!(!has_speech(&path));
        fs::remove_file(&path).unwrap();
    }
}
