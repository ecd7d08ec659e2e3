//! The most recent actions, for the report of a failure.

use std::collections::VecDeque;
use std::time::Duration;

/// Lines with their times, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Diary(VecDeque<(Duration, String)>);

/// The number of lines kept.
const REMEMBERED: usize = 120;

impl Diary {
    pub(crate) fn note(&mut self, at: Duration, what: String) {
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((at, what));
    }

    pub(super) fn last_actions(&self) -> Vec<String> {
        self.0.iter().map(|(at, what)| format!("{:.3} s: {what}", at.as_secs_f64())).collect()
    }
}
