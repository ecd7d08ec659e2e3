//! Microphones and loudspeakers of this machine.

use std::ffi::c_char;

use consonance::device::{Backend, DeviceSelection, Devices, Direction};

use crate::c::{ArrayOut, Out, Text};
use crate::chats::Chat;
use crate::error::{CError, Failure, guard};

/// The names of the microphones (0) or loudspeakers (1), one per line, the system's default first. Queries the audio
/// system, which takes a while.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_devices(
    loudspeakers: u32,
    buffer: ArrayOut<c_char>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| {
        // Without a sound system, the list is empty.
        let list = Devices::list(Backend::default()).unwrap_or_default();
        let mut devices: Vec<_> = list.of(direction(loudspeakers)).iter().collect();
        devices.sort_by_key(|device| !device.is_default);
        let names: Vec<_> = devices.iter().map(|device| device.name.replace(['\n', '\0'], " ")).collect();
        buffer.write_text(capacity, length, &names.join("\n"))
    })
}

/// Switches to another microphone (0) or loudspeaker (1), in a chat that was started with devices; null for the
/// system's default. A missing device is used as soon as it is connected, and the default until then.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_select_device(chat: u64, loudspeaker: u32, name: Text) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        if !chat.has_devices {
            return Err(Failure::new(CError::Unsupported, "the chat was started without devices"));
        }
        let name = name.read_if_any("name")?;
        let selection = name.map_or(DeviceSelection::Default, |name| DeviceSelection::Named(name.to_owned()));
        match direction(loudspeaker) {
            Direction::Input => chat.voice.microphone().select_device(selection),
            Direction::Output => chat.voice.playback().select_device(selection),
        }
        Ok(())
    })
}

fn direction(loudspeaker: u32) -> Direction {
    if loudspeaker == 0 { Direction::Input } else { Direction::Output }
}
