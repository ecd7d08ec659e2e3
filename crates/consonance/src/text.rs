//! Text messages: sending, their outcomes, and the history.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use consonance_session::{Target, TextTarget};

use crate::lock::lock;

/// The longest text message, in bytes of UTF-8: with the packet around it, clients of the original accept no more.
pub const TEXT_BYTES_MAX: usize = consonance_session::TEXT_BYTES_MAX;

/// A text message to be sent; identifies it in [`EventKind::TextSent`](crate::EventKind::TextSent) and
/// [`EventKind::TextNotSent`](crate::EventKind::TextNotSent).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub(crate) u64);

impl TextId {
    /// The message's number, different for each message of a chat.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// Why a text message is rejected before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum SendTextError {
    /// The message is too long.
    #[error("the message has {bytes} bytes, at most {TEXT_BYTES_MAX} are allowed: send it in parts")]
    TooLong {
        /// Bytes of the message.
        bytes: usize,
    },
}

impl SendTextError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too-long",
        }
    }
}

/// A text message that was sent or received, as kept in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextMessage {
    /// When it was sent or received.
    pub at: Instant,
    /// The sender's name; one's own for own messages.
    pub from: String,
    /// The target.
    pub to: TextTarget,
    /// The message.
    pub text: String,
}

impl TextMessage {
    pub(crate) fn new(at: Instant, from: &str, to: &TextTarget, text: &str) -> Self {
        Self { at, from: from.to_owned(), to: to.clone(), text: text.to_owned() }
    }
}

/// The last messages, oldest first, if the game wants a history.
#[derive(Debug)]
pub(crate) struct TextHistory {
    messages: Mutex<VecDeque<TextMessage>>,
    limit: usize,
    next: AtomicU64,
}

impl TextHistory {
    /// Keeps up to `limit` messages.
    pub(crate) fn new(limit: usize) -> Self {
        Self { messages: Mutex::default(), limit, next: AtomicU64::default() }
    }

    pub(crate) fn next_id(&self) -> TextId {
        TextId(self.next.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn add(&self, message: TextMessage) {
        if self.limit == 0 {
            return;
        }
        let mut messages = self.lock();
        if messages.len() >= self.limit {
            messages.pop_front();
        }
        messages.push_back(message);
    }

    pub(crate) fn all(&self) -> Vec<TextMessage> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<TextMessage>> {
        lock(&self.messages)
    }
}

/// Rejects text that no server would accept.
pub(crate) fn check(text: &str) -> Result<(), SendTextError> {
    let bytes = text.len();
    if bytes > TEXT_BYTES_MAX { Err(SendTextError::TooLong { bytes }) } else { Ok(()) }
}

/// A target as named in events.
pub(crate) fn text_target(target: &Target) -> TextTarget {
    match target {
        Target::Room(room) => TextTarget::Room(room.clone()),
        Target::Player(name) => TextTarget::Player(name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> TextMessage {
        let to = TextTarget::Room("lobby".into());
        TextMessage { at: Instant::now(), from: "Alice".into(), to, text: text.into() }
    }

    #[test]
    fn the_history_keeps_the_last_messages() {
        let history = TextHistory::new(2);
        for text in ["a", "b", "c"] {
            history.add(message(text));
        }
        let texts: Vec<_> = history.all().into_iter().map(|message| message.text).collect();
        assert_eq!(texts, ["b", "c"]);
    }

    #[test]
    fn a_history_of_nothing_stays_empty() {
        let history = TextHistory::new(0);
        history.add(message("a"));
        assert!(history.all().is_empty());
    }

    #[test]
    fn a_message_of_exactly_the_limit_may_be_tried() {
        assert_eq!(check(&"x".repeat(TEXT_BYTES_MAX)), Ok(()));
        let bytes = TEXT_BYTES_MAX + 1;
        assert_eq!(check(&"x".repeat(bytes)), Err(SendTextError::TooLong { bytes }));
    }
}
