//! The type of a game's voice messages, which several networks have.

use consonance_settings::settings;

settings! {
    /// The type of a game's voice messages.
    #[derive(Debug, PartialEq)]
    pub(crate) struct VoiceTypeName {
        /// The full name of the type of voice messages, if the game changes it.
        #[example("Game.Voice.VoiceMessage")]
        pub voice_type: Option<String> = None;
    }
}
