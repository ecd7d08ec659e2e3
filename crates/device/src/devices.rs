//! The handle: opens, selects, tells.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::clock::Clock;
use crate::device_list::DeviceList;
use crate::diagnostics::Diagnostics;
use crate::event::{DeviceEvent, Direction, EventQueue};
use crate::loudspeaker::Loudspeaker;
use crate::mailbox::Mailbox;
use crate::microphone::Microphone;
use crate::selection::Selection;
use crate::state::{DeviceState, Trouble};
use crate::supervisor::{Command, Endpoint, Keeper, Shared, Supervisor};
use crate::system::{Miniaudio, SoundSystem as _};

/// Where devices come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Backend {
    /// The sound system of this machine.
    #[default]
    Automatic,
    /// One microphone that is silent and one loudspeaker that nobody hears, in real time, on every machine: for tests.
    Null,
}

/// What to begin with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The microphone.
    pub input: Selection,
    /// The loudspeaker.
    pub output: Selection,
    /// Where they come from.
    pub backend: Backend,
}

/// The microphone and the loudspeaker in use. Dropping it closes both; the [`Microphone`] is silent then, and the
/// [`Loudspeaker`] swallows.
pub struct Devices {
    commands: Option<SyncSender<Command>>,
    ended: Receiver<()>,
    input: Arc<Shared>,
    output: Arc<Shared>,
    events: Arc<EventQueue>,
}

/// Selections that may wait for the thread; it takes them ten times per second, or as soon as a device is open.
const COMMANDS_MAX: usize = 64;

/// How long closing may take before we do not wait for it any more: a sound server may hang.
const PATIENCE: Duration = Duration::from_secs(1);

impl Devices {
    /// What this machine has.
    ///
    /// # Errors
    /// [`Trouble`] if no sound system answers.
    pub fn list(backend: Backend) -> Result<DeviceList, Trouble> {
        system(backend, Clock::system()).list()
    }

    /// Starts to open the selected devices, and returns at once. Nothing that happens to them is an error: see
    /// [`Self::state`] and [`Self::poll_event`].
    pub fn open(settings: Settings) -> (Self, Microphone, Loudspeaker) {
        let clock = Clock::system();
        let (readers, writers) = (Mailbox::new(), Mailbox::new());
        let (input, output) = (Arc::new(Shared::new()), Arc::new(Shared::new()));
        let events = Arc::new(EventQueue::default());
        let keepers = [
            Keeper::new(Endpoint::Input(readers.clone()), Arc::clone(&input), settings.input),
            Keeper::new(Endpoint::Output(writers.clone()), Arc::clone(&output), settings.output),
        ];
        let (commands, receiver) = sync_channel(COMMANDS_MAX);
        let (ending, ended) = sync_channel(1);
        let supervisor_clock = clock.clone();
        let supervisor_events = Arc::clone(&events);
        let backend = settings.backend;
        let run = move || {
            let system = system(backend, supervisor_clock.clone());
            Supervisor::new(system, keepers, supervisor_events).run(&supervisor_clock, &receiver);
            drop(ending);
        };
        if let Err(error) = thread::Builder::new().name("consonance-device".into()).spawn(run) {
            tracing::error!(%error, "no thread for the sound devices: there will be no sound");
        }
        let devices = Self { commands: Some(commands), ended, input, output, events };
        (devices, Microphone::new(clock.clone(), readers), Loudspeaker::new(clock, writers))
    }

    /// Uses another device from now on. Of more than 64 selections that nobody had time to follow, the rest is lost.
    pub fn select(&self, direction: Direction, selection: Selection) {
        if let Some(commands) = &self.commands {
            let _ = commands.try_send(Command::Select(direction, selection));
        }
    }

    /// How one direction is doing just now.
    pub fn state(&self, direction: Direction) -> DeviceState {
        self.shared(direction).state()
    }

    /// What has changed since the last call; the oldest of more than 64 changes are lost.
    pub fn poll_event(&self) -> Option<DeviceEvent> {
        self.events.pop()
    }

    /// Counters and gauges of one direction.
    pub fn diagnostics(&self, direction: Direction) -> Diagnostics {
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
        self.commands = None;
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

fn system(backend: Backend, clock: Clock) -> Miniaudio {
    match backend {
        Backend::Automatic => Miniaudio::automatic(clock),
        Backend::Null => Miniaudio::null(clock),
    }
}
