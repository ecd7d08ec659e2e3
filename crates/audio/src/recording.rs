//! Several tracks of sound on one time line, each in its own file, aligned to the sample.

mod error;
mod ogg_opus;
mod settings;
mod track;
mod track_file;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

pub use consonance_recording::Channels;
use consonance_recording::file_name_part;

use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ, SamplePosition, StereoBlock};
use crate::limits::{RECORDING_SECONDS_MAX, TRACKS_MAX};
pub use error::{OggOpusError, RecordingError};
pub use ogg_opus::{OggOpusSettings, OggOpusWriter};
pub use settings::{RecordingFormat, RecordingSettings};
pub use track::RecordedTrack;
use track::Track;
use track_file::on_disk;
pub use track_file::{OpenTrack, TrackFile};

/// A recording in progress: a folder with one file for each track.
///
/// Every file begins with the recording, whenever its sound does, so the files line up when placed together in an
/// editor. Gaps are silence. Sound that comes too late for its position is left out and counted.
///
/// The caller calls [`approach`](Self::approach) now and then for tracks without input, so that no call has more than a
/// few seconds of silence to write.
pub struct Recording {
    open: OpenTrack,
    folder: PathBuf,
    start: SamplePosition,
    end: SamplePosition,
    settings: RecordingSettings,
    tracks: Vec<Track>,
}

/// A track of one recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrackId(usize);

/// 10 ms of sound for a track. A stereo track uses mono sound for both sides; a mono track uses the mean of both sides.
#[derive(Debug, Clone, Copy)]
pub enum RecordedBlock<'a> {
    /// The same for both sides.
    Mono(&'a [f32; BLOCK_SAMPLES]),
    /// For two ears.
    Stereo(&'a StereoBlock),
}

impl Recording {
    /// Begins a recording whose files begin at this position. The folder is created if needed.
    ///
    /// # Errors
    /// [`RecordingError::Folder`] if the folder cannot be created.
    pub fn create(
        folder: impl AsRef<Path>,
        start: SamplePosition,
        settings: RecordingSettings,
    ) -> Result<Self, RecordingError> {
        Self::create_with(folder, start, settings, on_disk())
    }

    /// The same with files created by `open`, one for each track.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_with(
        folder: impl AsRef<Path>,
        start: SamplePosition,
        settings: RecordingSettings,
        open: OpenTrack,
    ) -> Result<Self, RecordingError> {
        let folder = folder.as_ref().to_owned();
        fs::create_dir_all(&folder)
            .map_err(|cause| RecordingError::Folder { path: folder.clone(), cause })?;
        let seconds = settings.max_seconds.min(RECORDING_SECONDS_MAX);
        let end = start + seconds * u64::from(SAMPLE_RATE_HZ);
        Ok(Self { open, folder, start, end, settings, tracks: Vec::new() })
    }

    /// Adds a track in a new file, named by its number and by as much of the name as is valid on every system.
    ///
    /// # Errors
    /// [`RecordingError::TooManyTracks`], or [`RecordingError::Create`] if the file exists or cannot be created.
    pub fn add_track(&mut self, name: &str, channels: Channels) -> Result<TrackId, RecordingError> {
        let max = self.settings.max_tracks.min(TRACKS_MAX);
        if self.tracks.len() >= max {
            return Err(RecordingError::TooManyTracks { max });
        }
        let number = self.tracks.len();
        // The number makes the name unique, and keeps it from being one that Windows reserves.
        let file = format!("{:02}-{}.{}", number + 1, file_name_part(name), self.settings.format.extension());
        let path = self.folder.join(file);
        self.tracks.push(Track::create(
            &mut self.open,
            path,
            name,
            self.settings.format,
            channels,
            self.start,
        )?);
        Ok(TrackId(number))
    }

    /// Writes 10 ms that begin at this position. The part before the track's end is left out, and so is the whole block
    /// if it begins after the recording's end, or further after the track's end than [`approach`](Self::approach)
    /// advances at once; the track counts both.
    ///
    /// # Errors
    /// [`RecordingError::Wav`] or [`RecordingError::OggOpus`] if the file cannot be written, for example because the
    /// disk is full; its content is kept.
    pub fn write<'a>(
        &mut self,
        track: TrackId,
        position: SamplePosition,
        block: impl Into<RecordedBlock<'a>>,
    ) -> Result<(), RecordingError> {
        let end = self.end;
        self.track(track)?.write(position, block.into(), end)
    }

    /// Fills a track with silence up to this position, but with at most 10 s, 2 MB, at once. True if it has reached the
    /// position, so that sound there would be kept.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn approach(&mut self, track: TrackId, position: SamplePosition) -> Result<bool, RecordingError> {
        let position = position.min(self.end);
        self.track(track)?.approach(position)
    }

    /// The tracks in the order in which they were added, in their current state.
    pub fn tracks(&self) -> impl Iterator<Item = RecordedTrack> {
        self.tracks.iter().map(Track::report)
    }

    /// Completes all files; returns the result of each track.
    ///
    /// # Errors
    /// The first error; the other files are completed anyway.
    pub fn finish(self) -> Result<Vec<RecordedTrack>, RecordingError> {
        let finished: Vec<_> = self.tracks.into_iter().map(Track::finish).collect();
        finished.into_iter().collect()
    }

    fn track(&mut self, TrackId(number): TrackId) -> Result<&mut Track, RecordingError> {
        self.tracks.get_mut(number).ok_or(RecordingError::OtherTrack)
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("folder", &self.folder)
            .field("tracks", &self.tracks)
            .finish_non_exhaustive()
    }
}

impl<'a> From<&'a [f32; BLOCK_SAMPLES]> for RecordedBlock<'a> {
    fn from(block: &'a [f32; BLOCK_SAMPLES]) -> Self {
        Self::Mono(block)
    }
}

impl<'a> From<&'a StereoBlock> for RecordedBlock<'a> {
    fn from(block: &'a StereoBlock) -> Self {
        Self::Stereo(block)
    }
}
