//! Errors in messages from a page.

/// An error in a message from a page, in words for the page's author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It is longer than a message may be.
    #[error("the message has {bytes} bytes, at most {} are allowed", super::FROM_PAGE_BYTES_MAX)]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// It has more values than a message may have.
    #[error("the message has too many values, at most {} are allowed", super::FROM_PAGE_VALUES_MAX)]
    TooManyValues,
    /// It is not a JSON object with a type.
    #[error("a message is a JSON object with the key `type`: {what}")]
    NoMessage {
        /// A description of the actual content.
        what: Box<str>,
    },
    /// It is of a known type, but its content is incomplete, of a wrong type or out of range.
    #[error("`{about}`: {what}")]
    NotUnderstood {
        /// Its type.
        about: Box<str>,
        /// The problem.
        what: Box<str>,
    },
}

impl MessageError {
    /// The type of the message, as far as it is known.
    pub fn about(&self) -> Option<&str> {
        match self {
            Self::TooLong { .. } | Self::TooManyValues | Self::NoMessage { .. } => None,
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

/// The longest excerpt of a page's message in an error, in bytes.
const WORDS_BYTES_MAX: usize = 256;

fn bounded(words: &str) -> Box<str> {
    words[..words.floor_char_boundary(WORDS_BYTES_MAX)].into()
}
