//! The type of a game's voice messages, which several networks have.

use consonance_settings::settings;

settings! {
    /// The type of a game's voice messages.
    #[derive(Debug, PartialEq)]
    pub(crate) struct VoiceTypeName {
        /// The full name of the type of voice messages, for games with a fork of the integration.
        #[example("Game.Voice.VoiceMessage")]
        pub voice_type: Option<String> = None;
    }
}
