//! The recorder of a running server, which follows the configuration.

use consonance_server::moderation::Moderation;
use consonance_server::recording::{SessionRecorder, SessionRecorderError};
use consonance_server::{DedicatedServer, Webhooks};
use consonance_server_config::RecordingConfig;

/// The recorder, if recording is configured.
pub(super) struct Recording {
    recorder: Option<SessionRecorder>,
    config: RecordingConfig,
    /// The webhooks that are notified about complete recordings.
    webhooks: Webhooks,
}

impl Recording {
    pub(super) fn start(config: &RecordingConfig, webhooks: &Webhooks) -> Result<Self, SessionRecorderError> {
        let start =
            |folder| SessionRecorder::start_with_webhooks(folder, config.settings.clone(), webhooks.clone());
        let recorder = config.folder.as_ref().map(start).transpose()?;
        Ok(Self { recorder, config: config.clone(), webhooks: webhooks.clone() })
    }

    pub(super) fn recorder(&self) -> Option<&SessionRecorder> {
        self.recorder.as_ref()
    }

    /// Applies a new configuration. Returns the reason if it cannot be applied.
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
                recorder.set_settings(config.settings.clone());
            }
            self.config = config.clone();
        } else {
            match Self::start(config, &self.webhooks) {
                Ok(new) => former = Some(std::mem::replace(self, new)),
                Err(error) => return Some(format!("{error}; the recording folder is unchanged")),
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
