//! The settings that a running chat has.

use consonance_audio::{EncoderSettings, Quality, Redundancy};
#[cfg(feature = "devices")]
use consonance_device::devices::{DeviceSelection, Direction};

use super::VoiceSettings;

/// The current settings of a chat.
#[derive(Clone)]
pub(crate) struct SettingsInForce {
    pub(crate) settings: VoiceSettings,
    /// The encoder, if it was set in more detail than the settings can express.
    detailed: Option<EncoderSettings>,
}

impl SettingsInForce {
    pub(crate) fn new(settings: VoiceSettings, detailed: Option<EncoderSettings>) -> Self {
        Self { settings, detailed }
    }

    pub(crate) fn encoder(&self) -> EncoderSettings {
        self.detailed.unwrap_or_else(|| self.settings.encoder())
    }

    pub(crate) fn set_encoder(&mut self, encoder: EncoderSettings) {
        self.settings.frame = encoder.frame;
        self.settings.error_correction = encoder.redundancy != Redundancy::None || encoder.music;
        self.detailed = Some(encoder);
    }

    /// Other details of an encoder stay, and so does error correction.
    pub(crate) fn set_quality(&mut self, quality: Quality) {
        self.settings.quality = quality;
        let EncoderSettings { bitrate_bps, music, redundancy, .. } = self.settings.encoder();
        self.detailed =
            self.detailed.map(|detailed| EncoderSettings { bitrate_bps, music, redundancy, ..detailed });
    }

    /// The encoder alone does not determine which of these was meant.
    pub(crate) fn set_encoding(&mut self, wanted: &VoiceSettings) {
        self.settings.quality = wanted.quality;
        self.settings.frame = wanted.frame;
        self.settings.error_correction = wanted.error_correction;
        self.detailed = None;
    }

    #[cfg(feature = "devices")]
    pub(crate) fn set_device(&mut self, direction: Direction, selection: DeviceSelection) {
        match direction {
            Direction::Input => self.settings.microphone = selection,
            Direction::Output => self.settings.loudspeaker = selection,
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
