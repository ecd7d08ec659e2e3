//! Errors from libopus.

use std::ffi::{CStr, c_int};

/// The error of a failed call. Calls with settings within their ranges, supported frame lengths and whole packets do
/// not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("libopus: {}", words(*.code))]
pub struct Error {
    /// The library's number for it, below zero (`opus_defines.h`).
    code: c_int,
}

impl Error {
    /// An argument is not valid for the call.
    pub(crate) const BAD_ARGUMENT: Self = Self { code: opusic_sys::OPUS_BAD_ARG };

    /// The memory for a state could not be allocated.
    pub(crate) const NO_MEMORY: Self = Self { code: opusic_sys::OPUS_ALLOC_FAIL };

    /// The count that a call returned, or the error.
    pub(crate) fn check(result: c_int) -> Result<usize, Self> {
        usize::try_from(result).map_err(|_| Self { code: result })
    }

    /// Converts a length to a C int.
    pub(crate) fn length(length: usize) -> Result<c_int, Self> {
        c_int::try_from(length).map_err(|_| Self::BAD_ARGUMENT)
    }
}

#[expect(unsafe_code, reason = "asks libopus for its words")]
fn words(code: c_int) -> &'static str {
    // SAFETY: libopus returns a string constant for any number.
    let words = unsafe { CStr::from_ptr(opusic_sys::opus_strerror(code)) };
    words.to_str().unwrap_or("unknown error")
}
