//! New sound in the playback: bins that have become much louder than they were recently. A linear filter that has
//! learnt the room's response to the tones of a chord has not learnt it for the drum between them.

use super::linear_filter::{LINEAR_BINS, Row};
use super::render_history::{PARTITIONS, RenderHistory};

/// Blocks after which a sound begins to count as known, and the share of one more block of it.
const KNOWN_AFTER: usize = 6;
const LEARNT_PER_BLOCK: f32 = 0.1;

/// New sound is louder than this many times the known sound, as power, because one block fluctuates.
const LOUDER: f32 = 3.0;

/// Partitions of less than this share of the answer are left out.
const LEAST_SHARE: f32 = 1e-5;

/// The power of new sounds, for as long as the render history goes back.
pub(crate) struct Novelty {
    known: Row,
    new: Vec<Row>,
    newest: usize,
}

impl Novelty {
    pub(crate) fn new() -> Self {
        Self { known: [0.0; LINEAR_BINS], new: vec![[0.0; LINEAR_BINS]; PARTITIONS], newest: 0 }
    }

    /// Looks at the newest block.
    pub(crate) fn push(&mut self, played: &RenderHistory) {
        let (newest, before) = (played.newest(), played.ago(KNOWN_AFTER));
        self.newest = (self.newest + PARTITIONS - 1) % PARTITIONS;
        for (bin, new) in self.new[self.newest].iter_mut().enumerate() {
            self.known[bin] += LEARNT_PER_BLOCK * (before.power(bin) - self.known[bin]);
            *new = (newest.power(bin) - LOUDER * self.known[bin]).max(0.0);
        }
    }

    /// The power of its echo, if the room answers with these shares of the power after so many blocks.
    pub(crate) fn echo(&self, answer: &[f32; PARTITIONS]) -> Row {
        let mut echo = [0.0; LINEAR_BINS];
        for (age, share) in answer.iter().enumerate().filter(|(_, share)| **share > LEAST_SHARE) {
            for (echo, new) in echo.iter_mut().zip(&self.new[(self.newest + age) % PARTITIONS]) {
                *echo += share * new;
            }
        }
        echo
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::BLOCK_SAMPLES;
    use crate::capture::spectrum::Transform;

    #[test]
    fn a_tone_is_new_when_it_begins_and_when_it_is_ten_times_louder() {
        let (mut history, mut novelty, mut transform) =
            (RenderHistory::new(), Novelty::new(), Transform::new());
        let mut answer = [0.0; PARTITIONS];
        answer[0] = 1.0;
        let mut is_new = Vec::new();
        for block in 0..100 {
            let amplitude = if block < 50 { 0.1 } else { 0.4 };
            let place = |n: usize| (block * BLOCK_SAMPLES + n) as f32;
            history.push(&std::array::from_fn(|n| amplitude * (0.13 * place(n)).sin()), &mut transform);
            novelty.push(&history);
            is_new.push(novelty.echo(&answer).iter().sum::<f32>() > 1.0);
        }
        assert!(is_new[2..8].iter().all(|new| *new) && is_new[52..58].iter().all(|new| *new), "{is_new:?}");
        assert!(!is_new[30..50].iter().chain(&is_new[80..]).any(|new| *new), "{is_new:?}");
    }
}
