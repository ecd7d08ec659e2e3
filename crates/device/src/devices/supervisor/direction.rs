//! One direction: which device is open, whether its callbacks still run, and what to do if not.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use consonance_audio::SAMPLE_RATE_HZ;

use super::Shared;
use super::back_off::BackOff;
use crate::clock_bridge::{CaptureReader, PlaybackWriter, Pulse, RingBounds, capture, playback};
use crate::devices::device_list::DeviceList;
use crate::devices::event::Direction;
use crate::devices::limits::{FIRST_CALLBACK, LIST_INTERVAL, LONGEST_RETURN, RETRY, WATCHDOG};
use crate::devices::mailbox::Mailbox;
use crate::devices::selection::DeviceSelection;
use crate::devices::state::{DeviceError, DeviceState};
use crate::devices::system::{SoundSystem, Stream};

/// The destination of the beat's end of a new ring.
pub(crate) enum Endpoint {
    Input(Mailbox<CaptureReader>),
    Output(Mailbox<PlaybackWriter<2>>),
}

/// Keeps one direction running as well as it can.
pub(crate) struct Keeper {
    endpoint: Endpoint,
    shared: Arc<Shared>,
    selection: DeviceSelection,
    state: DeviceState,
    open: Option<Open>,
    /// Whether a device was open before.
    has_run: bool,
    /// Attempts to open anything at all.
    retry: BackOff,
    /// Checks for a better device while one is open.
    look: BackOff,
    changes: VecDeque<DeviceState>,
}

/// The device to open.
#[derive(Debug, Clone, Copy)]
enum Choice<'a> {
    Default,
    Named(&'a str),
}

/// A device that is open.
struct Open {
    stream: Box<dyn Stream>,
    pulse: Arc<Pulse>,
    since: Duration,
    name: String,
    /// Whether it was selected by its name.
    is_chosen: bool,
}

impl Keeper {
    pub(crate) fn new(endpoint: Endpoint, shared: Arc<Shared>, selection: DeviceSelection) -> Self {
        Self {
            endpoint,
            shared,
            selection,
            state: DeviceState::Off,
            open: None,
            has_run: false,
            retry: BackOff::new(RETRY[0], RETRY[1]),
            look: BackOff::new(LIST_INTERVAL, LONGEST_RETURN),
            changes: VecDeque::new(),
        }
    }

    pub(crate) fn direction(&self) -> Direction {
        match self.endpoint {
            Endpoint::Input(_) => Direction::Input,
            Endpoint::Output(_) => Direction::Output,
        }
    }

    /// Changes the selection; the open device is closed.
    pub(crate) fn select(&mut self, selection: DeviceSelection) {
        if selection == self.selection {
            return;
        }
        self.selection = selection;
        self.open = None;
        self.has_run = false;
        self.retry.reset();
    }

    /// Checks the device, and reopens or replaces it if needed.
    pub(crate) fn handle_timeout(&mut self, now: Duration, system: &mut impl SoundSystem) {
        if self.selection == DeviceSelection::None {
            self.open = None;
            return self.set_state(DeviceState::Off);
        }
        if self.open.as_ref().is_some_and(|open| open.is_silent(now)) {
            tracing::info!(direction = ?self.direction(), "sound device stopped");
            self.open = None;
            system.forget();
            self.retry.reset();
            self.set_state(DeviceState::Lost);
        }
        if self.open.is_some() {
            if self.look.is_due(now) {
                self.look_around(now, system);
            }
        } else if self.retry.is_due(now) {
            self.open_something(now, system);
        }
    }

    /// The next state change since the last call.
    pub(crate) fn poll_change(&mut self) -> Option<DeviceState> {
        self.changes.pop_front()
    }

    /// Opens what is chosen, or else the default.
    fn open_something(&mut self, now: Duration, system: &mut impl SoundSystem) {
        match self.try_open(now, system) {
            Ok(open) => {
                self.retry.reset();
                self.look.succeeded(now);
                self.take_over(open);
            }
            Err(trouble) => {
                self.retry.failed(now);
                self.set_state(trouble.into());
            }
        }
    }

    fn try_open(&self, now: Duration, system: &mut impl SoundSystem) -> Result<Open, DeviceError> {
        let list = system.list()?;
        if list.of(self.direction()).is_empty() {
            return Err(DeviceError::Missing);
        }
        if let Some(name) = self.chosen(&list)
            && let Ok(open) = self.open(Choice::Named(name), &list, now, system)
        {
            return Ok(open);
        }
        self.open(Choice::Default, &list, now, system)
    }

    /// While something is open: is the chosen one back, is there a new default?
    fn look_around(&mut self, now: Duration, system: &mut impl SoundSystem) {
        let Ok(list) = system.list() else { return self.look.succeeded(now) };
        match self.better(&list) {
            None => self.look.succeeded(now),
            Some(better) => match self.open(better, &list, now, system) {
                Ok(open) => {
                    self.look.succeeded(now);
                    self.take_over(open);
                }
                // The open device stays open.
                Err(_) => self.look.failed(now),
            },
        }
    }

    /// The device that should replace the open one, if any.
    fn better<'a>(&mut self, list: &'a DeviceList) -> Option<Choice<'a>> {
        let chosen = self.chosen(list);
        let direction = self.direction();
        let open = self.open.as_mut()?;
        if open.is_chosen {
            return None;
        }
        if let Some(name) = chosen {
            return Some(Choice::Named(name));
        }
        let default = &list.default_of(direction)?.name;
        if *default == open.name {
            return None;
        }
        if open.stream.was_moved() {
            open.name.clone_from(default);
            let running = open.running();
            self.set_state(running);
            return None;
        }
        Some(Choice::Default)
    }

    /// The device selected by its name, if it is present.
    fn chosen<'a>(&self, list: &'a DeviceList) -> Option<&'a str> {
        let DeviceSelection::Named(chosen) = &self.selection else { return None };
        list.of(self.direction()).iter().map(|device| &*device.name).find(|name| name == chosen)
    }

    fn open(
        &self,
        choice: Choice<'_>,
        list: &DeviceList,
        now: Duration,
        system: &mut impl SoundSystem,
    ) -> Result<Open, DeviceError> {
        let gauges = Arc::clone(&self.shared.gauges);
        let name = match choice {
            Choice::Default => None,
            Choice::Named(name) => Some(name),
        };
        let (stream, pulse) = match &self.endpoint {
            Endpoint::Input(readers) => {
                let (feed, reader, pulse) = capture(gauges, RingBounds::DEVICE);
                let stream = system.open_input(name, feed)?;
                readers.put(reader);
                (stream, pulse)
            }
            Endpoint::Output(writers) => {
                let (writer, drain, pulse) = playback(gauges, RingBounds::DEVICE);
                let stream = system.open_output(name, drain)?;
                writers.put(writer);
                (stream, pulse)
            }
        };
        let default = || list.default_of(self.direction()).map_or("default device", |device| &device.name);
        let name = name.unwrap_or_else(default).to_owned();
        let is_chosen = matches!(&self.selection, DeviceSelection::Named(chosen) if *chosen == name);
        Ok(Open { stream, pulse, since: now, name, is_chosen })
    }

    /// Uses the new device from now on; the old one, if any, is closed.
    fn take_over(&mut self, open: Open) {
        tracing::info!(direction = ?self.direction(), name = open.name, "sound device started");
        if self.has_run {
            self.shared.note_reopened();
        }
        self.has_run = true;
        let running = open.running();
        self.open = Some(open);
        self.set_state(running);
    }

    fn set_state(&mut self, state: DeviceState) {
        let pulse = self.open.as_ref().map(|open| Arc::clone(&open.pulse));
        self.shared.set(state.clone(), pulse);
        if state != self.state {
            self.state = state.clone();
            self.changes.push_back(state);
        }
    }
}

impl Open {
    /// Whether its callbacks have stopped.
    fn is_silent(&self, now: Duration) -> bool {
        let (since, patience) = match self.pulse.last() {
            Some(last) => (last, WATCHDOG),
            None => (self.since, FIRST_CALLBACK),
        };
        now.saturating_sub(since) > patience
    }

    fn running(&self) -> DeviceState {
        let name = self.name.clone();
        DeviceState::Running { name, rate_hz: SAMPLE_RATE_HZ, latency: Duration::ZERO }
    }
}
