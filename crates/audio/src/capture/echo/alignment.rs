//! The playback signal on the microphone's clock: the reference for the linear filter.

use super::played_line::{DELAY_END, PlayedLine};
use super::render_history::{PARTITIONS, RenderHistory};
use crate::block::BLOCK_SAMPLES;
use crate::capture::spectrum::Transform;

/// From here on the delay is shortened by a block, and the filter moved by one.
const LONG_DELAY: f64 = 2.0 * BLOCK_SAMPLES as f64;

/// The reference.
pub(crate) struct Alignment {
    line: PlayedLine,
    history: RenderHistory,
    delay: f64,
    per_block: f64,
}

impl Alignment {
    pub(crate) fn new() -> Self {
        Self { line: PlayedLine::new(), history: RenderHistory::new(), delay: 0.0, per_block: 0.0 }
    }

    /// Takes what is played in the next block, and reads the reference's next block, `later` samples later than the
    /// one before. Says by how many partitions the filter has to move its answer to later ones.
    ///
    /// A reference that would have to be earlier than what is played is read a block later instead, if the filter
    /// `has_room` for that: if its first partition can go.
    pub(crate) fn push(
        &mut self,
        render: &[f32; BLOCK_SAMPLES],
        later: f64,
        has_room: bool,
        transform: &mut Transform,
    ) -> isize {
        self.line.push(render);
        let begin = self.delay;
        self.delay += later;
        if !has_room {
            self.delay = self.delay.max(0.0);
        }
        self.per_block = self.delay - begin;
        let blocks = if self.delay < 0.0 {
            -1
        } else if self.delay >= LONG_DELAY {
            (self.delay / BLOCK_SAMPLES as f64) as isize
        } else {
            self.history.push(&self.line.read(0, begin..self.delay), transform);
            return 0;
        };
        self.move_by(blocks, transform)
    }

    /// The echo comes so many samples later from now on, or earlier: as [`push`](Self::push), for what was played.
    pub(crate) fn jump(&mut self, later: f64, transform: &mut Transform) -> isize {
        self.delay += later;
        let blocks = (self.delay / BLOCK_SAMPLES as f64).floor() as isize;
        self.move_by(blocks, transform)
    }

    fn move_by(&mut self, blocks: isize, transform: &mut Transform) -> isize {
        self.delay = (self.delay - blocks as f64 * BLOCK_SAMPLES as f64).clamp(0.0, DELAY_END);
        for age in (0..PARTITIONS).rev() {
            let end = self.delay - self.per_block * age as f64;
            self.history.push(&self.line.read(age, end - self.per_block..end), transform);
        }
        blocks
    }

    /// Spectra of the reference.
    pub(crate) fn history(&self) -> &RenderHistory {
        &self.history
    }

    /// By how many samples the reference is later than what was played.
    pub(crate) fn delay(&self) -> f64 {
        self.delay
    }
}
