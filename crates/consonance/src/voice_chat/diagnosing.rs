//! Everything of the chat on disk.

use std::path::Path;

use super::{Running, VoiceChat};
use crate::diagnostics::{Diagnostics, DiagnosticsError, DiagnosticsSettings, Observed};

impl VoiceChat {
    /// Writes down everything that shows what is wrong, into a folder that is made if it is not there: sound before and
    /// after every stage, packets, events and counters. As [`record_diagnostics_with`](Self::record_diagnostics_with)
    /// with the default settings. It makes the files at once, which takes as long as the disk does.
    ///
    /// # Errors
    /// [`DiagnosticsError`] if a file or a thread cannot be made; files that are there are never overwritten.
    pub fn record_diagnostics(&self, folder: impl AsRef<Path>) -> Result<Diagnostics, DiagnosticsError> {
        self.record_diagnostics_with(folder, DiagnosticsSettings::default())
    }

    /// The same, with bounds of one's own. Packets go to one capture at a time: the newest.
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

    /// The parts that diagnostics and recorders look at.
    pub(crate) fn observed(&self) -> Observed {
        let Running { commands, shared, .. } = self.running();
        Observed::new(commands, shared)
    }
}
