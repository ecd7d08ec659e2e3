//! A callback and a beat that are both somewhat late, each on its own clock.

use std::time::Duration;

use consonance_audio::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};

use super::dice::Dice;
use crate::clock_bridge::pulse::RATE_HZ;

/// The callbacks of the other side, and the jitter of both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    pub(crate) rate_hz: u32,
    /// Frames of a callback: minimum and maximum.
    pub(crate) frames: (usize, usize),
    /// Samples per frame, if the line supports engines with any number of channels.
    pub(crate) channels: usize,
    /// The fraction by which its clock is faster than ours.
    pub(crate) drift: f64,
    /// Callbacks are late by up to this much.
    pub(crate) callback_jitter_ms: f64,
    /// Beats are late by up to this much.
    pub(crate) beat_jitter_ms: f64,
}

impl Conditions {
    /// A device with callbacks of 10 ms.
    pub(crate) const CALM: Self = Self {
        rate_hz: SAMPLE_RATE_HZ,
        frames: (480, 480),
        channels: 1,
        drift: 0.0,
        callback_jitter_ms: 0.0,
        beat_jitter_ms: 0.0,
    };
}

/// The next thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Callback,
    Beat,
}

/// The order and the times of callbacks and beats.
pub(crate) struct Order {
    pub(crate) conditions: Conditions,
    dice: Dice,
    /// The time of the next callback, and its frames.
    callback_s: f64,
    frames: usize,
    /// The time at which the other side has played, or recorded, the frames of all callbacks so far.
    callbacks_end_s: f64,
    /// The time of the next beat, and the number of earlier ones.
    beat_s: f64,
    beats: u64,
}

impl Order {
    pub(crate) fn new(conditions: Conditions, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        // The other side starts somewhere between two beats.
        let begin_s = dice.part() * BEAT_S;
        let frames = conditions.frames.1;
        Self { conditions, dice, callback_s: begin_s, frames, callbacks_end_s: 0.0, beat_s: 0.0, beats: 0 }
    }

    /// Returns the next callback or beat, its time, and the frames of a callback.
    pub(crate) fn next(&mut self) -> (Due, Duration, usize) {
        let Conditions { rate_hz, frames: (least, most), drift, .. } = self.conditions;
        let late = self.dice.part() / 1000.0;
        let frames = self.frames;
        if self.callback_s <= self.beat_s {
            let now = Duration::from_secs_f64(self.callback_s);
            self.callbacks_end_s += frames as f64 / (f64::from(rate_hz) * (1.0 + drift));
            let next_s = self.callbacks_end_s + late * self.conditions.callback_jitter_ms;
            self.callback_s = self.callback_s.max(next_s);
            if least < most {
                self.frames = least + (self.dice.part() * (most - least + 1) as f64) as usize;
            }
            (Due::Callback, now, frames)
        } else {
            let now = Duration::from_secs_f64(self.beat_s);
            self.beats += 1;
            let next_s = self.beats as f64 * BEAT_S + late * self.conditions.beat_jitter_ms;
            self.beat_s = self.beat_s.max(next_s);
            (Due::Beat, now, frames)
        }
    }
}

const BEAT_S: f64 = BLOCK_SAMPLES as f64 / RATE_HZ;
