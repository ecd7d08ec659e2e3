//! All settings of a player at once.

use consonance_audio::{EncoderSettings, Quality, Redundancy};
#[cfg(feature = "devices")]
use consonance_device::{DeviceSelection, Direction};

use super::VoiceChat;
use crate::command::Command;
use crate::lock::lock;
use crate::settings::{SettingsError, VoiceSettings};

/// The current settings of a chat.
#[derive(Clone)]
pub(crate) struct SettingsInForce {
    pub(super) settings: VoiceSettings,
    /// The encoder, if it was set in more detail than the settings can express.
    detailed: Option<EncoderSettings>,
}

impl SettingsInForce {
    pub(crate) fn new(settings: VoiceSettings, detailed: Option<EncoderSettings>) -> Self {
        Self { settings, detailed }
    }

    fn encoder(&self) -> EncoderSettings {
        self.detailed.unwrap_or_else(|| self.settings.encoder())
    }

    pub(super) fn set_encoder(&mut self, encoder: EncoderSettings) {
        self.settings.frame = encoder.frame;
        self.settings.error_correction = encoder.redundancy != Redundancy::None || encoder.music;
        self.detailed = Some(encoder);
    }

    /// Other details of an encoder stay, and so does error correction.
    pub(super) fn set_quality(&mut self, quality: Quality) {
        self.settings.quality = quality;
        let EncoderSettings { bitrate_bps, music, redundancy, .. } = self.settings.encoder();
        self.detailed =
            self.detailed.map(|detailed| EncoderSettings { bitrate_bps, music, redundancy, ..detailed });
    }

    /// The encoder alone does not determine which of these was meant.
    fn set_encoding(&mut self, wanted: &VoiceSettings) {
        self.settings.quality = wanted.quality;
        self.settings.frame = wanted.frame;
        self.settings.error_correction = wanted.error_correction;
        self.detailed = None;
    }

    #[cfg(feature = "devices")]
    pub(super) fn set_device(&mut self, direction: Direction, selection: DeviceSelection) {
        match direction {
            Direction::Input => self.settings.microphone = selection,
            Direction::Output => self.settings.loudspeaker = selection,
        }
    }
}

impl VoiceChat {
    /// The current settings, whichever method set them. An encoder that was [set in detail](Self::set_encoder) has no
    /// matching quality: the previous one is returned. Changes dropped because of too many requests at once are not
    /// included, so that [`apply_settings`](Self::apply_settings) repeats them.
    pub fn settings(&self) -> VoiceSettings {
        lock(&self.running.settings).settings.clone()
    }

    /// Applies all differences from the current settings, while the chat runs. A new frame length means rejoining the
    /// session, which happens by itself and keeps rooms and channels.
    ///
    /// # Errors
    /// If a setting is out of its range; then nothing is changed.
    pub fn apply_settings(&self, wanted: &VoiceSettings) -> Result<(), SettingsError> {
        wanted.validate()?;
        self.apply_encoding(wanted);
        let present = self.settings();
        if wanted.capture != present.capture {
            self.set_capture(wanted.capture);
        }
        if wanted.activation != present.activation {
            self.set_activation(wanted.activation);
        }
        if wanted.ducking != present.ducking {
            self.set_ducking(wanted.ducking);
        }
        if wanted.auto_volume != present.auto_volume {
            self.set_auto_volume(wanted.auto_volume);
        }
        if wanted.master_volume.to_bits() != present.master_volume.to_bits() {
            self.set_master_volume(wanted.master_volume);
        }
        #[cfg(feature = "devices")]
        for (direction, wanted, present) in [
            (Direction::Input, &wanted.microphone, &present.microphone),
            (Direction::Output, &wanted.loudspeaker, &present.loudspeaker),
        ] {
            if wanted != present {
                self.apply_device(direction, wanted.clone());
            }
        }
        Ok(())
    }

    fn apply_encoding(&self, wanted: &VoiceSettings) {
        self.put_in_force(|in_force| {
            let before = in_force.encoder();
            in_force.set_encoding(wanted);
            (in_force.encoder() != before).then(|| Command::SetEncoder(in_force.encoder()))
        });
    }

    /// A chat without such a device keeps the selection anyway, for saved settings.
    #[cfg(feature = "devices")]
    fn apply_device(&self, direction: Direction, selection: DeviceSelection) {
        self.put_in_force(|in_force| {
            in_force.set_device(direction, selection.clone());
            self.running.has_device(direction).then_some(Command::SelectDevice(direction, selection))
        });
    }

    /// Sends the command for a change, if there is one; the change is recorded if the queue had room for it. The
    /// settings are locked meanwhile, so that the last request wins.
    pub(super) fn put_in_force(&self, change: impl FnOnce(&mut SettingsInForce) -> Option<Command>) {
        let mut in_force = lock(&self.running.settings);
        let mut changed = in_force.clone();
        match change(&mut changed).and_then(|command| self.offer(command)) {
            None => *in_force = changed,
            Some(refused) => {
                drop(in_force);
                self.tell_not_done(refused);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use consonance_audio::FrameSize;

    use super::*;

    #[test]
    fn an_encoder_set_in_detail_is_in_force_until_all_settings_are_set() {
        let high = VoiceSettings::default();
        let mut in_force = SettingsInForce::new(high.clone(), None);
        assert_eq!(in_force.encoder(), high.encoder());
        let detailed = EncoderSettings { bitrate_bps: 6_000, frame: FrameSize::Ms60, ..high.encoder() };
        in_force.set_encoder(detailed);
        assert_eq!(in_force.encoder(), detailed);
        assert_ne!(in_force.encoder(), high.encoder(), "so there is something to apply");
        assert_eq!(in_force.settings.frame, FrameSize::Ms60);
    }

    #[test]
    fn a_quality_leaves_the_rest_of_a_detailed_encoder_as_it_is() {
        let mut in_force = SettingsInForce::new(VoiceSettings::default(), None);
        let suited = in_force.encoder();
        in_force.set_encoder(EncoderSettings { complexity: suited.complexity - 1, ..suited });
        in_force.set_quality(Quality::Low);
        let low = VoiceSettings { quality: Quality::Low, ..VoiceSettings::default() }.encoder();
        assert_eq!(in_force.encoder(), EncoderSettings { complexity: suited.complexity - 1, ..low });
    }
}
