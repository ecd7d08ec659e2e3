//! The reverberation of a zone, shared by all voices in it.
//!
//! A feedback delay network of eight lines with a Hadamard matrix, and a shelf per line that sets how long low and high
//! tones last (Jot and Chaigne, "Digital delay networks for designing artificial reverberators", 90th AES Convention,
//! 1991), behind two all-pass filters (Schroeder, "Natural sounding artificial reverberation", Journal of the Audio
//! Engineering Society 10, 1962).

mod all_pass;
mod lines;

use all_pass::AllPass;
use lines::{LINES, Lines, SIGNS, STEP_SAMPLES};

use super::biquad::{Biquad, Response};
use super::sensible;
use crate::block::{BLOCK_SAMPLES, StereoBlock};
use crate::ramp::Smoothed;

/// The corner of the high-pass at the input: removes sound below voices, and direct current, before it can ring.
const LOW_END_HZ: f32 = 80.0;

/// The share of the input that passes the all-pass filters undelayed.
const DIFFUSION: f32 = 0.6;

/// Sound softer than −120 dB of full scale …
const SILENCE: f32 = 1e-6;

/// … for this long, 120 ms, has ended: longer than the longest line.
const SILENT_BLOCKS: u32 = 12;

/// The size of a zone. Each size has its own delays, so a change from one to the other is a change of the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReverbSize {
    /// A furnished room: reflections come after 6 to 17 ms.
    #[default]
    Room,
    /// A large hall: 26 to 58 ms.
    Hall,
    /// A cave or a cathedral: 46 to 109 ms.
    Cave,
}

/// The reverberation of a zone, and the level at which a voice is in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReverbSettings {
    /// The size of the zone.
    pub size: ReverbSize,
    /// RT60: the time in seconds in which sound around 500 Hz and 1 kHz decays by 60 dB, 0.1 to 20.
    pub decay_s: f32,
    /// The decay time of high tones, as a share of that: 0.1 (curtains) to 1 (bare stone).
    pub brightness: f32,
    /// How much the delays sway, 0 (not at all) to 1 (by a sixth of a millisecond): it hides single resonances.
    pub modulation: f32,
    /// The level, as an amplitude factor from 0 to 2: at 1, a steady sound at no distance reverberates as loud as it is
    /// itself.
    pub level: f32,
}

impl ReverbSettings {
    pub(super) const ROOM: Self =
        Self { size: ReverbSize::Room, decay_s: 0.5, brightness: 0.5, modulation: 0.3, level: 0.35 };
    pub(super) const HALL: Self =
        Self { size: ReverbSize::Hall, decay_s: 1.8, brightness: 0.45, modulation: 0.5, level: 0.4 };
    pub(super) const CAVE: Self =
        Self { size: ReverbSize::Cave, decay_s: 3.5, brightness: 0.35, modulation: 0.5, level: 0.5 };
    pub(super) const TUNNEL: Self =
        Self { size: ReverbSize::Hall, decay_s: 2.6, brightness: 0.8, modulation: 0.2, level: 0.5 };

    pub(super) fn slots(&mut self) -> [(&'static str, &mut f32); 4] {
        [
            ("decay-s", &mut self.decay_s),
            ("brightness", &mut self.brightness),
            ("modulation", &mut self.modulation),
            ("level", &mut self.level),
        ]
    }

    /// The same with every number within its range; NaN becomes the default.
    pub(super) fn within_range(self) -> Self {
        let default = Self::ROOM;
        Self {
            size: self.size,
            decay_s: sensible(self.decay_s, 0.1, 20.0, default.decay_s),
            brightness: sensible(self.brightness, 0.1, 1.0, default.brightness),
            modulation: sensible(self.modulation, 0.0, 1.0, default.modulation),
            level: sensible(self.level, 0.0, 2.0, default.level),
        }
    }

    /// Whether it is the same zone, at any level.
    pub(crate) fn is_same_zone(&self, other: &Self) -> bool {
        Self { level: 0.0, ..*self } == Self { level: 0.0, ..*other }
    }
}

impl Default for ReverbSettings {
    fn default() -> Self {
        Self::ROOM
    }
}

/// The running reverberation of one zone: mono sound from voices in, stereo out.
///
/// Allocates only when it is created, 300 kB for the largest size.
#[derive(Debug)]
pub struct Reverb {
    settings: ReverbSettings,
    low_end: Biquad,
    all_passes: [AllPass; 2],
    lines: Lines,
    gain: Smoothed,
    silent_blocks: u32,
}

impl Reverb {
    /// A silent zone. The level is applied to the input by the caller.
    pub fn new(settings: ReverbSettings) -> Self {
        let settings = settings.within_range();
        let lines = Lines::new(settings);
        let mut gain = Smoothed::default();
        gain.jump(lines.unit_gain());
        Self {
            settings,
            low_end: Biquad::new(Response::high_pass(LOW_END_HZ, std::f32::consts::FRAC_1_SQRT_2)),
            all_passes: all_pass_samples(settings.size).map(AllPass::new),
            lines,
            gain,
            silent_blocks: SILENT_BLOCKS,
        }
    }

    /// Changes the decay, within the next block. The size stays as it is.
    pub fn set(&mut self, settings: ReverbSettings) {
        self.settings = ReverbSettings { size: self.settings.size, ..settings.within_range() };
        self.lines.set(self.settings);
    }

    /// The current settings.
    pub fn settings(&self) -> ReverbSettings {
        self.settings
    }

    /// Whether the reverberation has died away: as long as nothing is sent, there is nothing to add.
    pub fn is_at_rest(&self) -> bool {
        self.silent_blocks >= SILENT_BLOCKS
    }

    /// Adds the reverberation of `send`, mono, to the two ears. Samples that are not numbers become silence; those
    /// beyond ±16 are limited to it.
    pub fn process(&mut self, send: &[f32; BLOCK_SAMPLES], ears: &mut StereoBlock) {
        let mut sound = send.map(|x| if x.is_nan() { 0.0 } else { x.clamp(-16.0, 16.0) });
        let is_sent = sound.iter().any(|sample| *sample != 0.0);
        if !is_sent && self.is_at_rest() {
            return;
        }
        self.low_end.go_on(&mut sound);
        for all_pass in &mut self.all_passes {
            all_pass.process(&mut sound, DIFFUSION);
        }
        let peak = self.render(&sound, ears);
        let is_silent = !is_sent && peak < SILENCE;
        self.silent_blocks = if is_silent { self.silent_blocks.saturating_add(1) } else { 0 };
        if self.silent_blocks == SILENT_BLOCKS {
            self.clear();
        }
    }

    /// Adds the reverberation; returns its largest sample.
    fn render(&mut self, sound: &[f32; BLOCK_SAMPLES], ears: &mut StereoBlock) -> f32 {
        let gain = self.gain.ramp_to(self.lines.unit_gain());
        let mut peak = 0.0_f32;
        let sides = ears.left.chunks_mut(STEP_SAMPLES).zip(ears.right.chunks_mut(STEP_SAMPLES));
        for (step, (sent, (left, right))) in sound.chunks(STEP_SAMPLES).zip(sides).enumerate() {
            let frames = self.lines.step(sent);
            for (i, (frame, (left, right))) in frames.iter().zip(left.iter_mut().zip(right)).enumerate() {
                let gain = gain.at(step * STEP_SAMPLES + i);
                let sums = SIGNS.map(|signs| dot(frame, &signs) * gain);
                *left += sums[0];
                *right += sums[1];
                peak = peak.max(sums[0].abs()).max(sums[1].abs());
            }
        }
        peak
    }

    fn clear(&mut self) {
        self.low_end.clear();
        self.all_passes.iter_mut().for_each(AllPass::clear);
        self.lines.clear();
    }
}

fn dot(frame: &[f32; LINES], signs: &[f32; LINES]) -> f32 {
    frame.iter().zip(signs).map(|(sample, sign)| sample * sign).sum()
}

/// Primes that share no rhythm with the lines.
fn all_pass_samples(size: ReverbSize) -> [usize; 2] {
    match size {
        ReverbSize::Room => [53, 149],
        ReverbSize::Hall => [149, 397],
        ReverbSize::Cave => [199, 547],
    }
}
