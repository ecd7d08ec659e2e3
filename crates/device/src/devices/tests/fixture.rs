//! A supervisor, a microphone and a loudspeaker on simulated time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use consonance_audio::{BLOCK_SAMPLES, Input as _, Output as _, Read, StereoBlock};
use consonance_testing::tone::loudness;

use super::fake_system::World;
use crate::clock_bridge::Clock;
use crate::devices::diagnostics::DeviceDiagnostics;
use crate::devices::event::{DeviceEvent, Direction, EventQueue};
use crate::devices::loudspeaker::Loudspeaker;
use crate::devices::mailbox::Mailbox;
use crate::devices::microphone::Microphone;
use crate::devices::selection::DeviceSelection;
use crate::devices::state::DeviceState;
use crate::devices::supervisor::{Endpoint, Keeper, Shared, Supervisor};

pub(crate) struct Fixture {
    now_ms: Arc<AtomicU64>,
    supervisor: Supervisor<World>,
    microphone: Microphone,
    loudspeaker: Loudspeaker,
    shared: [Arc<Shared>; 2],
    events: Arc<EventQueue>,
    pub(crate) heard: Vec<f32>,
}

impl Fixture {
    pub(crate) fn new(world: &World, input: DeviceSelection, output: DeviceSelection) -> Self {
        let now_ms = Arc::new(AtomicU64::new(0));
        let time = Arc::clone(&now_ms);
        let clock = Clock::new(move || Duration::from_millis(time.load(Ordering::Relaxed)));
        let (readers, writers) = (Mailbox::new(), Mailbox::new());
        let shared = [Arc::new(Shared::new()), Arc::new(Shared::new())];
        let events = Arc::new(EventQueue::default());
        let keepers = [
            Keeper::new(Endpoint::Input(readers.clone()), Arc::clone(&shared[0]), input),
            Keeper::new(Endpoint::Output(writers.clone()), Arc::clone(&shared[1]), output),
        ];
        Self {
            now_ms,
            supervisor: Supervisor::new(world.clone(), keepers, Arc::clone(&events)),
            microphone: Microphone::new(clock.clone(), readers),
            loudspeaker: Loudspeaker::new(clock, writers),
            shared,
            events,
            heard: Vec::new(),
        }
    }

    /// Lets time pass: devices tick and the voice thread beats every 10 ms, the supervisor runs every 100 ms.
    pub(crate) fn pass(&mut self, world: &World, milliseconds: u64) {
        let begin = self.now_ms.load(Ordering::Relaxed);
        for now_ms in (begin..begin + milliseconds).step_by(10) {
            self.now_ms.store(now_ms + 10, Ordering::Relaxed);
            let now = Duration::from_millis(now_ms);
            if now_ms.is_multiple_of(100) {
                self.supervisor.handle_timeout(now);
            }
            world.tick(now);
            let mut block = [9.0; BLOCK_SAMPLES];
            assert_eq!(self.microphone.read(&mut block), Read::Samples);
            self.heard.extend_from_slice(&block);
            self.loudspeaker.write(&StereoBlock::from_mono(&[0.5; BLOCK_SAMPLES])).unwrap();
        }
    }

    /// Lets time pass until the condition holds; returns how many milliseconds passed.
    pub(crate) fn pass_until(
        &mut self,
        world: &World,
        patience_ms: u64,
        is_it: impl Fn(&Self) -> bool,
    ) -> u64 {
        let begin = self.now_ms.load(Ordering::Relaxed);
        for passed in (0..patience_ms).step_by(10) {
            if is_it(self) {
                return passed;
            }
            self.pass(world, 10);
        }
        let state = self.state(Direction::Input);
        panic!("still {state:?} and {:?} after {begin} + {patience_ms} ms", self.state(Direction::Output));
    }

    pub(crate) fn select(&mut self, direction: Direction, selection: DeviceSelection) {
        self.supervisor.select(direction, selection);
    }

    pub(crate) fn state(&self, direction: Direction) -> DeviceState {
        self.shared[direction as usize].state()
    }

    pub(crate) fn diagnostics(&self, direction: Direction) -> DeviceDiagnostics {
        self.shared[direction as usize].diagnostics()
    }

    /// The running device.
    pub(crate) fn running(&self, direction: Direction) -> Option<String> {
        match self.state(direction) {
            DeviceState::Running { name, .. } => Some(name),
            _ => None,
        }
    }

    /// How loud the microphone was in the last 100 ms.
    pub(crate) fn loudness(&self) -> f32 {
        loudness(&self.heard[self.heard.len() - 4_800..])
    }

    /// The state changes reported since the last call.
    pub(crate) fn told(&self, direction: Direction) -> Vec<String> {
        let events = std::iter::from_fn(|| self.events.pop());
        let own = events.filter(|event: &DeviceEvent| event.direction == direction);
        own.map(|event| match event.state {
            DeviceState::Running { name, .. } => name,
            other => format!("{other:?}"),
        })
        .collect()
    }
}
