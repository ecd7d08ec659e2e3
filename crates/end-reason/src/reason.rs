//! A code with its fields.

use alloc::boxed::Box;
use core::time::Duration;

use crate::code::{EndCode, EndKind};

/// Why a server ends a link or refuses a player. [`EndCode`] says what the fields mean for each code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndReason {
    /// Why.
    pub code: EndCode,
    /// After how long the same may succeed, in whole seconds up to `u32::MAX`; `None` if the server does not know.
    pub retry_in: Option<Duration>,
    /// A point in time, in seconds since 1970, up to the end of the year 9999: when a ban ends, for instance.
    pub until: Option<u64>,
    /// The number that a limit is at.
    pub max: Option<u32>,
    /// The address of another server that takes the player, as the network understands it: 1 to
    /// [`REDIRECT_BYTES_MAX`](crate::REDIRECT_BYTES_MAX) bytes of visible ASCII without parentheses; another one is
    /// not sent.
    pub redirect: Option<Box<str>>,
    /// What only the server can say: an operator's own words, or names. May be empty.
    pub words: Box<str>,
}

impl EndReason {
    /// A code with words and no other field.
    pub fn with_words(code: EndCode, words: &str) -> Self {
        Self { words: words.into(), ..code.into() }
    }

    /// What kind of reason it is.
    pub fn kind(&self) -> EndKind {
        self.code.kind()
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the same player may get in later over the same network without changing anything: not under a name
    /// that it cannot have, with what does not fit the server, or once banned.
    pub fn is_worth_retrying(&self) -> bool {
        !matches!(self.kind(), EndKind::Name | EndKind::Version | EndKind::Banned)
    }
}

impl From<EndCode> for EndReason {
    fn from(code: EndCode) -> Self {
        Self { code, ..Self::default() }
    }
}
