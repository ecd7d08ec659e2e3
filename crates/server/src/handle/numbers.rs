//! The counters of the workers, available even while one of them is too busy to answer.

use std::sync::PoisonError;

use super::ServerHandle;
use crate::session_loop::LoopNumbers;

/// The counters of one worker.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WorkerNumbers {
    /// Its last answer; empty before the first one.
    pub numbers: LoopNumbers,
    /// Whether it answered this query. If not, it was busy or gone, and the numbers are those of an earlier query.
    pub is_current: bool,
}

impl ServerHandle {
    /// The counters of each worker, in the order of the workers; waits at most two seconds. A worker that does not
    /// answer in time is listed with its last numbers: without them, sums of counters would fall and seem to start
    /// again.
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
