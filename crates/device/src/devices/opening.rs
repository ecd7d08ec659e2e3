//! The handle that opens and selects devices, and reports their state.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::clock_bridge::Clock;

use crate::devices::device_list::DeviceList;
use crate::devices::diagnostics::DeviceDiagnostics;
use crate::devices::event::{DeviceEvent, Direction, EventQueue};
use crate::devices::loudspeaker::Loudspeaker;
use crate::devices::mailbox::Mailbox;
use crate::devices::microphone::Microphone;
use crate::devices::selection::DeviceSelection;
use crate::devices::state::{DeviceError, DeviceState};
use crate::devices::supervisor::{Endpoint, Keeper, Shared, Supervisor};
use crate::devices::system::{Miniaudio, SoundSystem as _};

/// The source of devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Backend {
    /// The sound system of this machine.
    #[default]
    Automatic,
    /// One silent microphone and one unheard loudspeaker, in real time, on every machine: for tests.
    Null,
}

/// Initial settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The microphone.
    pub input: DeviceSelection,
    /// The loudspeaker.
    pub output: DeviceSelection,
    /// The source of the devices.
    pub backend: Backend,
}

/// The microphone and the loudspeaker in use. Dropping it closes both; then the [`Microphone`] is silent and the
/// [`Loudspeaker`] discards its sound.
pub struct Devices {
    /// The new selections for the supervisor thread, the microphone first.
    selected: [Mailbox<DeviceSelection>; 2],
    wake: Option<SyncSender<()>>,
    ended: Receiver<()>,
    input: Arc<Shared>,
    output: Arc<Shared>,
    events: Arc<EventQueue>,
}

/// The time limit for closing: a sound server may hang.
const PATIENCE: Duration = Duration::from_secs(1);

impl Devices {
    /// Lists the devices of this machine.
    ///
    /// # Errors
    /// [`DeviceError`] if no sound system answers.
    pub fn list(backend: Backend) -> Result<DeviceList, DeviceError> {
        system(backend, Clock::system()).list()
    }

    /// Starts to open the selected devices, and returns at once. Device failures are not returned as errors: see
    /// [`Self::state`] and [`Self::poll_event`]. If the operating system cannot start the supervisor thread, both are
    /// [missing](DeviceState::Missing), and stay so.
    pub fn open(settings: Settings) -> (Self, Microphone, Loudspeaker) {
        let clock = Clock::system();
        let (readers, writers) = (Mailbox::new(), Mailbox::new());
        let (input, output) = (Arc::new(Shared::new()), Arc::new(Shared::new()));
        let events = Arc::new(EventQueue::default());
        let keepers = [
            Keeper::new(Endpoint::Input(readers.clone()), Arc::clone(&input), settings.input),
            Keeper::new(Endpoint::Output(writers.clone()), Arc::clone(&output), settings.output),
        ];
        let selected = [Mailbox::new(), Mailbox::new()];
        // A single pending wake-up is enough, however many follow it.
        let (wake, wakes) = sync_channel(1);
        let (ending, ended) = sync_channel(1);
        let supervisor_clock = clock.clone();
        let (supervisor_events, supervisor_selected) = (Arc::clone(&events), selected.clone());
        let backend = settings.backend;
        let run = move || {
            let system = system(backend, supervisor_clock.clone());
            Supervisor::new(system, keepers, supervisor_events).run(
                &supervisor_clock,
                &wakes,
                &supervisor_selected,
            );
            drop(ending);
        };
        if let Err(error) = thread::Builder::new().name("consonance-device".into()).spawn(run) {
            tracing::error!(%error, "could not start the thread for sound devices: there will be no sound");
            leave_alone([(Direction::Input, &input), (Direction::Output, &output)], &events);
        }
        let devices = Self { selected, wake: Some(wake), ended, input, output, events };
        (devices, Microphone::new(clock.clone(), readers), Loudspeaker::new(clock, writers))
    }

    /// Uses another device from now on. Of several pending selections, the last one counts.
    pub fn select(&self, direction: Direction, selection: DeviceSelection) {
        let [input, output] = &self.selected;
        match direction {
            Direction::Input => input.put(selection),
            Direction::Output => output.put(selection),
        }
        if let Some(wake) = &self.wake {
            // If a wake-up is already pending, or the thread never started, none is needed.
            let _ = wake.try_send(());
        }
    }

    /// The current state of one direction.
    pub fn state(&self, direction: Direction) -> DeviceState {
        self.shared(direction).state()
    }

    /// The next state change, or `None`. At most 64 changes are queued; beyond that the oldest are dropped.
    pub fn poll_event(&self) -> Option<DeviceEvent> {
        self.events.pop()
    }

    /// Counters and gauges of one direction.
    pub fn diagnostics(&self, direction: Direction) -> DeviceDiagnostics {
        self.shared(direction).diagnostics()
    }

    fn shared(&self, direction: Direction) -> &Shared {
        match direction {
            Direction::Input => &self.input,
            Direction::Output => &self.output,
        }
    }
}

impl Drop for Devices {
    fn drop(&mut self) {
        self.wake = None;
        let _ = self.ended.recv_timeout(PATIENCE);
    }
}

impl std::fmt::Debug for Devices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Devices")
            .field("input", &self.input)
            .field("output", &self.output)
            .finish_non_exhaustive()
    }
}

/// Marks these devices as missing, as they have no supervisor, and reports that to the game.
fn leave_alone(directions: [(Direction, &Shared); 2], events: &EventQueue) {
    for (direction, shared) in directions {
        shared.set(DeviceState::Missing, None);
        events.push(DeviceEvent { direction, state: DeviceState::Missing });
    }
}

fn system(backend: Backend, clock: Clock) -> Miniaudio {
    match backend {
        Backend::Automatic => Miniaudio::automatic(clock),
        Backend::Null => Miniaudio::null(clock),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_without_a_supervisor_are_missing_and_the_game_is_told() {
        let (input, output, events) = (Shared::new(), Shared::new(), EventQueue::default());
        leave_alone([(Direction::Input, &input), (Direction::Output, &output)], &events);
        assert_eq!((input.state(), output.state()), (DeviceState::Missing, DeviceState::Missing));
        let told: Vec<_> = std::iter::from_fn(|| events.pop()).map(|event| event.direction).collect();
        assert_eq!(told, [Direction::Input, Direction::Output]);
    }
}
