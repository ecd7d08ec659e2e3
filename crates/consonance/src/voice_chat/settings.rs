//! All settings of a player at once.

#[cfg(feature = "devices")]
use consonance_device::devices::Direction;

use super::VoiceChat;
use crate::command::Command;
use crate::settings::{SettingsError, VoiceSettings};
use crate::voice_chat::voice_thread_handle::VoiceThreadHandle;

impl VoiceChat {
    /// The current settings, whichever method set them. An encoder that was
    /// [set in detail](crate::VoiceMicrophone::set_encoder) has no matching quality: the previous one is returned.
    /// Changes dropped because of too many requests at once are not included, so that
    /// [`apply_settings`](Self::apply_settings) repeats them.
    pub fn settings(&self) -> VoiceSettings {
        self.thread().settings()
    }

    /// Applies all differences from the current settings, while the chat runs. A new frame length means rejoining the
    /// session, which happens by itself and keeps rooms and channels.
    ///
    /// # Errors
    /// If a setting is out of its range; then nothing is changed.
    pub fn apply_settings(&self, wanted: &VoiceSettings) -> Result<(), SettingsError> {
        wanted.validate()?;
        let thread = self.thread();
        apply_encoding(thread, wanted);
        let (present, microphone, playback) = (self.settings(), self.microphone(), self.playback());
        if wanted.capture != present.capture {
            microphone.set_capture(wanted.capture);
        }
        if wanted.activation != present.activation {
            microphone.set_activation(wanted.activation);
        }
        if wanted.ducking != present.ducking {
            playback.set_ducking(wanted.ducking);
        }
        if wanted.auto_volume != present.auto_volume {
            playback.set_auto_volume(wanted.auto_volume);
        }
        if wanted.master_volume.to_bits() != present.master_volume.to_bits() {
            playback.set_master_volume(wanted.master_volume);
        }
        #[cfg(feature = "devices")]
        for (direction, wanted, present) in [
            (Direction::Input, &wanted.microphone, &present.microphone),
            (Direction::Output, &wanted.loudspeaker, &present.loudspeaker),
        ] {
            if wanted != present {
                apply_device(thread, direction, wanted);
            }
        }
        Ok(())
    }
}

fn apply_encoding(thread: &VoiceThreadHandle, wanted: &VoiceSettings) {
    thread.put_in_force(|in_force| {
        let before = in_force.encoder();
        in_force.set_encoding(wanted);
        (in_force.encoder() != before).then(|| Command::SetEncoder(in_force.encoder()))
    });
}

/// A chat without such a device keeps the selection anyway, for saved settings.
#[cfg(feature = "devices")]
fn apply_device(
    thread: &VoiceThreadHandle,
    direction: Direction,
    selection: &consonance_device::devices::DeviceSelection,
) {
    thread.put_in_force(|in_force| {
        in_force.set_device(direction, selection.clone());
        thread.has_device(direction).then(|| Command::SelectDevice(direction, selection.clone()))
    });
}
