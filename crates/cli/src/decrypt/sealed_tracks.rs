//! The sealed tracks of a recording, as Ogg Opus.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write as _, stdout};
use std::iter;
use std::path::{Path, PathBuf};

use consonance::{KeptCounts, KeptFrames, LoggedEpoch};
use consonance_recording::{OpenedTrack, SealedTrackError, SealedTrackReader};

use super::failures::{Failure, Failures};
use super::files;
use crate::devices::shown;
use crate::progress::ProgressLine;

/// Totals of the work so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) tracks: usize,
    /// Frames that were decrypted.
    pub(super) frames: u64,
}

/// Reads a log of keys.
pub(super) fn read_keys(file: &Path) -> Result<Vec<LoggedEpoch>, String> {
    let wrong = |what: &dyn std::fmt::Display| format!("cannot use the keys in {}: {what}", file.display());
    let text = String::from_utf8(files::read(file, KEYS_BYTES_MAX)?).map_err(|error| wrong(&error))?;
    let keys = LoggedEpoch::read_log(&text).map_err(|error| wrong(&error))?;
    if keys.is_empty() { Err(wrong(&"it contains none")) } else { Ok(keys) }
}

/// Decrypts a recording's folder, or one file, into a folder of its own, and prints a line for each track. A track that
/// cannot be decrypted does not keep back the others.
pub(super) fn decrypt(
    recording: &Path,
    keys: &[LoggedEpoch],
    to: &Path,
    tally: &mut Tally,
    failures: &mut Failures,
) -> Result<(), Failure> {
    let (folder, tracks) = if recording.is_dir() {
        (Some(recording), sealed_files(recording).map_err(Failure::of_files)?)
    } else {
        (recording.parent(), vec![recording.to_owned()])
    };
    if tracks.is_empty() {
        return Ok(());
    }
    let made = files::make_folder(folder, to).map_err(Failure::of_files)?;
    for file in tracks {
        let to = made.join(file.file_name().unwrap_or_default()).with_extension("opus");
        let decrypted = decrypt_track(&file, keys, &to).map(|(opened, counts)| {
            tally.tracks += 1;
            tally.frames += opened.frames;
            // The reader of the output may have closed the pipe.
            let _ = writeln!(stdout(), "{}", in_words(&file, &to, &opened, &counts));
        });
        failures.note(&file, decrypted);
    }
    Ok(())
}

/// The files of a folder with the extension `.sealed`, sorted.
fn sealed_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<_> = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file() && path.extension().is_some_and(|it| it == EXTENSION))
        .collect();
    files.sort();
    Ok(files)
}

/// Decrypts one track; if no frame could be decrypted, no file is left.
fn decrypt_track(file: &Path, keys: &[LoggedEpoch], to: &Path) -> Result<(OpenedTrack, KeptCounts), Failure> {
    let malformed = |error: SealedTrackError| Failure::new(error.code(), in_full(&error));
    let progress = ProgressLine::new();
    let source = File::open(file).and_then(|opened| Watched::new(opened, file, &progress));
    let source = source.map_err(|error| Failure::of_files(format!("cannot read it: {error}")))?;
    let mut track = SealedTrackReader::open(BufReader::new(source)).map_err(malformed)?;
    let made = files::create(to).map_err(Failure::of_files)?;
    let mut frames = KeptFrames::new(keys);
    let written = track
        .write_opus(BufWriter::new(made), |player, frame, packet| frames.open(player, frame, packet))
        .map_err(malformed);
    if written.as_ref().is_ok_and(|opened| opened.frames == 0) {
        let trouble = |error| Failure::of_files(format!("cannot remove {}: {error}", to.display()));
        fs::remove_file(to).map_err(trouble)?;
    }
    written.map(|opened| (opened, frames.counts()))
}

/// An error with its cause.
fn in_full(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

fn in_words(file: &Path, to: &Path, opened: &OpenedTrack, counts: &KeptCounts) -> String {
    let to = if opened.frames > 0 { shown(&to.display().to_string()) } else { "nothing written".into() };
    let line = format!("{}: {} frames opened, {to}", shown(&file.display().to_string()), opened.frames);
    let reasons = [
        (counts.without_key, "without a key"),
        (counts.forged, "forged, or of an epoch whose key is missing"),
        (counts.replayed, "replayed"),
        (counts.other_senders, "from a member other than the speaker"),
        (counts.malformed, "not encrypted frames"),
        (opened.not_opus, "not Opus"),
    ];
    let reasons = reasons.into_iter().filter(|(count, _)| *count > 0);
    iter::once(line)
        .chain(reasons.map(|(count, reason)| format!("{count} {reason}")))
        .collect::<Vec<_>>()
        .join("; ")
}

/// Shows how much of a file was read.
struct Watched<'p> {
    file: File,
    name: String,
    read: u64,
    bytes: u64,
    progress: &'p ProgressLine,
}

impl<'p> Watched<'p> {
    fn new(file: File, path: &Path, progress: &'p ProgressLine) -> io::Result<Self> {
        let bytes = file.metadata()?.len();
        let name = path.file_name().map(|name| shown(&name.to_string_lossy())).unwrap_or_default();
        Ok(Self { file, name, read: 0, bytes, progress })
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read += read as u64;
        if self.bytes > SHOWN_FROM_BYTES {
            self.progress.show_share(&self.name, self.read as f64 / self.bytes as f64, "");
        }
        Ok(read)
    }
}

/// The file extension of sealed tracks.
const EXTENSION: &str = "sealed";
/// A session of a thousand members whose keys change ten thousand times takes a gigabyte; usual ones take kilobytes.
const KEYS_BYTES_MAX: u64 = 1 << 30;
/// Less is done at once.
const SHOWN_FROM_BYTES: u64 = 4 << 20;
