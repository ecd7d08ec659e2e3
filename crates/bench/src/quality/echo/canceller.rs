//! The compared echo cancellers.

use std::error::Error;
use std::path::Path;
use std::process::Command;

use consonance::audio::{BLOCK_SAMPLES, CaptureChain, CaptureSettings, EchoLevel, WavInput};

use crate::offline_call::write_wav;

/// The longest delay of a canceller, in samples: 50 ms.
const LONGEST_DELAY: usize = 2_400;

/// An echo canceller.
#[derive(Debug, Clone)]
pub(super) enum Canceller {
    /// No processing.
    Nothing,
    /// Our echo canceller alone, at its default level.
    Ours,
    /// Another program, which reads the WAV files of its first two arguments, microphone and loudspeaker, both at
    /// 48 kHz, and writes the third.
    Program { name: String, command: String },
}

impl Canceller {
    /// Parses `NAME=COMMAND`.
    pub(super) fn program(text: &str) -> Result<Self, String> {
        let (name, command) = text.split_once('=').ok_or("a program is given as NAME=COMMAND")?;
        Ok(Self::Program { name: name.to_owned(), command: command.to_owned() })
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Nothing => "no processing",
            Self::Ours => "ours",
            Self::Program { name, .. } => name,
        }
    }

    /// Whether it has a column on the page.
    pub(super) fn is_in_table(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// Processes the microphone's sound; the canceller's own delay stays in the output. `folder` is for the files of a
    /// program.
    pub(super) fn process(
        &self,
        microphone: &[f32],
        far: &[f32],
        folder: &Path,
    ) -> Result<Vec<f32>, Box<dyn Error>> {
        match self {
            Self::Nothing => Ok(microphone.to_vec()),
            Self::Ours => Ok(ours(microphone, far)),
            Self::Program { command, .. } => {
                let [heard, played, out] =
                    ["microphone.wav", "loudspeaker.wav", "out.wav"].map(|name| folder.join(name));
                write_wav(&heard, microphone)?;
                write_wav(&played, far)?;
                let mut words = command.split_whitespace();
                let program = words.next().ok_or("an empty command")?;
                let status = Command::new(program).args(words).args([&heard, &played, &out]).status()?;
                if !status.success() {
                    return Err(format!("{command} ended with {status}").into());
                }
                Ok(WavInput::open(&out)?.samples().to_vec())
            }
        }
    }

    /// Its delay of a voice without an echo, in samples.
    pub(super) fn delay(&self, voice: &[f32], folder: &Path) -> Result<usize, Box<dyn Error>> {
        let out = self.process(voice, &vec![0.0; voice.len()], folder)?;
        let alike = |delay: usize| {
            let pairs = voice.iter().zip(out.iter().skip(delay)).step_by(5);
            pairs.map(|(a, b)| f64::from(a * b)).sum::<f64>()
        };
        Ok((0..=LONGEST_DELAY).max_by(|&a, &b| alike(a).total_cmp(&alike(b))).unwrap_or(0))
    }
}

fn ours(microphone: &[f32], far: &[f32]) -> Vec<f32> {
    let settings = CaptureSettings { echo: Some(EchoLevel::Moderate), ..CaptureSettings::UNPROCESSED };
    let mut chain = CaptureChain::new(settings);
    let played = far.as_chunks::<BLOCK_SAMPLES>().0;
    let blocks = microphone.as_chunks::<BLOCK_SAMPLES>().0.iter().enumerate();
    blocks
        .flat_map(|(n, block)| {
            let mut block = *block;
            chain.process(&mut block, played.get(n));
            block
        })
        .collect()
}
