//! Runs a chain of effects for one voice.

use super::chain::EffectChain;
use super::distance::Distance;
use super::megaphone::Megaphone;
use super::muffle::Muffle;
use super::pitch_shift::{PITCH_SHIFT_LATENCY_SAMPLES, PitchShift};
use super::radio::Radio;
use super::voice_effect::VoiceEffect;
use crate::block::BLOCK_SAMPLES;
use crate::ramp::Smoothed;

/// Louder samples than this are not sound, and would stay in the filters.
const INPUT_MAX: f32 = 16.0;

/// Sound softer than −100 dB of full scale …
const SILENCE: f32 = 1e-5;

/// … for this long, 60 ms, has ended: longer than any effect delays sound.
const SILENT_BLOCKS: u32 = 6;

/// The length of the fade from one chain to another, 20 ms.
const FADE_BLOCKS: u32 = 2;

/// The running effects of one voice, mono.
///
/// New settings of the current effects are applied over one block. A chain of other effects runs beside the former one
/// until its output is complete, and then takes over within 20 ms. Only a change of the effects allocates.
/// [Reverberation](VoiceEffect::Reverb) is left to a [`Reverb`](super::Reverb).
#[derive(Debug)]
pub struct EffectRack {
    seed: u32,
    wanted: EffectChain,
    heard: Rack,
    next: Option<Next>,
    silent_blocks: u32,
    apart_m: Option<f32>,
}

/// The chain to be heard next.
#[derive(Debug)]
struct Next {
    rack: Rack,
    /// Blocks for which it runs before it is heard.
    warm_up_blocks: u32,
    fade_blocks: u32,
    share: Smoothed,
}

impl EffectRack {
    /// A rack without effects. Random numbers in them are the same for the same seed.
    pub fn new(seed: u32) -> Self {
        Self {
            seed,
            wanted: EffectChain::OFF,
            heard: Rack(Vec::new()),
            next: None,
            silent_blocks: SILENT_BLOCKS,
            apart_m: None,
        }
    }

    /// Sets the effects. Before any sound was processed, they are in force at once.
    pub fn set_chain(&mut self, chain: EffectChain) {
        self.wanted = chain;
        self.follow();
    }

    /// Sets the distance of speaker and listener in metres, if it is known, for
    /// [`DistanceSettings`](super::DistanceSettings) without their own distance.
    pub fn set_distance(&mut self, distance_m: Option<f32>) {
        self.apart_m = distance_m;
    }

    /// Runs a block through the effects. `is_speaking` is false for the silence after the end of an utterance: some
    /// effects have a tail. Samples that are not numbers become silence, those beyond ±16 are limited to it.
    pub fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], is_speaking: bool) {
        for sample in block.iter_mut() {
            *sample = if sample.is_nan() { 0.0 } else { sample.clamp(-INPUT_MAX, INPUT_MAX) };
        }
        let input = *block;
        self.heard.process(block, is_speaking, self.apart_m);
        if let Some(next) = &mut self.next {
            let mut other = input;
            next.rack.process(&mut other, is_speaking, self.apart_m);
            if next.fade(block, &other) {
                self.take_over();
            }
        }
        let is_silent = !is_speaking && block.iter().all(|sample| sample.abs() < SILENCE);
        self.silent_blocks = if is_silent { self.silent_blocks.saturating_add(1) } else { 0 };
        if self.silent_blocks == SILENT_BLOCKS {
            self.rest();
        }
    }

    /// Whether nothing will be heard before the voice speaks again.
    pub fn is_at_rest(&self) -> bool {
        self.silent_blocks >= SILENT_BLOCKS
    }

    /// Whether it has no effects, and no former ones are fading: then the block is left unchanged.
    pub fn is_off(&self) -> bool {
        self.heard.0.is_empty() && self.next.is_none()
    }

    /// The current delay of the voice, in samples.
    pub fn latency_samples(&self) -> usize {
        self.heard.latency_samples()
    }

    fn rest(&mut self) {
        if self.next.is_some() {
            self.take_over();
        }
        self.heard.0.iter_mut().for_each(Processor::clear);
    }

    fn take_over(&mut self) {
        if let Some(next) = self.next.take() {
            self.heard = next.rack;
        }
        self.follow();
    }

    /// Moves the effects towards the wanted settings.
    fn follow(&mut self) {
        match &mut self.next {
            Some(next) => _ = next.rack.set(&self.wanted),
            None if self.heard.set(&self.wanted) => {}
            None => {
                let rack = Rack::new(&self.wanted, self.seed, self.apart_m);
                if self.is_at_rest() {
                    self.heard = rack;
                    return;
                }
                let warm_up_blocks = rack.latency_samples().div_ceil(BLOCK_SAMPLES) as u32;
                let share = Smoothed::default();
                self.next = Some(Next { rack, warm_up_blocks, fade_blocks: 0, share });
            }
        }
    }
}

impl Next {
    /// Fades its sound in; true once that is complete.
    fn fade(&mut self, block: &mut [f32; BLOCK_SAMPLES], other: &[f32; BLOCK_SAMPLES]) -> bool {
        if self.warm_up_blocks > 0 {
            self.warm_up_blocks -= 1;
            return false;
        }
        self.fade_blocks += 1;
        let share = self.share.ramp_to(self.fade_blocks as f32 / FADE_BLOCKS as f32);
        for (i, (sample, other)) in block.iter_mut().zip(other).enumerate() {
            let x = share.at(i);
            // The slope is zero at both ends, so the cross-fade has no corners.
            *sample += x * x * (3.0 - 2.0 * x) * (other - *sample);
        }
        self.fade_blocks == FADE_BLOCKS
    }
}

/// Processors in their order.
#[derive(Debug)]
struct Rack(Vec<Processor>);

impl Rack {
    fn new(chain: &EffectChain, seed: u32, apart_m: Option<f32>) -> Self {
        let processors = chain.inserts().filter_map(|effect| Processor::new(effect, seed, apart_m));
        Self(processors.collect())
    }

    /// Applies the settings; false, and nothing is changed, if the effects are different ones.
    fn set(&mut self, chain: &EffectChain) -> bool {
        let is_same = chain.inserts().count() == self.0.len()
            && self.0.iter().zip(chain.inserts()).all(|(processor, effect)| processor.is(effect));
        if is_same {
            self.0.iter_mut().zip(chain.inserts()).for_each(|(processor, effect)| processor.set(effect));
        }
        is_same
    }

    fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], is_speaking: bool, apart_m: Option<f32>) {
        for processor in &mut self.0 {
            processor.process(block, is_speaking, apart_m);
        }
    }

    fn latency_samples(&self) -> usize {
        let delays = self.0.iter().filter(|processor| matches!(processor, Processor::PitchShift(_)));
        delays.count() * PITCH_SHIFT_LATENCY_SAMPLES
    }
}

#[derive(Debug)]
enum Processor {
    Radio(Box<Radio>),
    Muffle(Box<Muffle>),
    Distance(Distance),
    Megaphone(Box<Megaphone>),
    PitchShift(Box<PitchShift>),
}

impl Processor {
    fn new(effect: &VoiceEffect, seed: u32, apart_m: Option<f32>) -> Option<Self> {
        Some(match effect {
            VoiceEffect::Radio(settings) => Self::Radio(Box::new(Radio::new(*settings, seed))),
            VoiceEffect::Muffle(settings) => Self::Muffle(Box::new(Muffle::new(*settings))),
            VoiceEffect::Distance(settings) => Self::Distance(Distance::new(*settings, apart_m)),
            VoiceEffect::Megaphone(settings) => Self::Megaphone(Box::new(Megaphone::new(*settings))),
            VoiceEffect::PitchShift(settings) => Self::PitchShift(Box::new(PitchShift::new(*settings))),
            VoiceEffect::Reverb(_) => return None,
        })
    }

    fn is(&self, effect: &VoiceEffect) -> bool {
        matches!(
            (self, effect),
            (Self::Radio(_), VoiceEffect::Radio(_))
                | (Self::Muffle(_), VoiceEffect::Muffle(_))
                | (Self::Distance(_), VoiceEffect::Distance(_))
                | (Self::Megaphone(_), VoiceEffect::Megaphone(_))
                | (Self::PitchShift(_), VoiceEffect::PitchShift(_))
        )
    }

    fn set(&mut self, effect: &VoiceEffect) {
        match (self, effect) {
            (Self::Radio(radio), VoiceEffect::Radio(settings)) => radio.set(*settings),
            (Self::Muffle(muffle), VoiceEffect::Muffle(settings)) => muffle.set(*settings),
            (Self::Distance(distance), VoiceEffect::Distance(settings)) => distance.set(*settings),
            (Self::Megaphone(megaphone), VoiceEffect::Megaphone(settings)) => megaphone.set(*settings),
            (Self::PitchShift(shift), VoiceEffect::PitchShift(settings)) => shift.set(*settings),
            _ => {}
        }
    }

    fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], is_speaking: bool, apart_m: Option<f32>) {
        match self {
            Self::Radio(radio) => radio.process(block, is_speaking),
            Self::Muffle(muffle) => muffle.process(block),
            Self::Distance(distance) => distance.process(block, apart_m),
            Self::Megaphone(megaphone) => megaphone.process(block),
            Self::PitchShift(shift) => shift.process(block),
        }
    }

    fn clear(&mut self) {
        match self {
            Self::Radio(radio) => radio.clear(),
            Self::Muffle(muffle) => muffle.clear(),
            Self::Distance(distance) => distance.clear(),
            Self::Megaphone(megaphone) => megaphone.clear(),
            Self::PitchShift(shift) => shift.clear(),
        }
    }
}
