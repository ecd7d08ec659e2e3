//! Which worker serves which session.
//!
//! It is asked when somebody arrives and never for a packet, so its lock is on no voice's way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::gauges::Gauges;

/// Shared by all workers of a process and by the listeners that place clients.
#[derive(Debug)]
pub(crate) struct Directory {
    state: Mutex<State>,
    /// One for each worker.
    gauges: Box<[Arc<Gauges>]>,
}

#[derive(Debug, Default)]
struct State {
    /// The worker of each session.
    worker_of: BTreeMap<Box<str>, usize>,
    /// How many sessions each worker has.
    sessions: Vec<usize>,
}

/// Loads that differ by less than this, in thousandths, are equal: the number of sessions decides then, so that many
/// sessions that start at once do not all go where it was quietest a moment ago.
const LOAD_STEP_PERMILLE: u32 = 50;

impl Directory {
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            state: Mutex::new(State { worker_of: BTreeMap::new(), sessions: vec![0; workers] }),
            gauges: (0..workers).map(|_| Arc::default()).collect(),
        }
    }

    /// Which worker takes a client that names this session; for one that nobody serves, the worker that refuses it.
    pub(crate) fn place(&self, session: &str) -> usize {
        let state = self.lock();
        let only =
            || (session.is_empty() && state.worker_of.len() == 1).then(|| state.worker_of.values().next());
        let known = state.worker_of.get(session).or_else(|| only().flatten()).copied();
        known.unwrap_or_else(|| self.least_loaded(&state))
    }

    /// The worker that serves this session, if one does.
    pub(crate) fn worker_of(&self, session: &str) -> Option<usize> {
        self.lock().worker_of.get(session).copied()
    }

    /// Gives a session to a worker and says to which.
    pub(crate) fn add(&self, session: &str) -> usize {
        let mut state = self.lock();
        let worker = self.least_loaded(&state);
        state.worker_of.insert(session.into(), worker);
        state.sessions[worker] += 1;
        worker
    }

    /// Every session, by name.
    pub(crate) fn sessions(&self) -> Vec<String> {
        self.lock().worker_of.keys().map(ToString::to_string).collect()
    }

    pub(crate) fn gauges(&self) -> &[Arc<Gauges>] {
        &self.gauges
    }

    fn least_loaded(&self, state: &State) -> usize {
        let load = |worker: &usize| {
            let busy = self.gauges[*worker].busy_permille() / LOAD_STEP_PERMILLE;
            (busy, state.sessions[*worker])
        };
        (0..self.gauges.len()).min_by_key(load).unwrap_or(0)
    }

    /// Each change is one insertion or one number, so poison means nothing.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_that_come_while_all_is_quiet_are_spread_evenly() {
        let directory = Directory::new(3);
        let workers: Vec<_> = ["a", "b", "c", "d"].map(|session| directory.add(session)).into();
        assert_eq!(workers, [0, 1, 2, 0]);
        assert_eq!(["d", "b"].map(|session| directory.place(session)), [0, 1]);
    }

    #[test]
    fn a_new_session_goes_to_the_worker_with_the_least_load_however_many_sessions_it_has() {
        let directory = Directory::new(2);
        directory.add("a");
        directory.add("b");
        directory.add("c");
        directory.gauges[1].set_busy(0.5);
        assert_eq!(directory.add("d"), 0);
        directory.gauges[0].set_busy(0.49);
        assert_eq!(directory.add("e"), 0, "a little more load counts");
        directory.gauges[0].set_busy(0.5);
        assert_eq!(directory.add("f"), 1, "at equal load, the number of sessions counts");
    }

    #[test]
    fn a_client_that_names_no_session_means_the_only_one() {
        let directory = Directory::new(2);
        directory.gauges[0].set_busy(0.9);
        directory.add("main");
        directory.gauges[0].set_busy(0.0);
        assert_eq!((directory.place(""), directory.place("main")), (1, 1));
    }
}
