//! The server's recordings and reports: however it ended, all of them must be present, complete and playable.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use consonance_server::recording::{RecordingEndReason, RecordingIndex, recordings_in};
use opus_pure::{OggOpusReader, OpusDecoder, Trim};

/// Checks recordings, each of them only once.
#[derive(Debug)]
pub(crate) struct Recordings {
    folder: PathBuf,
    /// The server's storage folder, which has reports where a session's recordings would be.
    storage: PathBuf,
    looked_at: BTreeSet<PathBuf>,
    pub(crate) total: Look,
}

/// The result of checking recordings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) recordings: u64,
    pub(crate) reports: u64,
    pub(crate) tracks: u64,
    /// The decoded samples of all tracks, at 48 kHz.
    pub(crate) samples: u64,
    /// Recordings that were cut off when the server was killed.
    pub(crate) crashed: u64,
    pub(crate) frames_dropped: u64,
    pub(crate) faults: Vec<String>,
    seen: Vec<PathBuf>,
}

impl Recordings {
    pub(crate) fn new(folder: PathBuf, storage: PathBuf) -> Self {
        Self { folder, storage, looked_at: BTreeSet::new(), total: Look::default() }
    }

    /// The recordings and reports that have not been checked yet.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub(crate) fn new_ones(&self) -> io::Result<Vec<PathBuf>> {
        let all = recordings_in(&self.folder)?.into_iter().chain(recordings_in(&self.storage)?);
        Ok(all.filter(|folder| !self.looked_at.contains(folder)).collect())
    }

    /// Whether this session is being recorded now.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub(crate) fn is_recorded(&self, session: &str) -> io::Result<bool> {
        let is_live = |folder: &PathBuf| {
            RecordingIndex::read(folder).is_ok_and(|index| index.session == session && index.ended.is_none())
        };
        Ok(recordings_in(&self.folder)?.iter().any(is_live))
    }

    /// Checks these in a thread of its own, as there is much to decode. Their writers must have ended.
    ///
    /// # Errors
    /// If no thread can be started.
    pub(crate) fn look_at(folders: Vec<PathBuf>) -> io::Result<JoinHandle<Look>> {
        thread::Builder::new().name("recordings".to_owned()).spawn(move || {
            let mut look = Look::default();
            for folder in folders {
                // The server removes the oldest recordings when they exceed its limit.
                if let Err(error) = look.take(&folder)
                    && folder.exists()
                {
                    look.faults.push(format!("{}: {error}", folder.display()));
                }
                look.seen.push(folder);
            }
            look
        })
    }

    /// Adds a result to the total; returns the faults.
    pub(crate) fn note(&mut self, look: Look) -> Vec<String> {
        self.total.recordings += look.recordings;
        self.total.reports += look.reports;
        self.total.tracks += look.tracks;
        self.total.samples += look.samples;
        self.total.crashed += look.crashed;
        self.total.frames_dropped += look.frames_dropped;
        self.looked_at.extend(look.seen);
        look.faults
    }
}

impl Look {
    fn take(&mut self, folder: &Path) -> Result<(), Box<dyn Error>> {
        let index = RecordingIndex::read(folder)?;
        let ended = index.ended.ok_or("it has not ended")?;
        match ended {
            RecordingEndReason::Reported => self.reports += 1,
            _ => self.recordings += 1,
        }
        self.crashed += u64::from(ended == RecordingEndReason::Crashed);
        self.frames_dropped += index.frames_dropped;
        for track in &index.tracks {
            let samples =
                decode(&folder.join(&track.file)).map_err(|error| format!("{}: {error}", track.file))?;
            // An empty track's file may be incomplete, but it decodes to no samples either.
            if samples != track.duration_samples {
                let should = track.duration_samples;
                return Err(format!("{} plays {samples} samples and should {should}", track.file).into());
            }
            self.tracks += 1;
            self.samples += samples;
        }
        Ok(())
    }
}

/// Decodes a file to its end; returns the number of samples.
fn decode(file: &Path) -> Result<u64, Box<dyn Error>> {
    let mut reader = OggOpusReader::new(BufReader::new(File::open(file)?))?;
    let mut decoder = OpusDecoder::new(48_000, 1)?;
    let mut trim = Trim::new(reader.head(), 48_000, 1)?;
    let (mut samples, mut frame) = (0, vec![0.0; LONGEST_FRAME]);
    while let Some(packet) = reader.read_packet()? {
        let length = decoder.decode(&packet.data, LONGEST_FRAME, &mut frame)?;
        samples += trim.keep(&packet, &frame[..length]).len() as u64;
    }
    Ok(samples)
}

/// 120 ms at 48 kHz (RFC 6716, section 3.1).
const LONGEST_FRAME: usize = 5_760;
