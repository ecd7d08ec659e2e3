//! A voice through something: a wall, a helmet, water.

use std::f32::consts::TAU;

use super::biquad::{BUTTERWORTH_4, Biquad, Cascade, Response, glide_hz};
use super::sensible;
use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};
use crate::level::factor;
use crate::ramp::{Smoothed, towards};

/// How narrow the resonance is.
const RESONANCE_QUALITY: f32 = 2.0;

/// How fast gains change at most.
const DB_PER_BLOCK: f32 = 3.0;

/// How often the cut-off sways, and by how much of an octave at most.
const WOBBLE_HZ: f32 = 0.7;
const WOBBLE_OCTAVES: f32 = 0.5;

/// A voice through something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MuffleSettings {
    /// The cut-off, above which tones fall by 24 dB per octave: Hz, 100 to 20 000. 700 by default, as for a wall of
    /// [`SpeakerPlace::occlusion`](crate::SpeakerPlace::occlusion).
    pub cutoff_hz: f32,
    /// How much louder everything is, in dB, −40 to 12. −9 by default.
    pub gain_db: f32,
    /// The frequency at which the obstacle resonates, in Hz, 50 to 8000. 250 by default.
    pub resonance_hz: f32,
    /// The gain of that resonance, in dB, 0 to 18. 0 by default.
    pub resonance_db: f32,
    /// How far the cut-off sways, from 0 (it stays) to 1 (half an octave up and down). 0 by default.
    pub wobble: f32,
}

impl MuffleSettings {
    pub(super) const WALL: Self =
        Self { cutoff_hz: 700.0, gain_db: -9.0, resonance_hz: 250.0, resonance_db: 0.0, wobble: 0.0 };
    pub(super) const HELMET: Self =
        Self { cutoff_hz: 2_400.0, gain_db: -4.0, resonance_hz: 900.0, resonance_db: 8.0, wobble: 0.0 };
    pub(super) const UNDERWATER: Self =
        Self { cutoff_hz: 450.0, gain_db: -3.0, resonance_hz: 180.0, resonance_db: 6.0, wobble: 0.6 };

    pub(super) fn slots(&mut self) -> [(&'static str, &mut f32); 5] {
        [
            ("cutoff-hz", &mut self.cutoff_hz),
            ("gain-db", &mut self.gain_db),
            ("resonance-hz", &mut self.resonance_hz),
            ("resonance-db", &mut self.resonance_db),
            ("wobble", &mut self.wobble),
        ]
    }

    /// The same with every number within its range; NaN becomes the default.
    pub(super) fn within_range(self) -> Self {
        let default = Self::WALL;
        Self {
            cutoff_hz: sensible(self.cutoff_hz, 100.0, 20_000.0, default.cutoff_hz),
            gain_db: sensible(self.gain_db, -40.0, 12.0, default.gain_db),
            resonance_hz: sensible(self.resonance_hz, 50.0, 8_000.0, default.resonance_hz),
            resonance_db: sensible(self.resonance_db, 0.0, 18.0, default.resonance_db),
            wobble: sensible(self.wobble, 0.0, 1.0, default.wobble),
        }
    }
}

impl Default for MuffleSettings {
    fn default() -> Self {
        Self::WALL
    }
}

#[derive(Debug, Clone)]
pub(super) struct Muffle {
    settings: MuffleSettings,
    gain: Smoothed,
    gain_db: f32,
    resonance: Biquad,
    resonance_hz: f32,
    resonance_db: f32,
    low_pass: Cascade<2>,
    /// Of the swaying, in turns.
    phase: f32,
}

impl Muffle {
    pub(super) fn new(settings: MuffleSettings) -> Self {
        let settings = settings.within_range();
        let mut gain = Smoothed::default();
        gain.jump(factor(settings.gain_db));
        Self {
            settings,
            gain,
            gain_db: settings.gain_db,
            resonance: Biquad::new(resonance(settings.resonance_hz, settings.resonance_db)),
            resonance_hz: settings.resonance_hz,
            resonance_db: settings.resonance_db,
            low_pass: Cascade::new(Response::low_pass, BUTTERWORTH_4, settings.cutoff_hz),
            phase: 0.0,
        }
    }

    pub(super) fn set(&mut self, settings: MuffleSettings) {
        self.settings = settings.within_range();
    }

    pub(super) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        let settings = self.settings;
        self.phase = (self.phase + WOBBLE_HZ * BLOCK_SAMPLES as f32 / SAMPLE_RATE_HZ as f32).fract();
        let sway = WOBBLE_OCTAVES * settings.wobble * (TAU * self.phase).sin();
        self.gain_db = towards(self.gain_db, settings.gain_db, DB_PER_BLOCK);
        self.gain.ramp_to(factor(self.gain_db)).scale(block);
        self.resonance_hz = glide_hz(self.resonance_hz, settings.resonance_hz);
        self.resonance_db = towards(self.resonance_db, settings.resonance_db, DB_PER_BLOCK);
        self.resonance.process(block, resonance(self.resonance_hz, self.resonance_db));
        self.low_pass.process(block, settings.cutoff_hz * sway.exp2());
    }

    pub(super) fn clear(&mut self) {
        self.resonance.clear();
        self.low_pass.clear();
    }
}

fn resonance(hz: f32, db: f32) -> Response {
    Response::bell(hz, RESONANCE_QUALITY, db)
}
