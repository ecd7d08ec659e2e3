//! The file of a track, in either format.

use std::fmt;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use consonance_recording::Channels;

use super::ogg_opus::{OggOpusSettings, OggOpusWriter};
use super::settings::RecordingFormat;
use super::{OggOpusError, RecordingError};
use crate::wav::WavFile;

/// The destination of a track's bytes: a file, or a wrapper of one that measures or limits.
pub trait TrackFile: Write + Seek + Send + fmt::Debug {}

impl<T: Write + Seek + Send + fmt::Debug> TrackFile for T {}

/// Makes the file of a track at this path; it must not overwrite one that is there.
pub type OpenTrack = Box<dyn FnMut(&Path) -> io::Result<Box<dyn TrackFile>> + Send>;

/// Makes files on the disk.
pub(super) fn on_disk() -> OpenTrack {
    Box::new(|path| Ok(Box::new(File::create_new(path)?)))
}

#[derive(Debug)]
pub(super) enum TrackWriter {
    Wav(WavFile<Box<dyn TrackFile>>),
    OggOpus { path: PathBuf, writer: Box<OggOpusWriter<Box<dyn TrackFile>>> },
}

impl TrackWriter {
    /// A new file; none that is there is overwritten.
    pub(super) fn create(
        open: &mut OpenTrack,
        path: &Path,
        title: &str,
        format: RecordingFormat,
        channels: Channels,
    ) -> Result<Self, RecordingError> {
        let file = open(path).map_err(|cause| RecordingError::Create { path: path.to_owned(), cause })?;
        Ok(match format {
            RecordingFormat::Wav => Self::Wav(WavFile::begin(file, path, channels.count() as u16)?),
            RecordingFormat::OggOpus => {
                let writer = OggOpusWriter::new(file, OggOpusSettings::new(channels), title);
                let writer = Box::new(writer.map_err(|cause| failed(path, cause))?);
                Self::OggOpus { path: path.to_owned(), writer }
            }
        })
    }

    pub(super) fn write(&mut self, interleaved: &[f32]) -> Result<(), RecordingError> {
        match self {
            Self::Wav(file) => Ok(file.write(interleaved)?),
            Self::OggOpus { path, writer } => writer.write(interleaved).map_err(|cause| failed(path, cause)),
        }
    }

    /// Writes silence of so many samples for each channel.
    pub(super) fn silence(&mut self, samples: u64) -> Result<(), RecordingError> {
        match self {
            Self::Wav(file) => Ok(file.silence(samples)?),
            Self::OggOpus { path, writer } => writer.silence(samples).map_err(|cause| failed(path, cause)),
        }
    }

    pub(super) fn finish(self) -> Result<(), RecordingError> {
        match self {
            Self::Wav(file) => Ok(file.finish()?),
            Self::OggOpus { path, writer } => writer.finish().map(drop).map_err(|cause| failed(&path, cause)),
        }
    }
}

fn failed(path: &Path, cause: OggOpusError) -> RecordingError {
    RecordingError::OggOpus { path: path.to_owned(), cause }
}
