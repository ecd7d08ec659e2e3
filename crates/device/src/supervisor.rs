//! The one thread that opens and closes devices.

mod back_off;
mod direction;

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::diagnostics::{Diagnostics, Gauges, Pulse};
use crate::event::{DeviceEvent, Direction, EventQueue};
use crate::selection::Selection;
use crate::state::DeviceState;
use crate::system::SoundSystem;

pub(crate) use direction::{Endpoint, Keeper};

/// What the handle asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Select(Direction, Selection),
}

/// What everybody may look at, of one direction.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) gauges: Arc<Gauges>,
    status: Mutex<Status>,
}

#[derive(Debug, Default)]
struct Status {
    state: DeviceState,
    pulse: Option<Arc<Pulse>>,
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self { gauges: Arc::new(Gauges::new()), status: Mutex::new(Status::default()) }
    }

    /// The state of the moment, with the latency of the moment.
    pub(crate) fn state(&self) -> DeviceState {
        let mut state = self.status.lock().unwrap_or_else(PoisonError::into_inner).state.clone();
        if let DeviceState::Running { latency, .. } = &mut state {
            *latency = self.gauges.latency();
        }
        state
    }

    /// What there is to know at the moment.
    pub(crate) fn diagnostics(&self) -> Diagnostics {
        let mut diagnostics = self.gauges.read();
        match &self.status.lock().unwrap_or_else(PoisonError::into_inner).pulse {
            Some(pulse) => {
                diagnostics.callbacks = pulse.callbacks();
                diagnostics.period_frames = pulse.largest_frames() as u32;
            }
            None => diagnostics.without_device(),
        }
        diagnostics
    }

    fn set(&self, state: DeviceState, pulse: Option<Arc<Pulse>>) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = Status { state, pulse };
    }
}

/// Both directions, and the sound system they share.
pub(crate) struct Supervisor<S> {
    system: S,
    keepers: [Keeper; 2],
    events: Arc<EventQueue>,
}

impl<S: SoundSystem> Supervisor<S> {
    pub(crate) fn new(system: S, keepers: [Keeper; 2], events: Arc<EventQueue>) -> Self {
        Self { system, keepers, events }
    }

    /// Runs until nobody can send commands any more.
    pub(crate) fn run(mut self, clock: &Clock, commands: &Receiver<Command>) {
        loop {
            self.handle_timeout(clock.now());
            match commands.recv_timeout(LOOK_INTERVAL) {
                Ok(command) => self.handle_command(command),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            for command in commands.try_iter() {
                self.handle_command(command);
            }
        }
    }

    pub(crate) fn handle_command(&mut self, command: Command) {
        let Command::Select(direction, selection) = command;
        for keeper in &mut self.keepers {
            if keeper.direction() == direction {
                keeper.select(selection.clone());
            }
        }
    }

    /// Looks after both directions.
    pub(crate) fn handle_timeout(&mut self, now: Duration) {
        for keeper in &mut self.keepers {
            keeper.handle_timeout(now, &mut self.system);
            while let Some(state) = keeper.poll_change() {
                self.events.push(DeviceEvent { direction: keeper.direction(), state });
            }
        }
    }
}

/// How often the callbacks are looked after: a lost device is noticed this much later at most.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
