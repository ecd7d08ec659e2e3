//! Sound files in a test's folder.

use std::time::{Duration, Instant};
use std::{fs, thread};

use consonance_audio::{BLOCK_SAMPLES, Output as _, SAMPLE_RATE_HZ, StereoBlock, WavInput, WavOutput};

use crate::folder::Folder;

/// The timeout for everything. Generous, as machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

impl Folder {
    /// A WAV file with the first seconds of recorded speech.
    pub fn speech(&self, seconds: usize) -> String {
        self.speech_times(seconds, 1.0)
    }

    /// The same, softer or louder by an amplitude factor.
    pub fn speech_times(&self, seconds: usize, factor: f32) -> String {
        let path = self.file("speech.wav");
        let mut output = WavOutput::create(&path).unwrap();
        let recording = WavInput::open(RECORDING).unwrap();
        let blocks = seconds * SAMPLE_RATE_HZ as usize / BLOCK_SAMPLES;
        for block in recording.samples().as_chunks::<BLOCK_SAMPLES>().0.iter().take(blocks) {
            output.write(&StereoBlock::from_mono(&block.map(|sample| sample * factor))).unwrap();
        }
        output.finish().unwrap();
        path
    }
}

/// Seconds of 16 kHz speech.
pub const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/speech/austen-2.wav");

/// The sound of a WAV file that the command wrote. Asserts that the header is right: mono, 48 kHz, 16 bits, and the
/// size of the file, or less if the program could not finish it.
pub fn read_output(path: &str, is_finished: bool) -> Vec<f32> {
    let bytes = fs::read(path).unwrap();
    let u16_at = |at: usize| u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap());
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((&bytes[..4], &bytes[8..16], &bytes[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
    let (format, channels, rate, bits) = (u16_at(20), u16_at(22), u32_at(24), u16_at(34));
    assert_eq!((format, channels, rate, bits), (1, 1, SAMPLE_RATE_HZ, 16));
    let promised = 44 + u32_at(40) as usize;
    assert_eq!(u32_at(4) as usize + 8, promised);
    if is_finished {
        assert_eq!(promised, bytes.len());
    } else {
        assert!(promised <= bytes.len(), "the header promises {promised} bytes of {}", bytes.len());
    }
    WavInput::open(path).unwrap().samples().to_vec()
}

/// Waits until a file has this many bytes.
pub fn until_written(path: &str, bytes: u64) {
    let deadline = Instant::now() + PATIENCE;
    while fs::metadata(path).map_or(0, |file| file.len()) < bytes {
        assert!(Instant::now() < deadline, "{bytes} bytes are not written to {path}");
        thread::sleep(POLL_INTERVAL);
    }
}
