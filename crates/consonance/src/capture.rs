//! Capture of the local voice, as seen by the voice thread, which sends a beat and receives a block.
//!
//! The capture chain has its own thread, so that neither it nor the network ever waits for the other. It has no
//! clock: with every beat the voice thread sends it the audio that the loudspeaker plays in the same 10 ms, and
//! receives the audio of the microphone, so that an echo always keeps the same distance from its cause.

mod capture_thread;
mod echo_reference;

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use consonance_audio::{
    ActivationMode, ActivationSettings, BLOCK_SAMPLES, CaptureSettings, Demand, Input, SamplePosition,
};

use capture_thread::CaptureThread;
pub(crate) use capture_thread::{Captured, CapturedAs};
pub use echo_reference::EchoReference;
pub(crate) use echo_reference::{EchoReferenceReader, EchoSource, echo_reference};

use crate::engine_sound::{EngineLink, EngineMicrophone};
use crate::statistics::{CaptureRow, EngineSoundRow};
use crate::tap::TapSender;

/// The most queued orders, and the most queued blocks: more beats than the voice thread ever catches up with at once.
const WAITING_MAX: usize = 128;

/// Settings of the capture; each may change while it runs.
#[derive(Clone, Copy)]
pub(crate) struct CaptureControls {
    pub(crate) settings: CaptureSettings,
    /// Whether the captured audio is encoded as music.
    pub(crate) is_music: bool,
    /// The activation of the chat as a whole. Only its pre-roll counts here; the mode is part of the demand.
    pub(crate) activation: ActivationSettings,
    /// The combined demand of all channels.
    pub(crate) demand: Demand,
    pub(crate) muted: bool,
}

impl CaptureControls {
    /// The settings given by the game, or else those that suit a microphone or a file.
    pub(crate) fn new(
        settings: Option<CaptureSettings>,
        activation: Option<ActivationSettings>,
        is_microphone: bool,
    ) -> Self {
        let suited = if is_microphone { CaptureSettings::default() } else { CaptureSettings::UNPROCESSED };
        let mode = if is_microphone { ActivationMode::Voice } else { ActivationMode::Open };
        Self {
            settings: settings.unwrap_or(suited),
            is_music: false,
            activation: activation.unwrap_or(ActivationSettings { mode, ..ActivationSettings::default() }),
            demand: Demand::default(),
            muted: false,
        }
    }

    /// The settings for the chain, depending on what is captured.
    fn chain_settings(&self) -> CaptureSettings {
        if self.is_music { self.settings.for_music() } else { self.settings }
    }
}

/// A command for the capture thread.
#[expect(
    clippy::large_enum_variant,
    reason = "the queue keeps room for a block; a box would be one allocation each"
)]
enum Order {
    /// Capture 10 ms; changed controls apply from this beat on.
    Beat(Beat, Option<CaptureControls>),
    /// Capture from this input.
    Input(Box<dyn Input>),
    /// Use this as the game's own sound.
    EchoReference(EchoReferenceReader),
    /// Adds a tap on the microphone, before or after the chain.
    Tap(TapPoint, TapSender),
}

/// The 10 ms to capture.
pub(crate) struct Beat {
    /// When they end, on the operating system's clock.
    pub(crate) due: Instant,
    /// Where they begin, on the time line of the chat.
    pub(crate) position: SamplePosition,
    /// The audio that the loudspeaker plays in the same 10 ms.
    pub(crate) render: [f32; BLOCK_SAMPLES],
}

/// The position of a tap on the microphone.
#[derive(Clone, Copy)]
pub(crate) enum TapPoint {
    Raw,
    Processed,
}

/// The capture thread, once there is an input.
pub(crate) struct Capture {
    controls: CaptureControls,
    /// Whether the thread does not know the controls yet.
    changed: bool,
    /// Orders for the thread, until it is started.
    orders_kept: Vec<Order>,
    waker: Waker,
    running: Option<Running>,
    /// The link to the engine, if it provides the input.
    engine: Option<EngineLink>,
    /// The number of inputs so far, the first being 1.
    inputs: u32,
    has_ended: bool,
    row: CaptureRow,
    dropped_beats: u64,
}

struct Running {
    orders: SyncSender<Order>,
    captured: Receiver<Captured>,
    thread: JoinHandle<()>,
}

impl Capture {
    /// A capture without an input yet. `waker` wakes the voice thread.
    pub(crate) fn new(controls: CaptureControls, waker: Waker) -> Self {
        Self {
            controls,
            changed: false,
            orders_kept: Vec::new(),
            waker,
            running: None,
            engine: None,
            inputs: 0,
            has_ended: false,
            row: CaptureRow::default(),
            dropped_beats: 0,
        }
    }

    /// Captures from this input from now on.
    ///
    /// # Errors
    /// If the thread cannot be started, or takes no orders; the former input then continues.
    pub(crate) fn set_input(&mut self, input: Box<dyn Input>) -> Result<(), String> {
        if self.running.is_none() {
            self.start(input)?;
        } else {
            // The thread counts the inputs that it gets, too.
            self.order(Order::Input(input))?;
            self.inputs += 1;
            self.has_ended = false;
        }
        self.engine = None;
        Ok(())
    }

    /// Captures an engine's recording from now on.
    ///
    /// # Errors
    /// As [`set_input`](Self::set_input).
    pub(crate) fn set_engine_input(&mut self, microphone: EngineMicrophone) -> Result<(), String> {
        let link = microphone.link.clone();
        self.set_input(Box::new(microphone))?;
        self.engine = Some(link);
        Ok(())
    }

    /// The state of the engine's sound; `None` with another input.
    pub(crate) fn engine_row(&self) -> Option<EngineSoundRow> {
        self.engine.as_ref().map(EngineLink::row)
    }

    fn start(&mut self, input: Box<dyn Input>) -> Result<(), String> {
        let (orders, received) = sync_channel(WAITING_MAX);
        let (sender, captured) = sync_channel(WAITING_MAX);
        let capture = CaptureThread::new(input, self.controls);
        let waker = self.waker.clone();
        let thread = thread::Builder::new()
            .name("capture".into())
            .spawn(move || capture.run(&received, &sender, &waker))
            .map_err(|error| format!("nothing can be captured: {error}; close some programs"))?;
        self.running = Some(Running { orders, captured, thread });
        // A new thread counts its inputs from 1.
        self.inputs = 1;
        self.has_ended = false;
        self.changed = false;
        std::mem::take(&mut self.orders_kept).into_iter().try_for_each(|order| self.order(order))
    }

    /// Changes the controls from the next block on.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut CaptureControls)) {
        change(&mut self.controls);
        self.changed = true;
    }

    /// Sets the demand from the next block on.
    pub(crate) fn set_demand(&mut self, demand: Demand) {
        if self.controls.demand != demand {
            self.change(|controls| controls.demand = demand);
        }
    }

    /// Sets the game's own sound from now on.
    ///
    /// # Errors
    /// If the capture thread does not take it.
    pub(crate) fn set_echo_reference(&mut self, reader: EchoReferenceReader) -> Result<(), String> {
        self.orders_kept.retain(|order| !matches!(order, Order::EchoReference(_)));
        self.order(Order::EchoReference(reader))
    }

    /// Adds a tap.
    ///
    /// # Errors
    /// If the capture thread does not take it.
    pub(crate) fn tap(&mut self, point: TapPoint, sender: TapSender) -> Result<(), String> {
        self.order(Order::Tap(point, sender))
    }

    /// Gives an order, or keeps it until the thread has started.
    fn order(&mut self, order: Order) -> Result<(), String> {
        let Some(running) = &self.running else {
            self.orders_kept.retain(|order| !matches!(order, Order::Tap(_, tap) if tap.is_abandoned()));
            if self.orders_kept.len() < WAITING_MAX {
                self.orders_kept.push(order);
                return Ok(());
            }
            return Err(
                "no input yet, and too many commands are waiting for one: give the chat an input".to_owned()
            );
        };
        running
            .orders
            .try_send(order)
            .map_err(|_| "the capture thread is stuck: is the input blocking?".to_owned())
    }

    /// Requests 10 ms; does nothing if there is no input, or it has ended.
    ///
    /// # Errors
    /// If the capture thread is gone, reported once. Another input may be set then.
    pub(crate) fn beat(&mut self, beat: Beat) -> Result<(), String> {
        let Some(running) = self.running.as_ref().filter(|_| !self.has_ended) else { return Ok(()) };
        let controls = self.changed.then_some(self.controls);
        match running.orders.try_send(Order::Beat(beat, controls)) {
            Ok(()) => self.changed = false,
            Err(TrySendError::Full(_)) => self.dropped_beats += 1,
            Err(TrySendError::Disconnected(_)) => {
                self.end();
                let said = "the input has panicked, see standard error: give the chat another one";
                return Err(said.to_owned());
            }
        }
        Ok(())
    }

    /// Waits for the end of the thread, if it runs.
    fn end(&mut self) {
        if let Some(Running { orders, captured, thread }) = self.running.take() {
            // The thread ends when its channels are dropped.
            drop((orders, captured));
            // A panic of the thread was reported by itself.
            let _ = thread.join();
        }
    }

    /// The next captured block.
    pub(crate) fn poll(&mut self) -> Option<Captured> {
        let captured = self.running.as_ref()?.captured.try_recv().ok()?;
        self.row = captured.row;
        // Another input may have been set since.
        self.has_ended |= matches!(captured.what, CapturedAs::Ended { input } if input == self.inputs);
        Some(captured)
    }

    /// Whether the input has ended, as a file does.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Whether the capture thread was given more work while it was more than a second behind, so that blocks were left
    /// out.
    pub(crate) fn has_fallen_behind(&self) -> bool {
        self.dropped_beats > 0
    }

    /// The state of the capture; `None` without an input.
    pub(crate) fn row(&self) -> Option<CaptureRow> {
        self.running.as_ref()?;
        Some(CaptureRow { dropped_blocks: self.row.dropped_blocks + self.dropped_beats, ..self.row })
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests;
