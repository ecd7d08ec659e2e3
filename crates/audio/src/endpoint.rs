//! Sources and sinks of blocks: the two traits that devices, files and silence implement.

use crate::block::{BLOCK_SAMPLES, StereoBlock};
use crate::wav::WavError;

/// The result of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// The block holds the next 10 ms.
    Samples,
    /// The next 10 ms are silent, whatever the block holds; more sound may follow. Once the earlier sound has been
    /// sent, nothing is transmitted and the speaker has stopped speaking.
    Silence,
    /// The source has ended for good; the block holds silence.
    End,
}

/// A source of sound.
pub trait Input: Send {
    /// Reads the next block.
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read;

    /// The same with two channels, called instead of [`Self::read`] for a source that has them; `None`, the default,
    /// for a mono source, which leaves the block unchanged.
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
    /// [`OutputError`] if they could not be kept or played; the sink is then unusable.
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError>;

    /// Ensures that everything written is kept. Writing afterwards is an error.
    ///
    /// # Errors
    /// [`OutputError`] if not everything could be kept.
    fn finish(&mut self) -> Result<(), OutputError>;
}

/// The reason for an output's failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// A file could not be written.
    #[error(transparent)]
    Wav(#[from] WavError),
    /// The game's own output failed, for its own reason; see [`OutputError::other`].
    #[error("the output failed: {0}")]
    Other(Box<dyn std::error::Error + Send + Sync>),
    /// The caller wrote after [`Output::finish`].
    #[error("the output is already finished; open a new one")]
    Finished,
}

impl OutputError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Wav(cause) => cause.code(),
            Self::Other(_) => "other",
            Self::Finished => "finished",
        }
    }
}

impl OutputError {
    /// The error of a game's own output: an error of any type, which [`Other`](Self::Other) keeps, or a text.
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

/// An output that discards its sound.
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
