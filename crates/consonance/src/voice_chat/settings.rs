//! All settings of a player at once.

#[cfg(feature = "devices")]
use consonance_device::Direction;

use super::VoiceChat;
use crate::lock::lock;
use crate::settings::{SettingsError, VoiceSettings};

impl VoiceChat {
    /// The settings in force, whichever method set them.
    pub fn settings(&self) -> VoiceSettings {
        lock(&self.running.settings).clone()
    }

    /// Changes whatever differs from the settings in force, while the chat runs. A new length of frames means joining the
    /// session again, which happens by itself and keeps rooms and channels.
    ///
    /// # Errors
    /// If a setting is out of its range; then nothing is changed.
    pub fn apply(&self, wanted: &VoiceSettings) -> Result<(), SettingsError> {
        wanted.validate()?;
        let present = self.settings();
        if wanted.encoder() != present.encoder() {
            self.set_encoder(wanted.encoder());
        }
        if wanted.capture != present.capture {
            self.set_capture(wanted.capture);
        }
        if wanted.activation != present.activation {
            self.set_activation(wanted.activation);
        }
        if wanted.ducking != present.ducking {
            self.set_ducking(wanted.ducking);
        }
        if wanted.levelling != present.levelling {
            self.set_levelling(wanted.levelling);
        }
        if wanted.master_volume.to_bits() != present.master_volume.to_bits() {
            self.set_master_volume(wanted.master_volume);
        }
        #[cfg(feature = "devices")]
        if self.running.has_devices {
            if wanted.microphone != present.microphone {
                self.select_device(Direction::Input, wanted.microphone.clone());
            }
            if wanted.loudspeaker != present.loudspeaker {
                self.select_device(Direction::Output, wanted.loudspeaker.clone());
            }
        }
        // The encoder alone does not tell which of them was meant.
        self.note(|settings| *settings = wanted.clone());
        Ok(())
    }

    pub(super) fn note<T>(&self, change: impl FnOnce(&mut VoiceSettings) -> T) -> T {
        change(&mut lock(&self.running.settings))
    }
}
