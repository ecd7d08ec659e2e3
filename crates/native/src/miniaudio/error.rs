//! Errors of miniaudio.

use std::ffi::c_int;

/// An error of a call to miniaudio, with its result code (`ma_result` of miniaudio.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MiniaudioError {
    /// The user or the system does not allow it.
    #[error("the sound system denied access (code {0}): grant it to this program")]
    Denied(c_int),
    /// The system or device does not exist.
    #[error("no such sound system or device (code {0}): choose another one")]
    Missing(c_int),
    /// Any other error. Systems have codes of their own for a device in use by another program, so that is one of
    /// these.
    #[error("the sound system failed (code {0}): the device may be in use by another program")]
    Failed(c_int),
}

impl MiniaudioError {
    /// An error code for programs, which does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied(_) => "denied",
            Self::Missing(_) => "missing",
            Self::Failed(_) => "failed",
        }
    }

    /// The machine does not have this system (`MA_NO_BACKEND`).
    pub(crate) const NO_BACKEND: Self = Self::Missing(-203);
}
