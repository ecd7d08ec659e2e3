//! The state of a microphone or loudspeaker, and the errors of opening one.

use std::time::Duration;

/// The state of one direction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum DeviceState {
    /// Sound flows.
    Running {
        /// The device in use; not the selected one while that is missing.
        name: String,
        /// The sample rate between us and the sound system, in samples per second; the device itself may run at another
        /// rate.
        rate_hz: u32,
        /// From the device's callback to our beat, or the other way, including all of our buffers. The latency of the
        /// system and the hardware is not known here.
        latency: Duration,
    },
    /// The device stopped without notice; it, or another one, is being opened.
    Lost,
    /// There is no device. One that is plugged in later is used.
    Missing,
    /// The system denies access to it; opening is retried.
    Denied,
    /// There is one, but it cannot be opened, usually because another program uses it; opening is retried.
    Busy,
    /// No device is wanted, or it is not opened yet.
    #[default]
    Off,
}

impl DeviceState {
    /// Whether sound flows.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }
}

/// The reason why no device can be listed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No sound system answers, or it has no such device.
    #[error(
        "no sound device was found; plug one in, or start {}",
        if cfg!(windows) { "the service Windows Audio" } else { "the sound server" }
    )]
    Missing,
    /// The system denies access.
    #[error("this program may not use the sound device; allow it in the system's privacy settings")]
    Denied,
    /// It is there but cannot be opened.
    #[error("the sound device cannot be opened; close the program that has it, or choose another device")]
    Busy,
}

impl DeviceError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Denied => "denied",
            Self::Busy => "busy",
        }
    }
}

impl From<DeviceError> for DeviceState {
    fn from(trouble: DeviceError) -> Self {
        match trouble {
            DeviceError::Missing => Self::Missing,
            DeviceError::Denied => Self::Denied,
            DeviceError::Busy => Self::Busy,
        }
    }
}
