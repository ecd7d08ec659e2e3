//! Errors: a code for programs, and the message of each thread's last error.

use std::borrow::Cow;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The result of a function: 0 on success, more than 0 where there was nothing to do, less than 0 on failure.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum CError {
    /// Success.
    None = 0,
    /// Nothing is queued: no event, no log line, no packet.
    Nothing = 1,
    /// A required pointer is null.
    Null = -1,
    /// The size of a struct matches no version of this library, or a field is set that this version lacks.
    StructSize = -2,
    /// A text is not UTF-8.
    NotUtf8 = -3,
    /// The handle names no object, or the object was destroyed.
    Handle = -4,
    /// A value is out of range.
    Value = -5,
    /// A buffer is too small; the required size was written if a pointer for it was passed.
    BufferTooSmall = -6,
    /// No player has this number or name.
    Player = -7,
    /// The library's limit of objects is reached.
    Limit = -8,
    /// Another thread is using the stream.
    Busy = -9,
    /// The chat, the host or the recording cannot start; `consonance_last_error` says why.
    Start = -10,
    /// This chat has no such part: a hosted network, a microphone.
    Unsupported = -11,
    /// The library panicked; please report it.
    Panic = -12,
}

impl CError {
    /// Every one of them.
    pub(crate) const ALL: [Self; 14] = [
        Self::None,
        Self::Nothing,
        Self::Null,
        Self::StructSize,
        Self::NotUtf8,
        Self::Handle,
        Self::Value,
        Self::BufferTooSmall,
        Self::Player,
        Self::Limit,
        Self::Busy,
        Self::Start,
        Self::Unsupported,
        Self::Panic,
    ];

    /// A short sentence.
    pub(crate) fn text(self) -> &'static std::ffi::CStr {
        match self {
            Self::None => c"done",
            Self::Nothing => c"nothing waits",
            Self::Null => c"a required pointer is null",
            Self::StructSize => c"a struct's size is not set, or newer than this library",
            Self::NotUtf8 => c"a text is not UTF-8",
            Self::Handle => c"the handle is invalid, or was destroyed",
            Self::Value => c"a value is out of its range",
            Self::BufferTooSmall => c"the buffer is too small",
            Self::Player => c"no such player",
            Self::Limit => c"too many objects",
            Self::Busy => c"another thread uses the stream",
            Self::Start => c"cannot start",
            Self::Unsupported => c"not part of this chat",
            Self::Panic => c"the library has panicked: please report it",
        }
    }
}

/// An error and its words.
#[derive(Debug)]
pub(crate) struct Failure {
    error: CError,
    words: Cow<'static, str>,
}

impl Failure {
    pub(crate) fn new(error: CError, words: impl Into<Cow<'static, str>>) -> Self {
        Self { error, words: words.into() }
    }

    pub(crate) fn null(what: &'static str) -> Self {
        Self::new(CError::Null, format!("{what} is null"))
    }

    /// A value that is not what is expected.
    pub(crate) fn value(
        what: &'static str,
        value: impl std::fmt::Display,
        expected: impl std::fmt::Display,
    ) -> Self {
        Self::new(CError::Value, format!("{what} is {value}, expected {expected}"))
    }

    /// A value that the chat rejects, with the reason.
    pub(crate) fn refused(cause: impl std::fmt::Display) -> Self {
        Self::new(CError::Value, cause.to_string())
    }

    /// A chat or a host that cannot start, with the reason.
    pub(crate) fn start(cause: impl std::fmt::Display) -> Self {
        Self::new(CError::Start, cause.to_string())
    }
}

/// Without further words, and without memory for them.
impl From<CError> for Failure {
    fn from(error: CError) -> Self {
        Self { error, words: Cow::Borrowed("") }
    }
}

/// Longer words are cut.
const WORDS_BYTES_MAX: usize = 512;

/// Words in memory that is there already, so that an audio callback can fail without taking or giving any.
struct Words {
    bytes: [u8; WORDS_BYTES_MAX],
    length: usize,
}

thread_local! {
    static LAST: RefCell<Words> = const { RefCell::new(Words { bytes: [0; WORDS_BYTES_MAX], length: 0 }) };
}

/// The words of this thread's last failure; empty where there was none.
pub(crate) fn last_words() -> String {
    LAST.with_borrow(|words| String::from_utf8_lossy(&words.bytes[..words.length]).into_owned())
}

fn keep_words(words: &str) {
    let length = words.floor_char_boundary(WORDS_BYTES_MAX);
    // The thread-local is already destroyed while a thread ends.
    let _ = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        last.bytes[..length].copy_from_slice(&words.as_bytes()[..length]);
        last.length = length;
    });
}

/// Runs what an exported function does: a failure becomes a number, and a panic, too.
pub(crate) fn guard(act: impl FnOnce() -> Result<(), Failure>) -> CError {
    let failure = match catch_unwind(AssertUnwindSafe(act)) {
        Ok(Ok(())) => return CError::None,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::from(CError::Panic),
    };
    let Failure { error, words } = failure;
    if error != CError::Nothing {
        keep_words(if words.is_empty() { error.text().to_str().unwrap_or_default() } else { &words });
    }
    error
}
