//! A voice over a radio: a narrow band, levelled by the transmitter, with the receiver's noise.

use super::biquad::{BUTTERWORTH_4, BUTTERWORTH_6, Biquad, Cascade, Response};
use super::compressor::{Compression, Compressor};
use super::noise::WhiteNoise;
use super::saturation::saturate;
use super::sensible;
use crate::block::BLOCK_SAMPLES;
use crate::level::factor;
use crate::ramp::Smoothed;

/// Milliseconds of one block.
const BLOCK_MS: f32 = 10.0;

/// Rumble that would only move the compressor goes before it.
const RUMBLE_HZ: f32 = 150.0;

/// The limiter of a transmitter's microphone.
const COMPRESSION: Compression = Compression { threshold_dbfs: -34.0, ratio: 5.0, make_up_db: 14.0 };

/// Between the strongest signal and none, the noise rises by so much up to the loudest …
const NOISE_RANGE_DB: f32 = 45.0;

/// … which is about as loud as the compressed voice.
const NOISE_MAX_DBFS: f32 = -20.0;

/// How loud the voice is that comes with the least signal, and from which strength on it is whole.
const VOICE_MIN: f32 = 0.2;
const WHOLE_FROM: f32 = 0.25;

/// A voice over a radio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RadioSettings {
    /// How well the signal is received, from 0 (the voice is about to be lost in noise) to 1 (next to no noise). 0.8 by
    /// default.
    pub strength: f32,
    /// How long the receiver's noise is heard after the voice has ended, until the squelch closes, in ms, 0 to 1000, in
    /// steps of 10. 150 by default.
    pub tail_ms: f32,
    /// How hard the transmitter is driven beyond its limit, in dB, 0 to 30. 6 by default.
    pub drive_db: f32,
    /// The lower end of the band in Hz, 100 to 1000. 300 by default, as a telephone channel (ITU-T G.712).
    pub low_hz: f32,
    /// The upper end of the band in Hz, 1000 to 8000. 3400 by default, as a telephone channel (ITU-T G.712).
    pub high_hz: f32,
}

impl RadioSettings {
    pub(super) const DEFAULT: Self =
        Self { strength: 0.8, tail_ms: 150.0, drive_db: 6.0, low_hz: 300.0, high_hz: 3_400.0 };

    pub(super) fn slots(&mut self) -> [(&'static str, &mut f32); 5] {
        [
            ("strength", &mut self.strength),
            ("tail-ms", &mut self.tail_ms),
            ("drive-db", &mut self.drive_db),
            ("low-hz", &mut self.low_hz),
            ("high-hz", &mut self.high_hz),
        ]
    }

    /// The same with every number within its range; NaN becomes the default.
    pub(super) fn within_range(self) -> Self {
        let default = Self::DEFAULT;
        Self {
            strength: sensible(self.strength, 0.0, 1.0, default.strength),
            tail_ms: sensible(self.tail_ms, 0.0, 1_000.0, default.tail_ms),
            drive_db: sensible(self.drive_db, 0.0, 30.0, default.drive_db),
            low_hz: sensible(self.low_hz, 100.0, 1_000.0, default.low_hz),
            high_hz: sensible(self.high_hz, 1_000.0, 8_000.0, default.high_hz),
        }
    }

    fn noise(self) -> f32 {
        factor(NOISE_MAX_DBFS - NOISE_RANGE_DB * self.strength)
    }

    fn voice(self) -> f32 {
        VOICE_MIN + (1.0 - VOICE_MIN) * (self.strength / WHOLE_FROM).min(1.0)
    }
}

impl Default for RadioSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[derive(Debug, Clone)]
pub(super) struct Radio {
    settings: RadioSettings,
    rumble: Biquad,
    compressor: Compressor,
    drive: Smoothed,
    voice: Smoothed,
    noise: Smoothed,
    white: WhiteNoise,
    low_end: Cascade<2>,
    high_end: Cascade<3>,
    /// The remaining squelch tail.
    tail_ms: f32,
}

impl Radio {
    pub(super) fn new(settings: RadioSettings, seed: u32) -> Self {
        let settings = settings.within_range();
        let mut radio = Self {
            settings,
            rumble: Biquad::new(Response::high_pass(RUMBLE_HZ, std::f32::consts::FRAC_1_SQRT_2)),
            compressor: Compressor::default(),
            drive: Smoothed::default(),
            voice: Smoothed::default(),
            noise: Smoothed::default(),
            white: WhiteNoise::new(seed),
            low_end: Cascade::new(Response::high_pass, BUTTERWORTH_4, settings.low_hz),
            high_end: Cascade::new(Response::low_pass, BUTTERWORTH_6, settings.high_hz),
            tail_ms: 0.0,
        };
        radio.drive.jump(factor(settings.drive_db));
        radio.voice.jump(settings.voice());
        radio
    }

    pub(super) fn set(&mut self, settings: RadioSettings) {
        self.settings = settings.within_range();
    }

    /// `is_speaking` tells whether the block is of a voice, or of the silence after it.
    pub(super) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], is_speaking: bool) {
        let settings = self.settings;
        self.rumble.go_on(block);
        self.compressor.process(block, COMPRESSION);
        self.drive.ramp_to(factor(settings.drive_db)).scale(block);
        saturate(block);
        // Compensates for about half of the loudness that the drive adds.
        self.voice.ramp_to(settings.voice() / factor(settings.drive_db).sqrt()).scale(block);
        self.add_noise(block, is_speaking);
        self.low_end.process(block, settings.low_hz);
        self.high_end.process(block, settings.high_hz);
    }

    fn add_noise(&mut self, block: &mut [f32; BLOCK_SAMPLES], is_speaking: bool) {
        let level = if is_speaking {
            self.tail_ms = self.settings.tail_ms;
            self.settings.noise()
        } else if self.tail_ms >= BLOCK_MS {
            self.tail_ms -= BLOCK_MS;
            factor(NOISE_MAX_DBFS)
        } else {
            0.0
        };
        if self.noise.rests_at_zero(level) {
            return;
        }
        let noise = self.noise.ramp_to(level);
        for (i, sample) in block.iter_mut().enumerate() {
            *sample += noise.at(i) * self.white.next();
        }
    }

    pub(super) fn clear(&mut self) {
        self.rumble.clear();
        self.compressor.clear();
        self.low_end.clear();
        self.high_end.clear();
        self.tail_ms = 0.0;
    }
}
