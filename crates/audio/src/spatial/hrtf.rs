//! Placement of a voice for headphones, by measurements at the ears of a head: the far ear hears later and duller,
//! and the outer ear tells front from back and above from below.
//!
//! The head is KEMAR, measured by Gardner and Martin, "HRTF Measurements of a KEMAR Dummy-Head Microphone" (MIT Media
//! Lab, 1994). Each direction has a response of minimum phase and a delay for each ear, between which [`Head`]
//! interpolates; what is made of them is one short filter per ear (`filter.rs`), and a voice that moves fades from one
//! to the next. They are equalised by the mean of what is looked at, within 45° from the front, so that voices keep
//! their colour there.

mod ear;
mod filter;
mod head;

use ear::Ear;
use filter::{LOOK_BACK_SAMPLES, Line};
pub(super) use head::Head;
use head::Response;

use super::pose::Direction;
use crate::block::{BLOCK_SAMPLES, StereoBlock};
use crate::ramp::Smoothed;

/// One speaker's way to both ears.
#[derive(Debug)]
pub(super) struct Hrtf {
    gain: Smoothed,
    /// Nothing is left in the line.
    is_silent: bool,
    /// None as long as nothing is to be heard.
    head: Option<&'static Head>,
    /// The direction of the voice at the end of the last block.
    direction: Direction,
    left: Ear,
    right: Ear,
    line: Line,
}

impl Hrtf {
    pub(super) fn new(head: Option<&'static Head>) -> Self {
        Self {
            head,
            gain: Smoothed::default(),
            is_silent: true,
            direction: Direction::default(),
            left: Ear::new(Response::MIDDLE),
            right: Ear::new(Response::MIDDLE),
            line: [0.0; LOOK_BACK_SAMPLES + BLOCK_SAMPLES],
        }
    }

    /// Without one, what is heard fades out at the ears of the one before.
    pub(super) fn set_head(&mut self, head: Option<&'static Head>) {
        if self.head.is_none() && head.is_some() {
            self.head = head;
            [self.left, self.right] = self.responses(self.direction).map(Ear::new);
        }
    }

    /// Starts from this place with nothing heard before.
    pub(super) fn reset(&mut self, gain: f32, direction: Direction) {
        self.gain.jump(gain);
        self.is_silent = true;
        self.line.fill(0.0);
        self.jump(direction);
    }

    /// Adds the block to both ears.
    pub(super) fn render(
        &mut self,
        block: &[f32; BLOCK_SAMPLES],
        gain: f32,
        direction: Direction,
        ears: &mut StereoBlock,
    ) {
        let falls_silent = self.gain.rests_at_zero(gain);
        if self.is_silent {
            if falls_silent {
                return;
            }
            // After silence there is no position to move smoothly from.
            self.jump(direction);
        }
        self.is_silent = falls_silent;
        self.line.copy_within(BLOCK_SAMPLES.., 0);
        let gain = self.gain.ramp_to(gain);
        for (i, (sample, input)) in self.line[LOOK_BACK_SAMPLES..].iter_mut().zip(block).enumerate() {
            *sample = input * gain.at(i);
        }
        if direction == self.direction {
            self.left.stay(&self.line, &mut ears.left);
            self.right.stay(&self.line, &mut ears.right);
            return;
        }
        self.direction = direction;
        let [left, right] = self.responses(direction);
        self.left.turn(&self.line, left, &mut ears.left);
        self.right.turn(&self.line, right, &mut ears.right);
    }

    fn jump(&mut self, direction: Direction) {
        if direction != self.direction {
            self.direction = direction;
            [self.left, self.right] = self.responses(direction).map(Ear::new);
        }
    }

    fn responses(&self, direction: Direction) -> [Response; 2] {
        self.head.map_or_else(|| [const { Response::MIDDLE }; 2], |head| head.responses(direction))
    }
}
