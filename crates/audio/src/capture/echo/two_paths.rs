//! Two filters: one in use, and a challenger that must prove itself first.
//!
//! When the room seems to have changed, a copy of the filter that is ready to adapt again runs beside it. It takes
//! over if it soon leaves less echo; otherwise it was a false alarm, and nothing has been lost.

use super::linear_filter::{LinearFilter, Row};
use super::render_history::{PARTITIONS, RenderHistory};
use crate::block::BLOCK_SAMPLES;
use crate::capture::spectrum::Transform;

/// Blocks within which the challenger has to win.
const TRIAL_BLOCKS: u32 = 60;

/// Blocks before the challenger can win: by chance it leaves less for one or two.
const EARLIEST_BLOCKS: u32 = 6;

/// How much less it has to leave, as a share of the power.
const BETTER: f32 = 0.6;

/// The result of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The room did change; the challenger has taken over.
    Changed,
    /// It did not.
    FalseAlarm,
}

/// One block with its echo taken apart.
pub(crate) struct Split {
    /// The microphone without the predicted echo.
    pub(crate) left: [f32; BLOCK_SAMPLES],
    /// The predicted echo.
    pub(crate) echo: [f32; BLOCK_SAMPLES],
}

/// The filters.
pub(crate) struct TwoPaths {
    heard: LinearFilter,
    challenger: LinearFilter,
    trial: Option<Trial>,
}

#[derive(Default)]
struct Trial {
    age: u32,
    heard_power: f32,
    challenger_power: f32,
}

impl TwoPaths {
    pub(crate) fn new() -> Self {
        Self { heard: LinearFilter::new(), challenger: LinearFilter::new(), trial: None }
    }

    /// Takes the echo out of one block and learns from it.
    pub(crate) fn cancel(
        &mut self,
        microphone: &[f32; BLOCK_SAMPLES],
        played: &RenderHistory,
        most_unsure: &Row,
        transform: &mut Transform,
    ) -> (Split, Option<Verdict>) {
        let split = cancel(&mut self.heard, microphone, played, most_unsure, transform);
        let Some(trial) = &mut self.trial else { return (split, None) };
        let challenged = cancel(&mut self.challenger, microphone, played, most_unsure, transform);
        trial.age += 1;
        trial.heard_power += 0.1 * (emphasised_power(&split.left) - trial.heard_power);
        trial.challenger_power += 0.1 * (emphasised_power(&challenged.left) - trial.challenger_power);
        if trial.age > EARLIEST_BLOCKS && trial.challenger_power < BETTER * trial.heard_power {
            self.heard.copy_from(&self.challenger);
            self.trial = None;
            return (challenged, Some(Verdict::Changed));
        }
        if trial.age < TRIAL_BLOCKS {
            return (split, None);
        }
        self.trial = None;
        (split, Some(Verdict::FalseAlarm))
    }

    /// Lets a copy of the filter, of which only as much is believed as still holds, run for a while. A trial that
    /// is under way goes on.
    pub(crate) fn challenge(&mut self, holds: &Row) {
        if self.trial.is_some() {
            return;
        }
        self.challenger.copy_from(&self.heard);
        self.challenger.doubt(holds);
        self.trial = Some(Trial::default());
    }

    /// Keeps only a part of every coefficient, 0 to 1.
    pub(crate) fn keep(&mut self, kept: f32) {
        self.heard.keep(kept);
    }

    /// Whether a challenger runs beside the filter that is heard, at every fifth block of its trial.
    pub(crate) fn is_on_trial(&self) -> bool {
        self.trial.as_ref().is_some_and(|trial| trial.age % 5 == 1)
    }

    /// Ends a trial without a winner.
    pub(crate) fn end_trial(&mut self) {
        self.trial = None;
    }

    /// Multiplies every coefficient of the filter that is heard.
    pub(crate) fn scale(&mut self, factor: f32) {
        self.heard.scale(factor);
    }

    /// Moves the answer to later partitions, or to earlier ones.
    pub(crate) fn shift(&mut self, later: isize) {
        self.heard.shift(later);
        self.challenger.shift(later);
    }

    /// Energy of the room's answer in each block after the sound.
    pub(crate) fn energies(&self) -> [f32; PARTITIONS] {
        self.heard.energies()
    }
}

fn cancel(
    filter: &mut LinearFilter,
    microphone: &[f32; BLOCK_SAMPLES],
    played: &RenderHistory,
    most_unsure: &Row,
    transform: &mut Transform,
) -> Split {
    let echo = filter.predict(played, transform);
    let mut left = *microphone;
    for (left, echo) in left.iter_mut().zip(&echo) {
        *left -= echo;
    }
    filter.learn(&left, played, most_unsure, transform);
    Split { left, echo }
}

/// Power with the treble raised, so that it says something about more than the lowest tones.
fn emphasised_power(block: &[f32; BLOCK_SAMPLES]) -> f32 {
    block.windows(2).map(|pair| (pair[1] - 0.9 * pair[0]).powi(2)).sum()
}
