//! Diagnostics from the first packet on.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::mpsc::SyncSender;

use super::VoiceChatBuilder;
use crate::command::Command;
use crate::diagnostics::{Diagnostics, DiagnosticsError, DiagnosticsSettings};
use crate::shared_state::SharedState;

impl VoiceChatBuilder {
    /// Records diagnostics from the first packet on, into a folder that is created if needed;
    /// [leaving](crate::VoiceChat::leave) completes the files. See [`crate::VoiceChat::record_diagnostics`], which
    /// starts later.
    pub fn diagnostics(self, folder: impl Into<PathBuf>) -> Self {
        self.diagnostics_with(folder, DiagnosticsSettings::default())
    }

    /// The same, with custom limits.
    pub fn diagnostics_with(mut self, folder: impl Into<PathBuf>, settings: DiagnosticsSettings) -> Self {
        self.diagnostics = Some((folder.into(), settings));
        self
    }
}

/// Starts diagnostics if they are configured.
pub(super) fn start(
    wanted: Option<(PathBuf, DiagnosticsSettings)>,
    commands: &SyncSender<Command>,
    shared: &SharedState,
) -> Result<Mutex<Option<Diagnostics>>, DiagnosticsError> {
    let started =
        wanted.map(|(folder, settings)| Diagnostics::start(&folder, settings, shared.observed(commands)));
    started.transpose().map(Mutex::new)
}
