//! Diagnostics of a chat on disk: audio, packets, events and counters.

mod error;
mod events_file;
mod new_file;
mod players_file;
mod settings;
mod writing;

use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use consonance_audio::RecordingSettings;
use consonance_inspector::pcap::{PacketCapture, PacketCaptureSettings};

use crate::recorder::{Observed, Recorder};
pub use error::DiagnosticsError;
use events_file::EventsFile;
use players_file::PlayersFile;
pub use settings::DiagnosticsSettings;
pub use writing::DiagnosticsReport;
use writing::Writing;

/// The file of a chat's packets, in the folder of diagnostics.
const PACKETS: &str = "packets.pcapng";
/// Tracks that belong to no player: the mix, and the microphone before and after the capture chain.
const OWN_TRACKS: usize = 3;

/// Diagnostics being recorded; see [`VoiceChat::record_diagnostics`](crate::VoiceChat::record_diagnostics).
///
/// They end by themselves with the chat or when their time is up. Dropping them completes the files too, but does not
/// report errors.
#[derive(Debug)]
pub struct Diagnostics {
    folder: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<DiagnosticsReport, DiagnosticsError>>>,
}

impl Diagnostics {
    pub(crate) fn start(
        folder: &Path,
        settings: DiagnosticsSettings,
        observed: Observed,
    ) -> Result<Self, DiagnosticsError> {
        let folder = folder.to_owned();
        fs::create_dir_all(&folder)
            .map_err(|cause| DiagnosticsError::Folder { path: folder.clone(), cause })?;
        let events = EventsFile::create(&folder, settings, observed.players.local().name.as_ref())?;
        let players = PlayersFile::create(&folder)?;
        let packets = PacketCapture::start(
            folder.join(PACKETS),
            PacketCaptureSettings {
                max_bytes: settings.max_packet_bytes,
                max_duration: settings.max_duration,
                ..PacketCaptureSettings::default()
            },
        )?;
        let recorder = Recorder::start(
            &folder,
            RecordingSettings {
                format: settings.format,
                max_tracks: settings.max_players.saturating_add(OWN_TRACKS),
                max_seconds: settings.max_duration.as_secs(),
            },
        )?;
        let writing = Writing::begin(settings, observed, events, players, packets, recorder);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let run = move || writing.run(&stopped);
        let thread =
            thread::Builder::new().name("diagnostics".into()).spawn(run).map_err(DiagnosticsError::Thread)?;
        Ok(Self { folder, stop, thread: Some(thread) })
    }

    /// The folder of the files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Completes the files, and returns a report.
    ///
    /// # Errors
    /// [`DiagnosticsError`] if part of it could not be written; the files contain the rest.
    ///
    /// # Panics
    /// If the writing thread panicked.
    pub fn stop(mut self) -> Result<DiagnosticsReport, DiagnosticsError> {
        match self.end() {
            Some(Ok(report)) => report,
            Some(Err(panic)) => resume_unwind(panic),
            None => Ok(DiagnosticsReport::default()),
        }
    }

    fn end(&mut self) -> Option<thread::Result<Result<DiagnosticsReport, DiagnosticsError>>> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().map(JoinHandle::join)
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        let _what_went_wrong = self.end();
    }
}
