//! The debug output of a builder, without its secrets.

use std::fmt;

use super::VoiceChatBuilder;

impl fmt::Debug for VoiceChatBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceChatBuilder")
            .field("name", &self.name)
            .field("rooms", &self.rooms)
            .field("channels", &self.channels)
            .field("has_network", &self.destination.is_some())
            .field("has_input", &self.input.is_some())
            .field("has_output", &self.output.is_some())
            .field("has_join_token", &self.join_token.is_some())
            .field("has_password", &self.password.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::voice_chat::VoiceChat;

    #[test]
    fn a_builder_tells_no_secrets() {
        let builder = VoiceChat::builder().name("Alice").password("rosebud").join_token("v1.secret");
        let told = format!("{builder:?}");
        assert!(told.contains("Alice") && told.contains("has_password: true"), "{told}");
        assert!(!told.contains("rosebud") && !told.contains("secret"), "{told}");
    }

    #[cfg(feature = "quic")]
    #[test]
    fn an_address_that_cannot_be_read_is_an_error_that_can_be_unwrapped() {
        let refused = VoiceChat::to("nonsense").unwrap_err().to_string();
        assert!(!refused.is_empty());
    }
}
