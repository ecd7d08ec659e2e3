//! A voice through a megaphone: a small microphone, an amplifier at its limit, and a horn that resonates.

use std::f32::consts::FRAC_1_SQRT_2;

use super::biquad::{BUTTERWORTH_4, Biquad, Cascade, Response};
use super::compressor::{Compression, Compressor};
use super::saturation::saturate;
use super::sensible;
use crate::block::BLOCK_SAMPLES;
use crate::level::factor;
use crate::ramp::{Smoothed, towards};

const COMPRESSION: Compression = Compression { threshold_dbfs: -42.0, ratio: 5.0, make_up_db: 16.0 };

/// How fast the drive changes at most.
const DRIVE_DB_PER_BLOCK: f32 = 3.0;

/// The horn's resonances: Hz, quality, dB.
const RESONANCES: [(f32, f32, f32); 2] = [(1_100.0, 3.0, 6.0), (2_400.0, 4.0, 8.0)];

/// Compensates for the loudness that the resonances and the drive add.
const GAIN: f32 = 0.25;

/// A voice through a megaphone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MegaphoneSettings {
    /// How far the amplifier is driven beyond its limit, in dB, 0 to 36. 15 by default.
    pub drive_db: f32,
    /// The lower end of what the horn brings out, in Hz, 100 to 2000. 500 by default.
    pub low_hz: f32,
    /// The upper end, in Hz, 1000 to 12 000. 4500 by default.
    pub high_hz: f32,
}

impl MegaphoneSettings {
    pub(super) const DEFAULT: Self = Self { drive_db: 15.0, low_hz: 500.0, high_hz: 4_500.0 };

    pub(super) fn slots(&mut self) -> [(&'static str, &mut f32); 3] {
        [("drive-db", &mut self.drive_db), ("low-hz", &mut self.low_hz), ("high-hz", &mut self.high_hz)]
    }

    /// The same with every number within its range; NaN becomes the default.
    pub(super) fn within_range(self) -> Self {
        let default = Self::DEFAULT;
        Self {
            drive_db: sensible(self.drive_db, 0.0, 36.0, default.drive_db),
            low_hz: sensible(self.low_hz, 100.0, 2_000.0, default.low_hz),
            high_hz: sensible(self.high_hz, 1_000.0, 12_000.0, default.high_hz),
        }
    }
}

impl Default for MegaphoneSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[derive(Debug, Clone)]
pub(super) struct Megaphone {
    settings: MegaphoneSettings,
    microphone: Cascade<2>,
    compressor: Compressor,
    drive_db: f32,
    drive: Smoothed,
    resonances: [Biquad; 2],
    low_end: Cascade<1>,
    high_end: Cascade<2>,
}

impl Megaphone {
    pub(super) fn new(settings: MegaphoneSettings) -> Self {
        let settings = settings.within_range();
        let mut drive = Smoothed::default();
        drive.jump(factor(settings.drive_db));
        Self {
            settings,
            microphone: Cascade::new(Response::high_pass, BUTTERWORTH_4, settings.low_hz),
            compressor: Compressor::default(),
            drive_db: settings.drive_db,
            drive,
            resonances: RESONANCES.map(|(hz, quality, db)| Biquad::new(Response::bell(hz, quality, db))),
            low_end: Cascade::new(Response::high_pass, [FRAC_1_SQRT_2], settings.low_hz),
            high_end: Cascade::new(Response::low_pass, BUTTERWORTH_4, settings.high_hz),
        }
    }

    pub(super) fn set(&mut self, settings: MegaphoneSettings) {
        self.settings = settings.within_range();
    }

    pub(super) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        let settings = self.settings;
        self.microphone.process(block, settings.low_hz);
        self.compressor.process(block, COMPRESSION);
        self.drive_db = towards(self.drive_db, settings.drive_db, DRIVE_DB_PER_BLOCK);
        self.drive.ramp_to(factor(self.drive_db)).scale(block);
        saturate(block);
        for resonance in &mut self.resonances {
            resonance.go_on(block);
        }
        self.low_end.process(block, settings.low_hz);
        self.high_end.process(block, settings.high_hz);
        for sample in block {
            *sample *= GAIN;
        }
    }

    pub(super) fn clear(&mut self) {
        self.microphone.clear();
        self.compressor.clear();
        self.resonances.iter_mut().for_each(Biquad::clear);
        self.low_end.clear();
        self.high_end.clear();
    }
}
