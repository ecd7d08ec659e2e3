//! Recorded speech as an input: once, or in a loop.

use consonance::audio::{BLOCK_SAMPLES, Input, Read, SAMPLE_RATE_HZ, WavInput};

/// Seconds `from` to `to` of one of the three recordings, mono at 48 kHz.
pub(crate) fn recording(number: u32, from: f64, to: f64) -> Vec<f32> {
    let path = format!("{}/../../assets/speech/austen-{number}.wav", env!("CARGO_MANIFEST_DIR"));
    let at = |seconds: f64| (seconds * f64::from(SAMPLE_RATE_HZ)) as usize;
    WavInput::open(path).unwrap().samples()[at(from)..at(to)].to_vec()
}

/// Speaks a recording into the microphone.
pub(crate) struct Speech {
    samples: Vec<f32>,
    next: usize,
    is_endless: bool,
}

impl Speech {
    /// Plays the recording once; the microphone then ends.
    pub(crate) fn once(samples: &[f32]) -> Box<dyn Input> {
        Box::new(Self { samples: samples.to_vec(), next: 0, is_endless: false })
    }

    /// Plays the recording in a loop. The length must be a number of whole blocks.
    pub(crate) fn endless(samples: &[f32]) -> Box<dyn Input> {
        assert!(samples.len().is_multiple_of(BLOCK_SAMPLES), "{} is no number of blocks", samples.len());
        Box::new(Self { samples: samples.to_vec(), next: 0, is_endless: true })
    }
}

impl Input for Speech {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        if self.is_endless && self.next == self.samples.len() {
            self.next = 0;
        }
        let rest = &self.samples[self.next..];
        let taken = rest.len().min(BLOCK_SAMPLES);
        block[..taken].copy_from_slice(&rest[..taken]);
        block[taken..].fill(0.0);
        self.next += taken;
        if taken > 0 { Read::Samples } else { Read::End }
    }
}
