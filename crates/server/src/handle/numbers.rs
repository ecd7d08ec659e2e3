//! What the workers have counted, also while one of them is too busy to say it.

use std::sync::PoisonError;

use super::ServerHandle;
use crate::session_loop::LoopNumbers;

/// What one worker has counted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WorkerNumbers {
    /// Its last answer; empty before the first one.
    pub numbers: LoopNumbers,
    /// Whether it answered this query. If not, it was busy or gone, and the numbers are those of an earlier query.
    pub is_current: bool,
}

impl ServerHandle {
    /// What each worker has counted, in the order of the workers; waits at most two seconds. A worker that does not
    /// answer in time has its last numbers: without them, sums of counters would fall and seem to start again.
    pub fn numbers(&self) -> Vec<WorkerNumbers> {
        let answers = self.ask_all(|session_loop, now| session_loop.numbers(now));
        let mut known = self.shared.last_numbers.lock().unwrap_or_else(PoisonError::into_inner);
        known.resize_with(answers.len(), LoopNumbers::default);
        let merged = answers.into_iter().zip(known.iter_mut()).map(|(answer, last)| {
            let is_current = answer.is_ok();
            if let Ok(numbers) = answer {
                *last = numbers;
            }
            WorkerNumbers { numbers: last.clone(), is_current }
        });
        merged.collect()
    }
}
