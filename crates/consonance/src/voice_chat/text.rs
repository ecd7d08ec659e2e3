//! Text messages to rooms and players.

use consonance_session::Target;

use super::VoiceChat;
use crate::command::Command;
use crate::text::{SendTextError, TextId, TextMessage, check};

impl VoiceChat {
    /// Sends a text message to all listeners of a room, or to one player. It is delivered reliably and in order, but
    /// not to the sender.
    ///
    /// [`EventKind::TextSent`](crate::EventKind::TextSent) reports the number of recipients, or
    /// [`EventKind::TextNotSent`](crate::EventKind::TextNotSent) why it was not sent.
    ///
    /// # Errors
    /// If it is longer than [`TEXT_BYTES_MAX`](crate::TEXT_BYTES_MAX).
    pub fn send_text(&self, target: Target, text: impl Into<String>) -> Result<TextId, SendTextError> {
        let text = text.into();
        check(&text)?;
        let id = self.running.shared.texts.next_id();
        self.ask(Command::SendText(id, target, text));
        Ok(id)
    }

    /// The last messages, sent and received, oldest first: as many as
    /// [`text_history`](crate::VoiceChatBuilder::text_history) keeps, none by default.
    pub fn text_history(&self) -> Vec<TextMessage> {
        self.running.shared.texts.all()
    }
}
