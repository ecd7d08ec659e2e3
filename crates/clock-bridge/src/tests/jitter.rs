//! A callback and a beat that are both somewhat late, each on its own clock.

use std::time::Duration;

use consonance_audio::BLOCK_SAMPLES;

use super::dice::Dice;
use crate::pulse::RATE_HZ;

/// Lateness of each side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    /// Frames of a callback.
    pub(crate) period: usize,
    /// The device's clock is faster than ours by this part.
    pub(crate) drift: f64,
    /// Callbacks are late by up to this much.
    pub(crate) callback_jitter_ms: f64,
    /// Beats are late by up to this much.
    pub(crate) beat_jitter_ms: f64,
}

impl Conditions {
    pub(crate) const CALM: Self =
        Self { period: 480, drift: 0.0, callback_jitter_ms: 0.0, beat_jitter_ms: 0.0 };
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Callback,
    Beat,
}

/// Says in which order callbacks and beats happen, and when.
pub(crate) struct Order {
    pub(crate) conditions: Conditions,
    dice: Dice,
    callbacks: u64,
    beats: u64,
    next: [f64; 2],
}

impl Order {
    pub(crate) fn new(conditions: Conditions, seed: u64) -> Self {
        let mut order = Self { conditions, dice: Dice::new(seed), callbacks: 0, beats: 0, next: [0.0; 2] };
        // The device starts somewhere between two beats.
        let begin = order.dice.part() * 0.01;
        order.next[0] = begin;
        order
    }

    /// The next thing, and its time.
    pub(crate) fn next(&mut self) -> (Due, Duration) {
        let [callback, beat] = self.next;
        let Conditions { period, drift, callback_jitter_ms, beat_jitter_ms } = self.conditions;
        let late = self.dice.part() / 1000.0;
        if callback <= beat {
            self.callbacks += 1;
            let nominal = self.callbacks as f64 * period as f64 / (RATE_HZ * (1.0 + drift));
            self.next[0] = callback.max(nominal + late * callback_jitter_ms);
            (Due::Callback, Duration::from_secs_f64(callback))
        } else {
            self.beats += 1;
            let nominal = self.beats as f64 * BLOCK_SAMPLES as f64 / RATE_HZ;
            self.next[1] = beat.max(nominal + late * beat_jitter_ms);
            (Due::Beat, Duration::from_secs_f64(beat))
        }
    }
}
