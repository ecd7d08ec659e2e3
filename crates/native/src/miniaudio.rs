//! Safe bindings for miniaudio, the C library for the audio systems of all platforms.
//!
//! `consonance-device` is the only user. This crate knows miniaudio and nothing of voice chat:
//!
//! * [`Context`]: the connection to one audio system, and its devices.
//! * [`Device`]: an open microphone or loudspeaker, which calls a function with its samples.
//!
//! miniaudio loads the libraries of audio systems at run time, so nothing has to be installed to build it. On targets
//! without declarations (32-bit Windows, static Linux, 32-bit Android, …), every context is
//! [`MiniaudioError::Missing`]; a game can use its engine's audio there.
//!
//! All unsafe calls are in `context.rs` and `device.rs`, one call per block. Their invariants: miniaudio's structs do
//! not move between `init` and `uninit`, have one owner, and a device keeps its context.
//!
//! ```
//! use consonance_native::miniaudio::{AudioSystem, Context, Device, StreamConfig};
//!
//! # fn main() -> Result<(), consonance_native::miniaudio::MiniaudioError> {
//! // A clock instead of hardware, on any machine.
//! let mut context = Context::new(AudioSystem::Null)?;
//! let settings = StreamConfig { sample_rate_hz: 48_000, channels: 1, period_frames: 480 };
//! let mut microphone = Device::open_input(&mut context, None, settings, |samples| {
//!     let _silence = samples;
//! })?;
//! microphone.start()?;
//! # Ok(())
//! # }
//! ```

mod audio_system;
mod error;

/// Selects items by a condition: some if it holds, others if not.
macro_rules! choose {
    (if $holds:meta { $($then:item)* } else { $($otherwise:item)* }) => {
        $(#[cfg($holds)] $then)*
        $(#[cfg(not($holds))] $otherwise)*
    };
}

choose! {
    // Must match the list of targets in Cargo.toml.
    if any(
        all(
            target_os = "linux",
            target_env = "gnu",
            any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "x86")
        ),
        all(windows, target_arch = "x86_64"),
        all(windows, target_arch = "aarch64", target_env = "msvc"),
        target_os = "macos",
        all(any(target_os = "ios", target_os = "android"), target_arch = "aarch64"),
    ) {
        mod present;
        pub use present::{Context, Device, DeviceId};
    } else {
        mod absent;
        pub use absent::{Context, Device, DeviceId};
    }
}

pub use audio_system::AudioSystem;
pub use error::MiniaudioError;

/// A listed device of a sound system.
#[derive(Clone, Debug)]
pub struct ListedDevice {
    /// Whether it records or plays.
    pub direction: StreamDirection,
    /// The system's name for it; several can share one.
    pub name: String,
    /// Whether it is the default, which a stream without an id gets.
    pub is_default: bool,
    /// The identifier to open it with.
    pub id: DeviceId,
}

/// The direction of the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamDirection {
    /// From a microphone.
    Input,
    /// To a loudspeaker.
    Output,
}

/// The format of the samples passed to a device's function; miniaudio converts to and from the device's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamConfig {
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Interleaved samples per frame.
    pub channels: u32,
    /// The requested number of frames per call. A system may use other numbers, which vary from call to call.
    pub period_frames: u32,
}
