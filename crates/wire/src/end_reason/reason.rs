//! A code with its fields.

use alloc::boxed::Box;
use core::time::Duration;

use crate::end_reason::code::{EndCode, EndKind};

/// Why a server ends a link or refuses a player. The meaning of the fields for each code is documented at [`EndCode`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndReason {
    /// The code of the reason.
    pub code: EndCode,
    /// The time after which a retry may succeed, in whole seconds up to `u32::MAX`; `None` if the server does not
    /// know.
    pub retry_in: Option<Duration>,
    /// A point in time, in seconds since 1970, up to the end of the year 9999: the end of a ban, for instance.
    pub until: Option<u64>,
    /// The value of the limit that was reached.
    pub max: Option<u32>,
    /// The address of another server that accepts the player, in the network's own format: 1 to
    /// [`REDIRECT_BYTES_MAX`](crate::end_reason::REDIRECT_BYTES_MAX) bytes of visible ASCII without parentheses; any
    /// other address is not sent.
    pub redirect: Option<Box<str>>,
    /// Text that only the server knows: an operator's message, or names. May be empty.
    pub words: Box<str>,
}

impl EndReason {
    /// A code with words and no other field.
    pub fn with_words(code: EndCode, words: &str) -> Self {
        Self { words: words.into(), ..code.into() }
    }

    /// The kind of reason.
    pub fn kind(&self) -> EndKind {
        self.code.kind()
    }

    /// Whether the reason is empty.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a retry by the same player over the same network can succeed without any change: not with a forbidden
    /// name, with a codec or feature that does not fit the server, or once banned.
    pub fn is_worth_retrying(&self) -> bool {
        !matches!(self.kind(), EndKind::Name | EndKind::Version | EndKind::Banned)
    }
}

impl From<EndCode> for EndReason {
    fn from(code: EndCode) -> Self {
        Self { code, ..Self::default() }
    }
}
