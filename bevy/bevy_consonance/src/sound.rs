//! Where sound comes from and goes to.

use consonance::{VoiceChatBuilder, VoiceSettings};

/// Where our voice comes from and the others' go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum VoiceSound {
    /// The machine's microphone and loudspeaker (default). Without any, others hear silence and nothing is heard, until
    /// one is plugged in.
    #[cfg(feature = "devices")]
    #[default]
    Devices,
    /// What the [builder](crate::Voice::builder) is given, by
    /// [`input`](VoiceChatBuilder::input) and [`output`](VoiceChatBuilder::output); silence otherwise. For bots,
    /// dedicated servers and tests.
    #[cfg_attr(not(feature = "devices"), default)]
    Custom,
    /// Voices are played by `bevy_audio`: each [`VoiceSpeaker`](crate::VoiceSpeaker) is an `AudioPlayer` of its own,
    /// placed by Bevy, and all other voices are one more. The microphone stays the machine's (feature `devices`).
    #[cfg(feature = "bevy_audio")]
    BevyAudio,
}

impl VoiceSound {
    /// A chat that is to be started with it, and with what the player has set.
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
