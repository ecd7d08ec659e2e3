//! All settings of a player at once.

use consonance_audio::{EncoderSettings, Quality, Redundancy};
#[cfg(feature = "devices")]
use consonance_device::Direction;

use super::VoiceChat;
use crate::lock::lock;
use crate::settings::{SettingsError, VoiceSettings};

/// What a chat was last told to do.
pub(crate) struct SettingsInForce {
    settings: VoiceSettings,
    /// The encoder, where it was set in more detail than the settings can tell.
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

    /// Of an encoder that was set in detail, the rest stays; whether lost frames are to be sent again
    /// stays, too, and is returned.
    pub(super) fn set_quality(&mut self, quality: Quality) -> bool {
        self.settings.quality = quality;
        let EncoderSettings { bitrate_bps, music, redundancy, .. } = self.settings.encoder();
        self.detailed =
            self.detailed.map(|detailed| EncoderSettings { bitrate_bps, music, redundancy, ..detailed });
        self.settings.error_correction
    }
}

impl VoiceChat {
    /// The settings in force, whichever method set them. An encoder that was [set in detail](Self::set_encoder) has no
    /// quality that could be named: the one before it is.
    pub fn settings(&self) -> VoiceSettings {
        lock(&self.running.settings).settings.clone()
    }

    /// Changes whatever differs from the settings in force, while the chat runs. A new length of frames means joining
    /// the session again, which happens by itself and keeps rooms and channels.
    ///
    /// # Errors
    /// If a setting is out of its range; then nothing is changed.
    pub fn apply(&self, wanted: &VoiceSettings) -> Result<(), SettingsError> {
        wanted.validate()?;
        let (present, encoder) = {
            let in_force = lock(&self.running.settings);
            (in_force.settings.clone(), in_force.encoder())
        };
        if wanted.encoder() != encoder {
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
        if self.running.has_microphone && wanted.microphone != present.microphone {
            self.select_device(Direction::Input, wanted.microphone.clone());
        }
        #[cfg(feature = "devices")]
        if self.running.has_loudspeaker && wanted.loudspeaker != present.loudspeaker {
            self.select_device(Direction::Output, wanted.loudspeaker.clone());
        }
        // The encoder alone does not tell which of them was meant.
        *lock(&self.running.settings) = SettingsInForce::new(wanted.clone(), None);
        Ok(())
    }

    pub(super) fn note<T>(&self, change: impl FnOnce(&mut VoiceSettings) -> T) -> T {
        change(&mut lock(&self.running.settings).settings)
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
