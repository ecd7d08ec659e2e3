//! What is wrong with a page's message.

/// Why a message of a page was not understood, in words for the page's author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It is longer than any message is.
    #[error("the message has {bytes} bytes, at most {} are allowed", super::FROM_PAGE_BYTES_MAX)]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// It is not a JSON object with a type.
    #[error("a message is a JSON object with the key `type`: {what}")]
    NoMessage {
        /// What is there instead.
        what: Box<str>,
    },
    /// It is of a known type, and what that type has is missing, of another kind or out of its bounds.
    #[error("`{about}`: {what}")]
    NotUnderstood {
        /// Its type.
        about: Box<str>,
        /// What is wrong.
        what: Box<str>,
    },
}

impl MessageError {
    /// The type of the message, as far as it is known.
    pub fn about(&self) -> Option<&str> {
        match self {
            Self::TooLong { .. } | Self::NoMessage { .. } => None,
            Self::NotUnderstood { about, .. } => Some(about),
        }
    }

    pub(super) fn no_message(error: &serde_json::Error) -> Self {
        Self::NoMessage { what: bounded(&error.to_string()) }
    }

    pub(super) fn not_understood(about: &str, error: &serde_json::Error) -> Self {
        Self::NotUnderstood { about: bounded(about), what: bounded(&error.to_string()) }
    }
}

/// Words that repeat what a page has said are no longer than this, in bytes.
const WORDS_BYTES_MAX: usize = 256;

fn bounded(words: &str) -> Box<str> {
    words[..words.floor_char_boundary(WORDS_BYTES_MAX)].into()
}
