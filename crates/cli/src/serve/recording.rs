//! The recorder of a server that runs, which follows the configuration.

use consonance_server::DedicatedServer;
use consonance_server::moderation::Moderation;
use consonance_server::recording::{SessionRecorder, SessionRecorderError};
use consonance_server_config::RecordingConfig;

/// What records, if anything does.
pub(super) struct Recording {
    recorder: Option<SessionRecorder>,
    config: RecordingConfig,
}

impl Recording {
    pub(super) fn start(config: &RecordingConfig) -> Result<Self, SessionRecorderError> {
        let folder = config.folder.as_ref();
        let recorder = folder.map(|folder| SessionRecorder::start(folder, config.settings())).transpose()?;
        Ok(Self { recorder, config: config.clone() })
    }

    pub(super) fn recorder(&self) -> Option<&SessionRecorder> {
        self.recorder.as_ref()
    }

    /// Records as this says from now on. What cannot be followed is told, and everything stays as it was.
    pub(super) fn follow(
        &mut self,
        config: &RecordingConfig,
        server: &DedicatedServer,
        moderation: &Moderation,
    ) -> Option<String> {
        if *config == self.config {
            return None;
        }
        let mut former = None;
        if config.folder == self.config.folder {
            if let Some(recorder) = &self.recorder {
                recorder.set_settings(config.settings());
            }
            self.config = config.clone();
        } else {
            match Self::start(config) {
                Ok(new) => former = Some(std::mem::replace(self, new)),
                Err(error) => return Some(format!("{error}, and recordings stay where they were")),
            }
            moderation.set_recordings(self.recorder().map(SessionRecorder::recordings));
        }
        let followed = server.handle().record_with(self.recorder());
        if let Some(former) = former {
            former.stop();
        }
        followed.err().map(|error| format!("recordings may follow later: {error}"))
    }

    /// Completes what is being recorded.
    pub(super) fn stop(self) {
        if let Some(recorder) = self.recorder {
            recorder.stop();
        }
    }
}
