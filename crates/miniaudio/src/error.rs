//! Why a call failed.

use std::ffi::c_int;

/// Why a call of miniaudio failed, with its result code (`ma_result` of miniaudio.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MiniaudioError {
    /// The user or the system does not allow it.
    #[error("the sound system does not allow it (code {0}): allow this program to use it")]
    Denied(c_int),
    /// There is no such system or device.
    #[error("there is no such sound system or device (code {0}): choose another one")]
    Missing(c_int),
    /// Anything else. Systems have codes of their own for a device that another program has, so this counts as one.
    #[error("the sound system failed (code {0}): the device may be in use by another program")]
    Failed(c_int),
}

impl MiniaudioError {
    /// A name for programs, which does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied(_) => "denied",
            Self::Missing(_) => "missing",
            Self::Failed(_) => "failed",
        }
    }

    /// The system is none of this machine's (`MA_NO_BACKEND`).
    pub(crate) const NO_BACKEND: Self = Self::Missing(-203);
}
