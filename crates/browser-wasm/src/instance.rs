//! Everything that one WebAssembly instance holds, behind the functions that JavaScript calls.

use crate::exchange::Exchange;
use crate::playback::{Playback, Reception, SlotVoice};
use crate::voice_encoder::VoiceEncoder;

/// One instance, as a worker or a worklet has it. What was not started does nothing.
#[derive(Debug, Default)]
pub struct Instance {
    exchange: Exchange,
    encoder: Option<VoiceEncoder>,
    playback: Option<Playback>,
}

impl Instance {
    /// The memory that both sides see.
    pub fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// Begins to encode; what was encoded before is forgotten.
    pub fn start_encoder(&mut self) {
        self.encoder = Some(VoiceEncoder::new());
    }

    /// Encodes the first frame of the exchange's samples into its bytes; returns how many.
    pub fn encode(&mut self) -> Option<usize> {
        let (samples, packet) = self.exchange.samples_and_bytes();
        self.encoder.as_mut()?.encode(&samples[..VoiceEncoder::FRAME_SAMPLES], packet)
    }

    /// How many of 100 packets do not reach those who listen.
    pub fn set_expected_loss(&mut self, percent: u8) {
        if let Some(encoder) = &mut self.encoder {
            encoder.set_expected_loss(percent);
        }
    }

    /// Begins to play so many slots; what played before is forgotten.
    pub fn start_playback(&mut self, slots: usize) {
        self.playback = Some(Playback::new(slots));
    }

    /// A packet for a slot has come in: the first `length` bytes of the exchange, as [`SlotVoice::write`] has them.
    pub fn handle_slot_voice(&mut self, length: usize) {
        if let (Some(playback), Some(voice)) =
            (&mut self.playback, SlotVoice::read(self.exchange.said(length)))
        {
            playback.handle_voice(voice);
        }
    }

    /// Whoever speaks in the slot has stopped.
    pub fn handle_slot_end(&mut self, slot: usize) {
        if let Some(playback) = &mut self.playback {
            playback.handle_end(slot);
        }
    }

    /// Puts the next 10 ms of all slots into the exchange's samples; a bit is set for each that is not silent.
    pub fn render(&mut self) -> u32 {
        self.playback.as_mut().map_or(0, |playback| playback.render(self.exchange.samples()))
    }

    /// How voices come in, of late.
    pub fn reception(&self) -> Reception {
        self.playback.as_ref().map_or(Reception::default(), Playback::reception)
    }
}
