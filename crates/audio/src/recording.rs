//! Several tracks of sound on one time line, each in a file of its own, that fit together to the sample.

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

/// A recording that is being made: a folder with one file for each track.
///
/// Every file begins where the recording does, whenever its sound does: laid upon each other in an editor, they are in
/// step. What is not written is silence. What comes too late for its place in a file is left out and counted.
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

/// 10 ms of sound for a track. A track of two channels takes mono for both sides, one of one channel the mean of both.
#[derive(Debug, Clone, Copy)]
pub enum RecordedBlock<'a> {
    /// The same for both sides.
    Mono(&'a [f32; BLOCK_SAMPLES]),
    /// For two ears.
    Stereo(&'a StereoBlock),
}

impl Recording {
    /// Begins a recording whose files begin at this position. The folder is made if it is not there.
    ///
    /// # Errors
    /// [`RecordingError::Folder`] if that cannot be done.
    pub fn create(
        folder: impl AsRef<Path>,
        start: SamplePosition,
        settings: RecordingSettings,
    ) -> Result<Self, RecordingError> {
        Self::create_with(folder, start, settings, on_disk())
    }

    /// The same with files that `open` makes, one for each track.
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

    /// One more track, in a new file, called by its number and by as much of the name as any system takes.
    ///
    /// # Errors
    /// [`RecordingError::TooManyTracks`], or [`RecordingError::Create`] if the file is there already or cannot be made.
    pub fn add_track(&mut self, name: &str, channels: Channels) -> Result<TrackId, RecordingError> {
        let max = self.settings.max_tracks.min(TRACKS_MAX);
        if self.tracks.len() >= max {
            return Err(RecordingError::TooManyTracks { max });
        }
        let number = self.tracks.len();
        // The number makes it unique, and none of the names that Windows reserves.
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

    /// Writes 10 ms that begin at this position. What lies before the track's end already is left out, and so is all of
    /// it if it begins beyond the recording's end, or further behind the track's end than [`approach`](Self::approach)
    /// goes at once; the track counts both.
    ///
    /// # Errors
    /// [`RecordingError::Wav`] or [`RecordingError::OggOpus`] if the file cannot be written, as when the disk is
    /// full; what is in it is kept.
    pub fn write<'a>(
        &mut self,
        track: TrackId,
        position: SamplePosition,
        block: impl Into<RecordedBlock<'a>>,
    ) -> Result<(), RecordingError> {
        let end = self.end;
        self.track(track)?.write(position, block.into(), end)
    }

    /// Fills a track with silence up to this position, though with no more than 10 s, 2 MB, at once. True if it is
    /// there now, so that sound for this position would be kept.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn approach(&mut self, track: TrackId, position: SamplePosition) -> Result<bool, RecordingError> {
        let position = position.min(self.end);
        self.track(track)?.approach(position)
    }

    /// The tracks in the order in which they were added, as far as they are.
    pub fn tracks(&self) -> impl Iterator<Item = RecordedTrack> {
        self.tracks.iter().map(Track::report)
    }

    /// Completes all files; what became of each track.
    ///
    /// # Errors
    /// The first that there is; the other files are completed all the same.
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
