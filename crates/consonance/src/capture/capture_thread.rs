//! The capture thread: input → chain → activation, one block for every beat.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError};
use std::task::Waker;
use std::time::Instant;

use consonance_audio::{
    Activation, BLOCK_SAMPLES, CaptureChain, Demand, Input, Read, SamplePosition, Silence, Spoken,
    StereoBlock, duration_of,
};

use super::{Beat, CaptureControls, EchoReferenceReader, Order, TapPoint};
use crate::statistics::CaptureRow;
use crate::tap::{TapSenders, TapSound};

/// A captured block.
pub(crate) struct Captured {
    /// The audio to send, if any.
    pub(crate) what: CapturedAs,
    /// Statistics of the capture.
    pub(crate) row: CaptureRow,
}

/// The result of capturing a block.
#[expect(
    clippy::large_enum_variant,
    reason = "the queue keeps room for a block; a box would be one allocation each"
)]
pub(crate) enum CapturedAs {
    /// A block to send, the time at which its recording ended, and whether it is speech or its pre-roll. Without a
    /// demand for speech, none is reported.
    ///
    /// With two channels, `block` is their mean, and `side` is half the left one minus half the right one.
    Sound {
        recorded_until: Instant,
        is_speech: bool,
        block: [f32; BLOCK_SAMPLES],
        side: Option<[f32; BLOCK_SAMPLES]>,
    },
    /// Nothing: no speech, or no demand for it.
    Silence,
    /// Nothing more: the `input`th input has ended.
    Ended { input: u32 },
}

/// Everything between the input and the encoder.
pub(super) struct CaptureThread {
    input: Box<dyn Input>,
    inputs: u32,
    /// The side of the last block, if the input has two channels.
    side: Option<[f32; BLOCK_SAMPLES]>,
    echo_reference: Option<EchoReferenceReader>,
    raw: TapSenders,
    processed: TapSenders,
    chain: CaptureChain,
    activation: Activation,
    controls: CaptureControls,
    /// Blocks of silence left to flush the chain after the input has ended.
    left_inside: Option<usize>,
    /// Blocks since the input reported silence.
    silent_blocks: usize,
    /// Blocks that the voice thread took too late.
    dropped_blocks: u64,
}

impl CaptureThread {
    pub(super) fn new(input: Box<dyn Input>, controls: CaptureControls) -> Self {
        Self {
            input,
            inputs: 1,
            side: None,
            echo_reference: None,
            raw: TapSenders::default(),
            processed: TapSenders::default(),
            chain: CaptureChain::new(controls.chain_settings()),
            activation: Activation::new(controls.activation),
            controls,
            left_inside: None,
            silent_blocks: 0,
            dropped_blocks: 0,
        }
    }

    /// Runs until the sender of orders is dropped.
    pub(super) fn run(mut self, orders: &Receiver<Order>, captured: &SyncSender<Captured>, waker: &Waker) {
        while let Ok(order) = orders.recv() {
            match order {
                Order::Beat(beat, controls) => {
                    if let Some(controls) = controls {
                        self.change(controls);
                    }
                    match captured.try_send(self.beat(&beat)) {
                        Ok(()) => waker.wake_by_ref(),
                        Err(TrySendError::Full(_)) => self.dropped_blocks += 1,
                        Err(TrySendError::Disconnected(_)) => return,
                    }
                }
                Order::Input(input) => {
                    self.input = input;
                    self.inputs += 1;
                    self.left_inside = None;
                    self.silent_blocks = 0;
                }
                Order::EchoReference(reader) => self.echo_reference = Some(reader),
                Order::Tap(TapPoint::Raw, sender) => self.raw.add(sender),
                Order::Tap(TapPoint::Processed, sender) => self.processed.add(sender),
            }
        }
    }

    fn change(&mut self, controls: CaptureControls) {
        let settings = controls.chain_settings();
        if *self.chain.settings() != settings {
            self.chain.set_settings(settings);
        }
        if *self.activation.settings() != controls.activation {
            self.activation.set_settings(controls.activation);
        }
        self.controls = controls;
    }

    fn beat(&mut self, beat: &Beat) -> Captured {
        let Beat { due, position, mut render } = *beat;
        if let Some(echo_reference) = &mut self.echo_reference {
            echo_reference.complete(&mut render);
        }
        let mut block = [0.0; BLOCK_SAMPLES];
        let has_ended = self.read(&mut block);
        self.raw.push(position, &TapSound::Mono(block));
        let began = Instant::now();
        let heard = self.chain.process(&mut block, Some(&render));
        self.chain.note_cost(began.elapsed());
        let delayed = position.0.saturating_sub(self.chain.delay_samples() as u64);
        self.processed.push(SamplePosition(delayed), &TapSound::Mono(block));
        let spoken = if self.controls.muted {
            self.activation.withhold(&mut block);
            Spoken::Silence
        } else {
            self.activation.process_for(self.demand(), &mut block, &heard)
        };
        let late_samples = self.chain.delay_samples() + self.activation.late_samples();
        let side = self.side.filter(|_| spoken == Spoken::Sound && late_samples == 0 && self.sends_stereo());
        let what = match spoken {
            _ if has_ended => CapturedAs::Ended { input: self.inputs },
            Spoken::Speech | Spoken::Sound => CapturedAs::Sound {
                recorded_until: due.checked_sub(duration_of(late_samples as u64)).unwrap_or(due),
                is_speech: spoken == Spoken::Speech,
                block,
                side,
            },
            Spoken::Silence => CapturedAs::Silence,
        };
        let row = CaptureRow {
            chain: self.chain.statistics(),
            is_voice_detected: heard.is_speech,
            is_transmitting: matches!(what, CapturedAs::Sound { .. }),
            delay: duration_of(late_samples as u64),
            dropped_blocks: self.dropped_blocks,
            echo_reference: self.echo_reference.as_ref().map(EchoReferenceReader::row),
        };
        Captured { what, row }
    }

    /// Whether stereo is sent: only for music that the capture chain leaves alone, since the chain has one channel.
    fn sends_stereo(&self) -> bool {
        self.controls.is_music && self.chain.settings().leaves_sound_alone()
    }

    /// The demand from the controls, or none once the input reports silence and all earlier sound has left the chain.
    fn demand(&self) -> Demand {
        let inside = self.chain.delay_samples().div_ceil(BLOCK_SAMPLES);
        if self.silent_blocks > inside { Demand::default() } else { self.controls.demand }
    }

    fn read_input(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        let mut both = StereoBlock::SILENCE;
        let Some(read) = self.input.read_stereo(&mut both) else { return self.input.read(block) };
        *block = both.to_mono();
        self.side = Some(both.to_side());
        read
    }

    /// Reads a block; true if the input has ended and the chain is flushed.
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> bool {
        self.side = None;
        if self.left_inside.is_none() {
            match self.read_input(block) {
                Read::Samples => self.silent_blocks = 0,
                Read::Silence => {
                    self.silent_blocks = self.silent_blocks.saturating_add(1);
                    block.fill(0.0);
                    self.side = None;
                }
                Read::End => {
                    self.input = Box::new(Silence);
                    let inside = self.chain.delay_samples() + self.activation.late_samples();
                    self.left_inside = Some(inside.div_ceil(BLOCK_SAMPLES));
                }
            }
        }
        match &mut self.left_inside {
            None => false,
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }
}
