//! Where blocks come from and where they go: the two traits that devices, files and silence have in common.

use crate::block::{BLOCK_SAMPLES, StereoBlock};
use crate::wav::WavError;

/// What became of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// The block holds the next 10 ms.
    Samples,
    /// There is nothing to hear in the next 10 ms, whatever the block holds: silence, with more to come later. Once
    /// what came before has been sent, nothing is transmitted and the speaker has stopped speaking.
    Silence,
    /// There is nothing more and never will be; the block holds silence.
    End,
}

/// A source of sound.
pub trait Input: Send {
    /// Fills the block with the next 10 ms, mono at 48 kHz, padded with silence at the end.
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read;

    /// The same with two channels, instead of [`Self::read`], for a source that has them; `None`, which leaves the
    /// block as it is, for one that has not, as by default.
    ///
    /// Both channels are sent as music ([`Quality::Music`](crate::Quality::Music)) without processing
    /// ([`CaptureSettings::UNPROCESSED`](crate::CaptureSettings::UNPROCESSED)), and their mean otherwise.
    fn read_stereo(&mut self, block: &mut StereoBlock) -> Option<Read> {
        let _ = block;
        None
    }
}

/// A sink for sound.
pub trait Output: Send {
    /// Takes the next 10 ms for two ears, at 48 kHz.
    ///
    /// # Errors
    /// [`OutputError`] if they could not be kept or played; the sink is then of no more use.
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError>;

    /// Makes sure that everything written is kept. Writing on afterwards is an error.
    ///
    /// # Errors
    /// [`OutputError`] if not everything could be kept.
    fn finish(&mut self) -> Result<(), OutputError>;
}

/// Why an output failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// A file could not be written.
    #[error(transparent)]
    Wav(#[from] WavError),
    /// An output of the game's own failed, for a reason of its own; see [`OutputError::other`].
    #[error("the output failed: {0}")]
    Other(Box<dyn std::error::Error + Send + Sync>),
    /// The caller wrote after [`Output::finish`].
    #[error("the output was finished already; open a new one")]
    Finished,
}

impl OutputError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Wav(cause) => cause.code(),
            Self::Other(_) => "other",
            Self::Finished => "finished",
        }
    }
}

impl OutputError {
    /// The error of an output of the game's own: an error of any type, which [`Other`](Self::Other) keeps, or a text.
    pub fn other(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(cause.into())
    }
}

/// An input that is silent forever: a listener without a microphone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silence;

impl Input for Silence {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        block.fill(0.0);
        Read::Silence
    }
}

/// An output that is not heard.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl Output for Discard {
    fn write(&mut self, _block: &StereoBlock) -> Result<(), OutputError> {
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
