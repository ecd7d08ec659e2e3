//! The thread that opens and closes devices.

mod back_off;
mod direction;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock_bridge::{Clock, Gauges, Pulse};

use crate::devices::diagnostics::DeviceDiagnostics;
use crate::devices::event::{DeviceEvent, Direction, EventQueue};
use crate::devices::mailbox::Mailbox;
use crate::devices::selection::DeviceSelection;
use crate::devices::state::DeviceState;
use crate::devices::system::SoundSystem;

pub(crate) use direction::{Endpoint, Keeper};

/// The public state of one direction.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) gauges: Arc<Gauges>,
    reopened: AtomicU64,
    status: Mutex<Status>,
}

#[derive(Debug, Default)]
struct Status {
    state: DeviceState,
    pulse: Option<Arc<Pulse>>,
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self { gauges: Arc::default(), reopened: AtomicU64::new(0), status: Mutex::default() }
    }

    /// The current state, with the current latency.
    pub(crate) fn state(&self) -> DeviceState {
        let mut state = self.status.lock().unwrap_or_else(PoisonError::into_inner).state.clone();
        if let DeviceState::Running { latency, .. } = &mut state {
            *latency = self.gauges.latency();
        }
        state
    }

    /// The current diagnostics.
    pub(crate) fn diagnostics(&self) -> DeviceDiagnostics {
        let reopened = self.reopened.load(Ordering::Relaxed);
        let status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        DeviceDiagnostics::of(self.gauges.read(), reopened, status.pulse.as_deref())
    }

    /// Counts that a device was opened in place of another one.
    fn note_reopened(&self) {
        self.reopened.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, state: DeviceState, pulse: Option<Arc<Pulse>>) {
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

    /// Runs until the sender of wake-ups is dropped. `selected` has the microphone's selection, then the loudspeaker's.
    pub(crate) fn run(
        mut self,
        clock: &Clock,
        wakes: &Receiver<()>,
        selected: &[Mailbox<DeviceSelection>; 2],
    ) {
        loop {
            self.handle_timeout(clock.now());
            if wakes.recv_timeout(LOOK_INTERVAL) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
            for (direction, selected) in [Direction::Input, Direction::Output].into_iter().zip(selected) {
                if let Some(selection) = selected.take() {
                    self.select(direction, selection);
                }
            }
        }
    }

    pub(crate) fn select(&mut self, direction: Direction, selection: DeviceSelection) {
        if let Some(keeper) = self.keepers.iter_mut().find(|keeper| keeper.direction() == direction) {
            keeper.select(selection);
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

/// How often the callbacks are checked: a lost device is noticed at most this much later.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
