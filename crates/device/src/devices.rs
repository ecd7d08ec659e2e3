//! Microphones and loudspeakers: listed, opened, switched while running, and reopened after a disconnect.
//!
//! For programs that talk: [`Devices::open`] returns a [`Microphone`] and a [`Loudspeaker`], which are an
//! [`Input`](consonance_audio::Input) and an [`Output`](consonance_audio::Output), as files and silence are. They never
//! fail: without a device the microphone yields silence and the loudspeaker discards its input, [`DeviceState`] says
//! why, and a device that is plugged in later is used automatically.
//!
//! ```text
//!  device's callback ───▶ ring ───▶ Microphone::read      every 10 ms, on the voice chat's beat
//!  device's callback ◀─── ring ◀─── Loudspeaker::write
//!  supervisor: one thread; opens, watches, reopens
//! ```
//!
//! * A device has its own clock. The rings follow it ([`crate::clock_bridge`]); their ends in its callbacks never
//!   allocate, lock or log.
//! * A device that disappears reports nothing: its callbacks just stop. The supervisor therefore watches the callbacks,
//!   and decides what is open (`supervisor/direction.rs`), on simulated time in tests.
//! * Only `system/miniaudio.rs` knows the audio library, behind a trait of three methods.
//!
//! ```
//! use consonance_audio::{BLOCK_SAMPLES, Input, Output, Read, StereoBlock};
//! use consonance_device::devices::{Backend, Devices, Direction, Settings};
//!
//! // Devices that make no sound, as every machine has them; `Settings::default()` has the system's.
//! let backend = Backend::Null;
//! let list = Devices::list(backend)?;
//! assert!(list.default_of(Direction::Input).is_some());
//!
//! let (_devices, mut microphone, mut loudspeaker) = Devices::open(Settings { backend, ..Settings::default() });
//! // A beat, every 10 ms.
//! let mut block = [0.0; BLOCK_SAMPLES];
//! assert_eq!(microphone.read(&mut block), Read::Samples);
//! loudspeaker.write(&StereoBlock::from_mono(&block))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod device_list;
mod diagnostics;
mod event;
mod headphones;
pub mod limits;
mod loudspeaker;
mod mailbox;
mod microphone;
mod opening;
mod selection;
mod state;
mod supervisor;
mod system;
#[cfg(test)]
mod tests;

pub use crate::clock_bridge::RingDiagnostics;
pub use device_list::{DeviceInfo, DeviceList, FindError};
pub use diagnostics::DeviceDiagnostics;
pub use event::{DeviceEvent, Direction};
pub use headphones::names_headphones;
pub use loudspeaker::Loudspeaker;
pub use microphone::Microphone;
pub use opening::{Backend, Devices, Settings};
pub use selection::DeviceSelection;
pub use state::{DeviceError, DeviceState};
