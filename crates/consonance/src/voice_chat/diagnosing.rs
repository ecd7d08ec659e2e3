//! Diagnostics of the chat on disk.

use std::path::Path;

use super::{Running, VoiceChat};
use crate::diagnostics::{Diagnostics, DiagnosticsError, DiagnosticsSettings, Observed};

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

    /// The parts that diagnostics and recorders observe.
    pub(crate) fn observed(&self) -> Observed {
        let Running { commands, shared, .. } = self.running();
        Observed::new(commands, shared)
    }
}
