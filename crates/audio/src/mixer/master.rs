//! Settings for all speakers: the master volume, deafness, and ducking while the local player speaks.

use super::settings::{DuckingSettings, sensible_volume};
use crate::ramp::{Ramp, Smoothed, towards};

/// Milliseconds of one block.
const BLOCK_MS: u32 = 10;

/// The last gain before the limiter.
#[derive(Debug)]
pub(super) struct Master {
    volume: f32,
    is_deafened: bool,
    ducking: Ducking,
    gain: Smoothed,
}

impl Master {
    pub(super) fn new() -> Self {
        let mut gain = Smoothed::default();
        gain.jump(1.0);
        Self { volume: 1.0, is_deafened: false, ducking: Ducking::new(), gain }
    }

    /// Values that are not numbers are ignored.
    pub(super) fn set_volume(&mut self, volume: f32) {
        self.volume = sensible_volume(volume).unwrap_or(self.volume);
    }

    pub(super) fn set_deafened(&mut self, is_deafened: bool) {
        self.is_deafened = is_deafened;
    }

    pub(super) fn ducking(&mut self) -> &mut Ducking {
        &mut self.ducking
    }

    /// No speaker is heard, and none is going to be.
    pub(super) fn is_silent(&self) -> bool {
        self.gain.rests_at_zero(self.target(self.ducking.gain))
    }

    /// The gain of all speakers in the next block.
    pub(super) fn next_gain(&mut self) -> Ramp {
        let ducking = self.ducking.next();
        self.gain.ramp_to(self.target(ducking))
    }

    fn target(&self, ducking: f32) -> f32 {
        if self.is_deafened { 0.0 } else { self.volume * ducking }
    }
}

/// Turning down and up again, each in its own time from wherever it is.
#[derive(Debug)]
pub(super) struct Ducking {
    settings: DuckingSettings,
    is_ducked: bool,
    gain: f32,
    target: f32,
    /// How far it moves in a block.
    step: f32,
}

impl Ducking {
    fn new() -> Self {
        Self { settings: DuckingSettings::default(), is_ducked: false, gain: 1.0, target: 1.0, step: 0.0 }
    }

    pub(super) fn set_ducked(&mut self, is_ducked: bool) {
        self.is_ducked = is_ducked;
        self.aim();
    }

    pub(super) fn set_settings(&mut self, settings: DuckingSettings) {
        self.settings = settings;
        self.aim();
    }

    fn aim(&mut self) {
        let target = if self.is_ducked { self.settings.sensible_level() } else { 1.0 };
        if (target - self.target).abs() > 0.0 {
            self.target = target;
            let (down, up) = (self.settings.down_ms, self.settings.up_ms);
            let time_ms = if target < self.gain { down } else { up };
            self.step = (target - self.gain).abs() / time_ms.div_ceil(BLOCK_MS).max(1) as f32;
        }
    }

    fn next(&mut self) -> f32 {
        self.gain = towards(self.gain, self.target, self.step);
        self.gain
    }
}
