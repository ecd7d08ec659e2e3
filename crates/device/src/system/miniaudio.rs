//! The sound systems of all platforms, through miniaudio, which loads their libraries at run time.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use maudio::MaudioError;
use maudio::audio::sample_rate::SampleRate;
use maudio::backend::Backend;
use maudio::context::{Context, ContextBuilder, ContextOps, EnumerateControl};
use maudio::device::Device;
use maudio::device::device_builder::{DeviceBuilder, DeviceBuilderOps};
use maudio::device::device_id::DeviceId;
use maudio::device::device_type::DeviceType;
use maudio::maudio_sys::ffi as codes;
use maudio::util::device_notif::DeviceNotificationType;
use rtrb::{Consumer, RingBuffer};

use super::{SoundSystem, Stream, alsa_cards};
use crate::capture::CaptureFeed;
use crate::clock::Clock;
use crate::device_list::DeviceList;
use crate::event::Direction;
use crate::limits::PERIOD_FRAMES;
use crate::playback::{CHANNELS, PlaybackDrain};
use crate::state::DeviceError;

/// Real systems, best first. JACK is left out: its library prints to the terminal where no server runs, and machines
/// that have it offer `PulseAudio`'s interface as well. "Null" is left out because it looks like a device.
const REAL: &[Backend] = &[
    Backend::Wasapi,
    Backend::CoreAudio,
    Backend::Aaudio,
    Backend::Opensl,
    Backend::PulseAudio,
    Backend::Alsa,
    Backend::Sndio,
    Backend::Audio4,
    Backend::Oss,
    Backend::DSound,
    Backend::WinMm,
];

/// After a connection was lost, so many attempts are made at the same system before another one is tried: a sound
/// server that restarts would find its card taken by us.
const LOYAL_ATTEMPTS: u32 = 10;

/// What asks maudio 0.1.15 for callbacks of whatever size the system has: its flag means the opposite of its name. A
/// test fails once that is mended.
const AS_THEY_COME: bool = true;

/// The connection to a sound system, made when it is needed.
pub(crate) struct Miniaudio {
    candidates: &'static [Backend],
    clock: Clock,
    connection: Option<Connection>,
    /// The system that served last, and how often it has not answered since.
    last: Option<(Backend, u32)>,
    ids: Vec<(Direction, String, DeviceId)>,
}

struct Connection {
    context: Context,
    backend: Backend,
}

impl Miniaudio {
    /// Whatever this machine has.
    pub(crate) fn automatic(clock: Clock) -> Self {
        Self::new(REAL, clock)
    }

    /// A silent microphone and an unheard loudspeaker, driven by a clock, on any machine.
    pub(crate) fn null(clock: Clock) -> Self {
        Self::new(&[Backend::Null], clock)
    }

    fn new(candidates: &'static [Backend], clock: Clock) -> Self {
        Self { candidates, clock, connection: None, last: None, ids: Vec::new() }
    }

    fn connect(&mut self) -> Result<&Connection, DeviceError> {
        if self.connection.is_none() {
            self.connection = Some(self.reach()?);
        }
        self.connection.as_ref().ok_or(DeviceError::Missing)
    }

    fn reach(&mut self) -> Result<Connection, DeviceError> {
        let candidates: &[Backend] = match &mut self.last {
            Some((backend, failures)) if *failures < LOYAL_ATTEMPTS => {
                *failures += 1;
                std::slice::from_ref(backend)
            }
            _ => self.candidates,
        };
        let usable = candidates.iter().filter(|&&backend| is_usable(backend));
        for &backend in usable {
            if let Ok(context) = ContextBuilder::new().preferred_backends([backend]).build() {
                self.last = Some((backend, 0));
                return Ok(Connection { context, backend });
            }
        }
        Err(DeviceError::Missing)
    }

    fn id(&self, direction: Direction, name: Option<&str>) -> Result<Option<DeviceId>, DeviceError> {
        let Some(name) = name else { return Ok(None) };
        let known = self.ids.iter().find(|(its, called, _)| *its == direction && called == name);
        known.map(|(_, _, id)| Some(id.clone())).ok_or(DeviceError::Missing)
    }
}

impl SoundSystem for Miniaudio {
    fn list(&mut self) -> Result<DeviceList, DeviceError> {
        let connection = self.connect()?;
        let cards = (connection.backend == Backend::Alsa).then(alsa_cards::names);
        let is_real = |name: &str| {
            cards.as_ref().is_none_or(|cards| cards.iter().any(|card| name.starts_with(card.as_str())))
        };
        let (mut list, mut ids) = (DeviceList::default(), Vec::new());
        let outcome = connection.context.enumerate_devices(|device_type, device| {
            let direction = match device_type {
                DeviceType::Capture => Direction::Input,
                DeviceType::Playback => Direction::Output,
                _ => return EnumerateControl::Continue,
            };
            if is_real(device.name())
                && let Some(listed) = list.add(direction, device.name(), device.is_default())
            {
                ids.push((direction, listed.name.clone(), device.id()));
            }
            EnumerateControl::Continue
        });
        self.ids = ids;
        match outcome {
            Ok(()) => Ok(list),
            Err(error) => {
                tracing::debug!(%error, "the sound system does not list its devices any more");
                self.connection = None;
                Err(DeviceError::Missing)
            }
        }
    }

    fn open_input(&mut self, name: Option<&str>, feed: CaptureFeed) -> Result<Box<dyn Stream>, DeviceError> {
        let id = self.id(Direction::Input, name)?;
        let context = self.connect()?.context.clone();
        let (mut handover, mut handed) = RingBuffer::new(1);
        let clock = self.clock.clone();
        let mut feed_here = None;
        let mut builder = DeviceBuilder::capture().f32();
        if let Some(id) = &id {
            builder.capture_device_id(id);
        }
        builder.context(&context).sample_rate(SampleRate::Sr48000).capture_channels(1);
        builder.period_size_frames(PERIOD_FRAMES).state_notifier();
        builder.fixed_callback_size(AS_THEY_COME);
        let device = builder.with_callback(move |_, samples| {
            if let Some(feed) = taken_over::<CaptureFeed>(&mut feed_here, &mut handed) {
                feed.handle_callback(clock.now(), samples);
            }
        });
        let _ = handover.push(feed);
        start(device)
    }

    fn open_output(
        &mut self,
        name: Option<&str>,
        drain: PlaybackDrain,
    ) -> Result<Box<dyn Stream>, DeviceError> {
        let id = self.id(Direction::Output, name)?;
        let context = self.connect()?.context.clone();
        let (mut handover, mut handed) = RingBuffer::new(1);
        let clock = self.clock.clone();
        let mut drain_here = None;
        let mut builder = DeviceBuilder::playback().f32();
        if let Some(id) = &id {
            builder.playback_device_id(id);
        }
        builder.context(&context).sample_rate(SampleRate::Sr48000).playback_channels(CHANNELS as u32);
        builder.period_size_frames(PERIOD_FRAMES).state_notifier();
        // The output is silent before the callback runs.
        builder.fixed_callback_size(AS_THEY_COME);
        let device = builder.with_callback(move |_, output| {
            if let Some(drain) = taken_over::<PlaybackDrain>(&mut drain_here, &mut handed) {
                drain.handle_callback(clock.now(), output);
            }
        });
        let _ = handover.push(drain);
        start(device)
    }

    fn forget(&mut self) {
        self.connection = None;
        self.ids.clear();
    }
}

/// An ALSA without cards has pseudo-devices only, and prints to the terminal when they are opened.
fn is_usable(backend: Backend) -> bool {
    backend != Backend::Alsa || !alsa_cards::names().is_empty()
}

/// The end of the ring that the callback works with. It is handed over once the device is open, because the wrapper
/// never frees the callback of a device that could not be opened.
fn taken_over<'a, T>(here: &'a mut Option<T>, handed: &mut Consumer<T>) -> Option<&'a mut T> {
    if here.is_none() {
        *here = handed.pop().ok();
    }
    here.as_mut()
}

fn start(device: Result<Device<f32>, MaudioError>) -> Result<Box<dyn Stream>, DeviceError> {
    let mut device = device.map_err(|error| trouble(&error))?;
    device.device_start().map_err(|error| trouble(&error))?;
    Ok(Box::new(Opened(Some(device))))
}

struct Opened(Option<Device<f32>>);

impl Stream for Opened {
    fn was_moved(&mut self) -> bool {
        let notifier = self.0.as_ref().and_then(Device::get_state_notifier);
        let news = notifier.map(|notifier| notifier.take_notifications());
        news.is_some_and(|news| news.contains(DeviceNotificationType::Rerouted.into()))
    }
}

impl Drop for Opened {
    /// Closes the device on a thread of its own, and waits only so long: one that has died may never let go.
    fn drop(&mut self) {
        let Some(mut device) = self.0.take() else { return };
        let (closing, closed) = sync_channel::<()>(1);
        let close = move || {
            // Without it the library waits forever for a stream that the sound server has ended.
            let _ = device.device_stop();
            drop(device);
            drop(closing);
        };
        if let Err(error) = thread::Builder::new().name("consonance-close".into()).spawn(close) {
            tracing::warn!(%error, "no thread to close a sound device");
        }
        if closed.recv_timeout(CLOSING) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("a sound device does not close; it is abandoned");
        }
    }
}

/// Closing takes a few milliseconds. It is waited for, because some systems let a device be opened only once.
const CLOSING: Duration = Duration::from_millis(500);

/// Why a device cannot be opened, by the result code of miniaudio, never by the words of a message.
fn trouble(error: &MaudioError) -> DeviceError {
    let code = error.ma_result();
    tracing::debug!(%error, code, "a sound device cannot be opened");
    trouble_of(code)
}

/// As far as the sound systems agree on the meaning of a code (`ma_result` of miniaudio.h); every other code counts as
/// in use, because all of them report a device that another program has with a code of their own.
fn trouble_of(code: codes::ma_result) -> DeviceError {
    match code {
        codes::ma_result_MA_ACCESS_DENIED => DeviceError::Denied,
        codes::ma_result_MA_NO_DEVICE
        | codes::ma_result_MA_NO_BACKEND
        | codes::ma_result_MA_DOES_NOT_EXIST
        | codes::ma_result_MA_API_NOT_FOUND => DeviceError::Missing,
        _ => DeviceError::Busy,
    }
}

#[cfg(test)]
mod tests;
