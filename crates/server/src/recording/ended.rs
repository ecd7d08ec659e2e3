//! A recording that has ended, in one way or another, until its files are completed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tracing::warn;

use super::index::{RecordingEndReason, RecordingIndex, TrackIndex};
use super::track::{FrameKind, repair};

/// A recording that has ended and still has to be [saved](Self::save).
#[derive(Debug)]
pub(super) struct EndedRecording {
    pub(super) folder: PathBuf,
    pub(super) index: RecordingIndex,
    /// All tracks are completed, and as long as the index states.
    pub(super) is_whole: bool,
}

impl EndedRecording {
    /// A recording that was not ended, with the index that was written last.
    pub(super) fn after_crash(folder: PathBuf, mut index: RecordingIndex) -> Self {
        index.ended = Some(RecordingEndReason::Crashed);
        Self { folder, index, is_whole: false }
    }

    /// Ends every track where it breaks off, if that is still to be done, and writes the index.
    ///
    /// # Errors
    /// If the disk takes nothing; it is tried again by calling this again.
    pub(super) fn save(&mut self) -> io::Result<()> {
        if !self.is_whole {
            self.complete()?;
            self.is_whole = true;
        }
        self.index.write(&self.folder)
    }

    fn complete(&mut self) -> io::Result<()> {
        let Self { folder, index, .. } = self;
        for file in track_files(folder)? {
            let path = folder.join(&file);
            let is_known = index.tracks.iter().any(|track| track.file == file);
            let samples = match repair(&path) {
                // Not even the beginning of the file reached the disk.
                Err(error) if error.kind() == io::ErrorKind::InvalidData && !is_known => {
                    fs::remove_file(&path)?;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    warn!(file = %path.display(), %error, "left alone");
                    0
                }
                repaired => repaired?,
            };
            track_of(index, file).cut(samples, fs::metadata(&path)?.len());
        }
        let longest = index.tracks.iter().map(|track| track.duration_samples).max();
        index.duration_samples = index.duration_samples.max(longest.unwrap_or(0));
        index.bytes = index.tracks.iter().map(|track| track.bytes).sum();
        Ok(())
    }
}

/// The names of the tracks in a recording's folder, in order.
pub(super) fn track_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if let Ok(name) = name.into_string()
            && kind_of(&name).is_some()
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The kind of frames in a file of this name, if it is a track's.
fn kind_of(file: &str) -> Option<FrameKind> {
    let extension = Path::new(file).extension()?;
    [FrameKind::Opus, FrameKind::Sealed].into_iter().find(|kind| extension == kind.extension())
}

/// The track of this file; one that was begun since the index was last written is put there.
fn track_of(index: &mut RecordingIndex, file: String) -> &mut TrackIndex {
    let place = index.tracks.iter().position(|track| track.file == file).unwrap_or_else(|| {
        let player = file.rsplit_once('-').map_or(&*file, |(player, _)| player).to_owned();
        let sealed = kind_of(&file) == Some(FrameKind::Sealed);
        index.tracks.push(TrackIndex { file, sealed, player, ..TrackIndex::default() });
        index.tracks.len() - 1
    });
    &mut index.tracks[place]
}

impl TrackIndex {
    /// Sets the actual length of the file.
    fn cut(&mut self, samples: u64, bytes: u64) {
        (self.duration_samples, self.bytes) = (samples, bytes);
        self.first_sample = self.first_sample.filter(|first| *first < samples);
        self.spans.retain(|span| span.from_sample < samples);
        if let Some(last) = self.spans.last_mut() {
            last.to_sample = last.to_sample.min(samples);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::env;

    use consonance_recording::{Channels, OggPacketWriter, OpusPacket};

    use super::*;

    /// A path for this test, where nothing exists.
    fn nowhere(test: &str) -> PathBuf {
        env::temp_dir().join(format!("consonance-ended-{test}-{}", std::process::id()))
    }

    /// A recording that a crash cut off, with these tracks in its index.
    fn cut_off(folder: &Path, files: &[&str]) -> EndedRecording {
        let index =
            br#"{"version":1,"session":"main","started_at":"","started_unix_ms":0,"by_operator":false,
            "sample_rate_hz":48000,"duration_samples":0,"bytes":0,"ended":null,"frames_dropped":0,
            "frames_without_track":0,"tracks":[]}"#;
        let mut index: RecordingIndex = serde_json::from_slice(index).unwrap();
        let track = |file: &&str| TrackIndex { file: (*file).to_owned(), ..TrackIndex::default() };
        index.tracks = files.iter().map(track).collect();
        EndedRecording::after_crash(folder.to_owned(), index)
    }

    /// A sound of a fifth of a second.
    fn sound() -> Vec<u8> {
        let mut track = OggPacketWriter::new(Vec::new(), 1, Channels::Mono, &[]).unwrap();
        let packet = OpusPacket::parse(&[31 << 3]).unwrap();
        for _ in 0..10 {
            track.write(0, packet).unwrap();
        }
        track.finish().unwrap()
    }

    /// The tracks in the index on the disk, with their samples.
    fn tracks(folder: &Path) -> Vec<(String, u64)> {
        let tracks = RecordingIndex::read(folder).unwrap().tracks;
        tracks.into_iter().map(|track| (track.file, track.duration_samples)).collect()
    }

    fn is(file: &str, samples: u64) -> (String, u64) {
        (file.to_owned(), samples)
    }

    /// A file in the folder's place simulates a folder that cannot be read, for example due to a lack of file
    /// descriptors.
    #[test]
    fn what_cannot_be_looked_at_is_not_taken_for_empty() {
        let folder = nowhere("no-folder");
        fs::write(&folder, "no folder").unwrap();
        let mut ended = cut_off(&folder, &[]);
        ended.save().unwrap_err();
        fs::remove_file(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("Alice-1.opus"), sound()).unwrap();
        fs::write(folder.join("Bob-2.opus"), "").unwrap();
        ended.save().unwrap();
        assert_eq!(tracks(&folder), [is("Alice-1.opus", 9600)], "Bob's has no sound, and no index lists it");
        assert!(!folder.join("Bob-2.opus").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_track_that_the_index_knows_is_never_removed_though_it_cannot_be_read() {
        let folder = nowhere("damaged");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("Alice-1.opus"), sound()).unwrap();
        fs::write(folder.join("Bob-2.opus"), "damaged").unwrap();
        cut_off(&folder, &["Alice-1.opus", "Bob-2.opus"]).save().unwrap();
        assert_eq!(tracks(&folder), [is("Alice-1.opus", 9600), is("Bob-2.opus", 0)]);
        assert_eq!(RecordingIndex::read(&folder).unwrap().duration_samples, 9600, "as long as the longest");
        assert_eq!(fs::read(folder.join("Bob-2.opus")).unwrap(), b"damaged");
        fs::remove_dir_all(folder).unwrap();
    }

    /// A folder in the index's place simulates a disk that cannot be written.
    #[test]
    fn tracks_are_completed_once_however_often_the_index_cannot_be_written() {
        let folder = nowhere("no-index");
        fs::create_dir_all(folder.join(RecordingIndex::FILE)).unwrap();
        fs::write(folder.join("Alice-1.opus"), sound()).unwrap();
        let mut ended = cut_off(&folder, &["Alice-1.opus"]);
        ended.save().unwrap_err();
        fs::remove_file(folder.join("Alice-1.opus")).unwrap();
        fs::write(folder.join("Alice-1.opus"), "is not looked at again").unwrap();
        fs::remove_dir(folder.join(RecordingIndex::FILE)).unwrap();
        ended.save().unwrap();
        assert_eq!(tracks(&folder), [is("Alice-1.opus", 9600)]);
        fs::remove_dir_all(folder).unwrap();
    }
}
