//! How a microphone or loudspeaker is doing, and why there is none.

use std::fmt;
use std::time::Duration;

/// How one direction is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DeviceState {
    /// Sound flows.
    Running {
        /// The device that is used; not the one that was asked for while that one is gone.
        name: String,
        /// Samples per second at which the sound system hands them to us or takes them from us; the device itself may
        /// run at another rate.
        rate_hz: u32,
        /// From the device's callback to our beat, or the other way, all buffers of ours included. What the system
        /// and the hardware add is not known here.
        latency: Duration,
    },
    /// The device stopped without a word; it, or another one, is being opened.
    Lost,
    /// There is no device. One that is plugged in is used.
    Missing,
    /// The system does not let us use it. It is tried again.
    Denied,
    /// There is one, but it cannot be opened, mostly because another program has it. It is tried again.
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

/// Why nothing can be listed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceError {
    /// No sound system answers, or it has no such device.
    Missing,
    /// The system does not let us.
    Denied,
    /// It is there but cannot be opened.
    Busy,
}

impl DeviceError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
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

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing if cfg!(windows) => {
                "no sound device was found; plug one in, or start the service Windows Audio"
            }
            Self::Missing => "no sound device was found; plug one in, or start the sound server",
            Self::Denied => {
                "this program may not use the sound device; allow it in the system's privacy settings"
            }
            Self::Busy => {
                "the sound device cannot be opened; close the program that has it, or choose another device"
            }
        })
    }
}

impl std::error::Error for DeviceError {}
