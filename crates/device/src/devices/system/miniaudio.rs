//! The sound systems of all platforms, through miniaudio, which loads their libraries at run time.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use consonance_audio::SAMPLE_RATE_HZ;
use consonance_native::miniaudio::{
    AudioSystem, Context, Device, DeviceId, MiniaudioError, StreamConfig, StreamDirection,
};

use super::{SoundSystem, Stream, alsa_cards};
use crate::clock_bridge::{CaptureFeed, Clock, PlaybackDrain};
use crate::devices::device_list::DeviceList;
use crate::devices::event::Direction;
use crate::devices::limits::PERIOD_FRAMES;
use crate::devices::state::DeviceError;

/// Real systems, best first. JACK is left out: its library prints to the terminal where no server runs, and machines
/// that have it offer `PulseAudio`'s interface as well. "Null" is left out because it looks like a device.
const REAL: &[AudioSystem] = &[
    AudioSystem::Wasapi,
    AudioSystem::CoreAudio,
    AudioSystem::AAudio,
    AudioSystem::OpenSl,
    AudioSystem::PulseAudio,
    AudioSystem::Alsa,
    AudioSystem::Sndio,
    AudioSystem::Audio4,
    AudioSystem::Oss,
    AudioSystem::DirectSound,
    AudioSystem::WinMm,
];

/// After a connection was lost, the number of attempts at the same system before another one is tried: otherwise a
/// sound server that restarts would find its card in use by us.
const LOYAL_ATTEMPTS: u32 = 10;

/// The connection to a sound system, made on demand.
pub(crate) struct Miniaudio {
    candidates: &'static [AudioSystem],
    clock: Clock,
    connection: Option<Connection>,
    /// The system that was used last, and its number of failed attempts since.
    last: Option<(AudioSystem, u32)>,
    ids: Vec<(Direction, String, DeviceId)>,
}

struct Connection {
    context: Context,
    backend: AudioSystem,
}

impl Miniaudio {
    /// The best sound system of this machine.
    pub(crate) fn automatic(clock: Clock) -> Self {
        Self::new(REAL, clock)
    }

    /// A silent microphone and an unheard loudspeaker, driven by a clock, on any machine.
    pub(crate) fn null(clock: Clock) -> Self {
        Self::new(&[AudioSystem::Null], clock)
    }

    fn new(candidates: &'static [AudioSystem], clock: Clock) -> Self {
        Self { candidates, clock, connection: None, last: None, ids: Vec::new() }
    }

    fn connect(&mut self) -> Result<&mut Connection, DeviceError> {
        if self.connection.is_none() {
            self.connection = Some(self.reach()?);
        }
        self.connection.as_mut().ok_or(DeviceError::Missing)
    }

    fn reach(&mut self) -> Result<Connection, DeviceError> {
        let candidates: &[AudioSystem] = match &mut self.last {
            Some((backend, failures)) if *failures < LOYAL_ATTEMPTS => {
                *failures += 1;
                std::slice::from_ref(backend)
            }
            _ => self.candidates,
        };
        let usable = candidates.iter().filter(|&&backend| is_usable(backend));
        for &backend in usable {
            if let Ok(context) = Context::new(backend) {
                self.last = Some((backend, 0));
                return Ok(Connection { context, backend });
            }
        }
        Err(DeviceError::Missing)
    }

    fn id(&self, direction: Direction, name: Option<&str>) -> Result<Option<DeviceId>, DeviceError> {
        let Some(name) = name else { return Ok(None) };
        let known = self.ids.iter().find(|(its, called, _)| *its == direction && called == name);
        known.map(|(_, _, id)| Some(*id)).ok_or(DeviceError::Missing)
    }
}

impl SoundSystem for Miniaudio {
    fn list(&mut self) -> Result<DeviceList, DeviceError> {
        let connection = self.connect()?;
        let cards = (connection.backend == AudioSystem::Alsa).then(alsa_cards::names);
        let is_real = |name: &str| {
            cards.as_ref().is_none_or(|cards| cards.iter().any(|card| name.starts_with(card.as_str())))
        };
        let devices = match connection.context.devices() {
            Ok(devices) => devices,
            Err(error) => {
                tracing::debug!(%error, "the sound system does not list its devices any more");
                self.forget();
                return Err(DeviceError::Missing);
            }
        };
        let (mut list, mut ids) = (DeviceList::default(), Vec::new());
        for device in devices.into_iter().filter(|device| is_real(&device.name)) {
            let direction = match device.direction {
                StreamDirection::Input => Direction::Input,
                StreamDirection::Output => Direction::Output,
            };
            if let Some(listed) = list.add(direction, &device.name, device.is_default) {
                ids.push((direction, listed.name.clone(), device.id));
            }
        }
        self.ids = ids;
        Ok(list)
    }

    fn open_input(
        &mut self,
        name: Option<&str>,
        mut feed: CaptureFeed,
    ) -> Result<Box<dyn Stream>, DeviceError> {
        let id = self.id(Direction::Input, name)?;
        let clock = self.clock.clone();
        let handler = move |samples: &[f32]| feed.handle_callback(clock.now(), samples);
        let context = &mut self.connect()?.context;
        started(Device::open_input(context, id.as_ref(), settings(1), handler))
    }

    fn open_output(
        &mut self,
        name: Option<&str>,
        mut drain: PlaybackDrain<2>,
    ) -> Result<Box<dyn Stream>, DeviceError> {
        let id = self.id(Direction::Output, name)?;
        let clock = self.clock.clone();
        let handler = move |samples: &mut [f32]| drain.handle_callback(clock.now(), samples);
        let context = &mut self.connect()?.context;
        started(Device::open_output(context, id.as_ref(), settings(2), handler))
    }

    fn forget(&mut self) {
        self.connection = None;
        self.ids.clear();
    }
}

/// An ALSA without cards has pseudo-devices only, and prints to the terminal when they are opened.
fn is_usable(backend: AudioSystem) -> bool {
    backend != AudioSystem::Alsa || !alsa_cards::names().is_empty()
}

fn settings(channels: u32) -> StreamConfig {
    StreamConfig { sample_rate_hz: SAMPLE_RATE_HZ, channels, period_frames: PERIOD_FRAMES }
}

fn started(device: Result<Device, MiniaudioError>) -> Result<Box<dyn Stream>, DeviceError> {
    let mut device = device.map_err(trouble)?;
    device.start().map_err(trouble)?;
    Ok(Box::new(Opened(Some(device))))
}

struct Opened(Option<Device>);

impl Stream for Opened {
    fn was_moved(&mut self) -> bool {
        self.0.as_ref().is_some_and(Device::take_rerouted)
    }
}

impl Drop for Opened {
    /// Closes the device on a separate thread with a time limit, as a device that has died may never return.
    fn drop(&mut self) {
        let Some(mut device) = self.0.take() else { return };
        let (closing, closed) = sync_channel::<()>(1);
        let close = move || {
            // Without this call the library waits forever for a stream that the sound server has ended.
            let _ = device.stop();
            drop(device);
            drop(closing);
        };
        if let Err(error) = thread::Builder::new().name("consonance-close".into()).spawn(close) {
            tracing::warn!(%error, "could not start a thread to close a sound device");
        }
        if closed.recv_timeout(CLOSING) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("sound device did not close; abandoning it");
        }
    }
}

/// Closing takes a few milliseconds. We wait for it, because some systems let a device be opened only once.
const CLOSING: Duration = Duration::from_millis(500);

/// Maps the result code to the reason why a device cannot be opened.
fn trouble(error: MiniaudioError) -> DeviceError {
    tracing::debug!(%error, "a sound device cannot be opened");
    match error {
        MiniaudioError::Denied(_) => DeviceError::Denied,
        MiniaudioError::Missing(_) => DeviceError::Missing,
        _ => DeviceError::Busy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_by_its_code_and_one_without_a_meaning_as_in_use() {
        assert_eq!(trouble(MiniaudioError::Denied(-6)), DeviceError::Denied);
        assert_eq!(trouble(MiniaudioError::Missing(-204)), DeviceError::Missing);
        assert_eq!(trouble(MiniaudioError::Failed(-19)), DeviceError::Busy);
    }
}
