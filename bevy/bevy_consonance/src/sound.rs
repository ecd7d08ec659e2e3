//! Audio input and output.

use consonance::{VoiceChatBuilder, VoiceSettings};

/// The input of the local voice, and the output of all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum VoiceSound {
    /// The machine's microphone and loudspeaker (default). Without one, the input or output is silent until one is
    /// plugged in.
    #[cfg(feature = "devices")]
    #[default]
    Devices,
    /// The input and output given to the [builder](crate::Voice::builder), by
    /// [`input`](VoiceChatBuilder::input) and [`output`](VoiceChatBuilder::output); silence otherwise. For bots,
    /// dedicated servers and tests.
    #[cfg_attr(not(feature = "devices"), default)]
    Custom,
    /// Voices are played by `bevy_audio`: each [`VoiceSpeaker`](crate::VoiceSpeaker) is an `AudioPlayer` of its own,
    /// placed by Bevy, and one more plays all other voices. The microphone stays the machine's (feature `devices`).
    #[cfg(feature = "bevy_audio")]
    BevyAudio,
}

impl VoiceSound {
    /// Prepares a chat with this sound and the player's settings.
    pub(crate) fn prepare(
        self,
        builder: VoiceChatBuilder,
        settings: Option<&VoiceSettings>,
    ) -> VoiceChatBuilder {
        let builder = match settings {
            Some(settings) => builder.settings(settings.clone()),
            None => builder,
        };
        match self {
            #[cfg(feature = "devices")]
            Self::Devices => builder.devices(),
            Self::Custom => builder,
            #[cfg(feature = "bevy_audio")]
            Self::BevyAudio => {
                #[cfg(feature = "devices")]
                let builder = builder
                    .microphone(settings.map(|settings| settings.microphone.clone()).unwrap_or_default());
                builder
            }
        }
    }
}
