//! Diagnostics and recordings of the chat on disk.

use std::path::Path;

use super::VoiceChat;
use crate::diagnostics::{Diagnostics, DiagnosticsError, DiagnosticsSettings};
use crate::recorder::{Observed, Recorder, RecorderError};

impl VoiceChat {
    /// Records everything that helps to find a fault, into a folder that is created if needed: sound before and after
    /// every stage, packets, events and counters. As [`record_diagnostics_with`](Self::record_diagnostics_with) with
    /// the default settings. It creates the files at once, which takes as long as the disk does.
    ///
    /// # Errors
    /// [`DiagnosticsError`] if a file or a thread cannot be created; existing files are never overwritten.
    pub fn record_diagnostics(&self, folder: impl AsRef<Path>) -> Result<Diagnostics, DiagnosticsError> {
        self.record_diagnostics_with(folder, DiagnosticsSettings::default())
    }

    /// The same, with custom limits. Packets go to only one capture at a time: the newest.
    ///
    /// # Errors
    /// As [`record_diagnostics`](Self::record_diagnostics).
    pub fn record_diagnostics_with(
        &self,
        folder: impl AsRef<Path>,
        settings: DiagnosticsSettings,
    ) -> Result<Diagnostics, DiagnosticsError> {
        Diagnostics::start(folder.as_ref(), settings, self.observed())
    }

    fn observed(&self) -> Observed {
        let thread = self.thread();
        thread.shared.observed(&thread.commands)
    }
}

impl Recorder {
    /// Records a whole chat from now on, in separate files: the mix, the local voice, every present player and every
    /// player that joins later. A player that leaves and comes back continues in the same file. Players beyond the
    /// limit of tracks are not recorded, which is logged once.
    ///
    /// # Errors
    /// As [`add`](Self::add), if there is no track for the mix or the local voice, or no room for the order itself.
    pub fn add_all(&mut self, voice: &VoiceChat) -> Result<(), RecorderError> {
        self.add(voice.playback().tap())?;
        self.add(voice.microphone().tap())?;
        self.add_everyone(voice.observed())
    }
}
