//! The microphone and the loudspeaker of a chat, if it has them.

use consonance_audio::{Input, Output};
use consonance_device::devices::{
    Backend, DeviceSelection, DeviceState, Devices, Direction, Settings, names_headphones,
};

use crate::event::{Event, EventKind};
use crate::event_queue::EventQueue;
use crate::statistics::{DeviceRow, VoiceStatistics};

/// The devices to start a chat with.
#[derive(Debug, Default)]
pub(crate) struct DeviceChoices {
    pub(crate) input: Option<DeviceSelection>,
    pub(crate) output: Option<DeviceSelection>,
    pub(crate) backend: Backend,
}

/// The devices of a chat; both may be none.
#[derive(Debug, Default)]
pub(crate) struct SoundDevices {
    devices: Option<Devices>,
    /// Whether the chat uses a microphone rather than another input.
    has_microphone: bool,
    /// Whether the chat uses a loudspeaker rather than another output.
    has_loudspeaker: bool,
}

/// Devices that are being opened, and how the voice thread uses them.
#[derive(Default)]
pub(crate) struct OpenedDevices {
    pub(crate) devices: SoundDevices,
    pub(crate) microphone: Option<Box<dyn Input>>,
    pub(crate) loudspeaker: Option<Box<dyn Output>>,
}

impl DeviceChoices {
    /// Starts to open the selected devices; others stay `None`.
    pub(crate) fn open(self) -> OpenedDevices {
        let (wants_input, wants_output) = (self.input.is_some(), self.output.is_some());
        if !wants_input && !wants_output {
            return OpenedDevices::default();
        }
        let (devices, microphone, loudspeaker) = Devices::open(Settings {
            input: self.input.unwrap_or(DeviceSelection::None),
            output: self.output.unwrap_or(DeviceSelection::None),
            backend: self.backend,
        });
        OpenedDevices {
            devices: SoundDevices {
                devices: Some(devices),
                has_microphone: wants_input,
                has_loudspeaker: wants_output,
            },
            microphone: wants_input.then(|| Box::new(microphone) as Box<dyn Input>),
            loudspeaker: wants_output.then(|| Box::new(loudspeaker) as Box<dyn Output>),
        }
    }
}

impl SoundDevices {
    /// Whether the chat uses a device in this direction.
    pub(crate) fn uses(&self, direction: Direction) -> bool {
        match direction {
            Direction::Input => self.has_microphone,
            Direction::Output => self.has_loudspeaker,
        }
    }

    /// Uses another device from now on; returns the problem if the chat was started without one in that direction. A
    /// device opened anyway would play or record without use.
    pub(crate) fn select(&self, direction: Direction, selection: DeviceSelection) -> Option<String> {
        let kind = match direction {
            Direction::Input => "microphone",
            Direction::Output => "loudspeaker",
        };
        match self.devices.as_ref().filter(|_| self.uses(direction)) {
            Some(devices) => {
                devices.select(direction, selection);
                None
            }
            None => Some(format!("the chat was started without a {kind}: start it with one")),
        }
    }

    /// Reports device events to the game; returns whether the loudspeaker is a pair of headphones, if another one is in
    /// use now.
    pub(crate) fn tell(&self, now: std::time::Instant, events: &EventQueue) -> Option<bool> {
        let mut headphones = None;
        while let Some(event) = self.devices.as_ref().and_then(Devices::poll_event) {
            if let (Direction::Output, true, DeviceState::Running { name, .. }) =
                (event.direction, self.has_loudspeaker, &event.state)
            {
                headphones = Some(names_headphones(name));
            }
            events.push(Event { at: now, kind: EventKind::Device(event) });
        }
        headphones
    }

    /// The microphone and the loudspeaker, if they are in use.
    pub(crate) fn used<'a>(
        &self,
        counted: &'a VoiceStatistics,
    ) -> (Option<&'a DeviceRow>, Option<&'a DeviceRow>) {
        let microphone = counted.microphone.as_ref().filter(|_| self.has_microphone);
        (microphone, counted.loudspeaker.as_ref().filter(|_| self.has_loudspeaker))
    }

    /// Adds the devices' state.
    pub(crate) fn add_to(&self, statistics: VoiceStatistics) -> VoiceStatistics {
        let row = |direction| {
            let devices = self.devices.as_ref()?;
            Some(DeviceRow { state: devices.state(direction), diagnostics: devices.diagnostics(direction) })
        };
        let (microphone, loudspeaker) = (row(Direction::Input), row(Direction::Output));
        VoiceStatistics { microphone, loudspeaker, ..statistics }
    }
}
