//! The most recent actions, for the report of a failure.

use std::collections::VecDeque;

use crate::sim::clock::Time;

/// Actions, each with the number of its repetitions in a row.
#[derive(Debug, Default)]
pub(super) struct Diary(VecDeque<(Time, String, u32)>);

/// The number of actions kept.
const REMEMBERED: usize = 80;

impl Diary {
    pub(super) fn note(&mut self, at: Time, what: String) {
        if let Some((_, last, times)) = self.0.back_mut()
            && *last == what
        {
            *times += 1;
            return;
        }
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((at, what, 1));
    }

    pub(super) fn last_actions(&self) -> Vec<String> {
        let line = |(at, what, times): &(Time, String, u32)| match times {
            1 => format!("{at}: {what}"),
            _ => format!("{at}: {what} ({times} times)"),
        };
        self.0.iter().map(line).collect()
    }
}
