//! A wall between speaker and listener: attenuation, most of all of high tones.

use super::one_pole::OnePole;
use crate::block::BLOCK_SAMPLES;
use crate::ramp::Smoothed;

/// The corner frequency of a wall's low-pass: vowels can be told apart, consonants hardly.
const CORNER_HZ: f32 = 700.0;

/// The amplitude that passes through a wall, −9 dB, before the low-pass.
const THROUGH_WALL: f32 = 0.355;

/// Mixes the sound in the open with the sound through a wall.
#[derive(Debug)]
pub(super) struct Occlusion {
    amount: Smoothed,
    /// Two in a row, 12 dB per octave.
    wall: [OnePole; 2],
}

impl Occlusion {
    pub(super) fn new() -> Self {
        Self { amount: Smoothed::default(), wall: [OnePole::new(CORNER_HZ); 2] }
    }

    /// Starts with this amount, without earlier sound.
    pub(super) fn reset(&mut self, amount: f32) {
        self.amount.jump(amount);
        self.wall.iter_mut().for_each(OnePole::clear);
    }

    /// `amount` is 0 in the open and 1 behind a wall.
    pub(super) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], amount: f32) {
        if self.amount.rests_at_zero(amount) {
            self.wall.iter_mut().for_each(OnePole::clear);
            return;
        }
        let amount = self.amount.ramp_to(amount);
        let [first, second] = &mut self.wall;
        for (i, sample) in block.iter_mut().enumerate() {
            let through = THROUGH_WALL * second.low(first.low(*sample));
            *sample += amount.at(i) * (through - *sample);
        }
        self.wall.iter_mut().for_each(OnePole::settle);
    }
}
