//! One's own voice on its way to the encoder, as the voice thread sees it: a beat goes out, a block comes back.
//!
//! The capture chain has a thread of its own, so that neither it nor the network ever waits for the other.
//! It has no clock: with every beat the voice thread sends it what the loudspeaker is given in the same 10 ms, and gets
//! back what the microphone heard, so that echo and its cause always keep their distance.

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

/// Orders, and blocks that come back, that may wait: more beats than the voice thread ever catches up with in one go.
const WAITING_MAX: usize = 128;

/// How one's own voice is to be captured; every part may change while it is.
#[derive(Clone, Copy)]
pub(crate) struct CaptureControls {
    pub(crate) settings: CaptureSettings,
    /// What is captured is encoded as music.
    pub(crate) is_music: bool,
    /// When the chat as a whole is heard. What counts here is its pre-roll; the mode is part of the demand.
    pub(crate) activation: ActivationSettings,
    /// What all channels together want.
    pub(crate) demand: Demand,
    pub(crate) muted: bool,
}

impl CaptureControls {
    /// What the game said, and else what suits a microphone or a file.
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

    /// The settings that suit what is captured.
    fn chain_settings(&self) -> CaptureSettings {
        if self.is_music { self.settings.for_music() } else { self.settings }
    }
}

/// What the capture thread is asked to do.
#[expect(
    clippy::large_enum_variant,
    reason = "the queue keeps room for a block; a box would be one allocation each"
)]
enum Order {
    /// Capture 10 ms, from now on as the controls say.
    Beat(Beat, Option<CaptureControls>),
    /// Capture from this input.
    Input(Box<dyn Input>),
    /// Take this as the game's own sound.
    EchoReference(EchoReferenceReader),
    /// Adds a tap on the microphone, before or after the chain.
    Tap(TapPoint, TapSender),
}

/// The 10 ms that are to be captured.
pub(crate) struct Beat {
    /// When they end on the operating system's clock.
    pub(crate) due: Instant,
    /// Where they begin on the time line of the chat.
    pub(crate) position: SamplePosition,
    /// What the loudspeaker is given meanwhile.
    pub(crate) render: [f32; BLOCK_SAMPLES],
}

/// Where one can listen to the microphone.
#[derive(Clone, Copy)]
pub(crate) enum TapPoint {
    Raw,
    Processed,
}

/// The capture thread, once there is an input.
pub(crate) struct Capture {
    controls: CaptureControls,
    /// The thread does not know the controls yet.
    changed: bool,
    /// For the thread, when there is one.
    orders_kept: Vec<Order>,
    waker: Waker,
    running: Option<Running>,
    /// Of the input, if an engine brings it.
    engine: Option<EngineLink>,
    /// Inputs that were given, the first being 1.
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
    /// Without an input so far. `waker` wakes the voice thread.
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
    /// If there is no thread for it, or the thread takes no orders; then the input before it goes on.
    pub(crate) fn set_input(&mut self, input: Box<dyn Input>) -> Result<(), String> {
        if self.running.is_none() {
            self.start(input)?;
        } else {
            // The thread counts those that it gets.
            self.order(Order::Input(input))?;
            self.inputs += 1;
            self.has_ended = false;
        }
        self.engine = None;
        Ok(())
    }

    /// Captures what an engine records from now on.
    ///
    /// # Errors
    /// As [`set_input`](Self::set_input).
    pub(crate) fn set_engine_input(&mut self, microphone: EngineMicrophone) -> Result<(), String> {
        let link = microphone.link.clone();
        self.set_input(Box::new(microphone))?;
        self.engine = Some(link);
        Ok(())
    }

    /// How the engine brings its sound; none with another input.
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
        // A new thread counts its inputs again.
        self.inputs = 1;
        self.has_ended = false;
        self.changed = false;
        std::mem::take(&mut self.orders_kept).into_iter().try_for_each(|order| self.order(order))
    }

    /// Changes what is wanted from the next block on.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut CaptureControls)) {
        change(&mut self.controls);
        self.changed = true;
    }

    /// What is to be captured from the next block on.
    pub(crate) fn set_demand(&mut self, demand: Demand) {
        if self.controls.demand != demand {
            self.change(|controls| controls.demand = demand);
        }
    }

    /// The game's own sound from now on.
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

    /// Gives an order, or keeps it until there is a thread that obeys.
    fn order(&mut self, order: Order) -> Result<(), String> {
        let Some(running) = &self.running else {
            self.orders_kept.retain(|order| !matches!(order, Order::Tap(_, tap) if tap.is_abandoned()));
            if self.orders_kept.len() < WAITING_MAX {
                self.orders_kept.push(order);
                return Ok(());
            }
            return Err("no input yet, and too many commands wait for one: give the chat an input".to_owned());
        };
        running.orders.try_send(order).map_err(|_| {
            "the capture thread is stuck and takes no orders: is the input waiting for something?".to_owned()
        })
    }

    /// Asks for 10 ms; for nothing if there is no input, or it has ended.
    ///
    /// # Errors
    /// If the capture thread is gone, said once. Another input may be given then.
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

    /// Waits for the end of the thread, if there is one.
    fn end(&mut self) {
        if let Some(Running { orders, captured, thread }) = self.running.take() {
            // Without them it ends.
            drop((orders, captured));
            // Should it have panicked, it has said so itself.
            let _ = thread.join();
        }
    }

    /// The next block that was captured.
    pub(crate) fn poll(&mut self) -> Option<Captured> {
        let captured = self.running.as_ref()?.captured.try_recv().ok()?;
        self.row = captured.row;
        // Another input may have been given since.
        self.has_ended |= matches!(captured.what, CapturedAs::Ended { input } if input == self.inputs);
        Some(captured)
    }

    /// The input has come to its end, as a file does.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The capture thread had more than a second to do when it was given more, so that some was left out.
    pub(crate) fn has_fallen_behind(&self) -> bool {
        self.dropped_beats > 0
    }

    /// How it is doing; none without an input.
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
