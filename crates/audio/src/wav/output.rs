//! A WAV file as a sink for sound.

use std::fs::File;
use std::path::Path;

use super::{WavError, WavFile};
use crate::block::StereoBlock;
use crate::endpoint::{Output, OutputError};

/// Mono 16-bit at 48 kHz: the mean of both ears. The file on disk is a valid WAV at all times: the header never
/// promises more than is there, and follows at most 250 ms behind.
#[derive(Debug)]
pub struct WavOutput {
    file: Option<WavFile>,
}

impl WavOutput {
    /// Creates the file, or empties one that is there.
    ///
    /// # Errors
    /// [`WavError::Write`] if it cannot be created.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, WavError> {
        let path = path.as_ref();
        let file = File::create(path).map_err(|cause| WavError::Write { path: path.to_owned(), cause })?;
        Ok(Self { file: Some(WavFile::begin(file, path, 1)?) })
    }
}

impl Output for WavOutput {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        let file = self.file.as_mut().ok_or(OutputError::Finished)?;
        Ok(file.write(&block.to_mono())?)
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        let Some(file) = self.file.take() else { return Ok(()) };
        Ok(file.finish()?)
    }
}
