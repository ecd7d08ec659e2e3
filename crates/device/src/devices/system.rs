//! The interface to a sound system: the seam between the supervisor's rules, which are tested, and the library.

mod alsa_cards;
mod miniaudio;

use crate::clock_bridge::{CaptureFeed, PlaybackDrain};

use crate::devices::device_list::DeviceList;
use crate::devices::state::DeviceError;

pub(crate) use miniaudio::Miniaudio;

/// Lists and opens devices. Called from one thread only, and may block.
pub(crate) trait SoundSystem {
    /// Lists the devices that are present.
    ///
    /// # Errors
    /// [`DeviceError`] if no system answers.
    fn list(&mut self) -> Result<DeviceList, DeviceError>;

    /// Opens a microphone, or the default if no name is given, and starts its callbacks: mono, 48 kHz.
    ///
    /// # Errors
    /// [`DeviceError`] if it cannot be opened.
    fn open_input(&mut self, name: Option<&str>, feed: CaptureFeed) -> Result<Box<dyn Stream>, DeviceError>;

    /// Opens a loudspeaker, or the default if no name is given, and starts its callbacks: stereo, 48 kHz.
    ///
    /// # Errors
    /// [`DeviceError`] if it cannot be opened.
    fn open_output(
        &mut self,
        name: Option<&str>,
        drain: PlaybackDrain<2>,
    ) -> Result<Box<dyn Stream>, DeviceError>;

    /// Discards cached knowledge of the system, which may be out of date after an open device has died.
    fn forget(&mut self);
}

/// An open device; dropping it closes it.
pub(crate) trait Stream: Send {
    /// Whether the system has moved the stream to another device since the last call.
    fn was_moved(&mut self) -> bool;
}
