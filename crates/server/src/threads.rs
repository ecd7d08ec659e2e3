//! Threads of the server: each has a name, and one that cannot be started is an error that says so.

use std::io;
use std::thread::{Builder, JoinHandle};

/// A thread could not be started: the process has reached its limit, or the machine is out of memory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot start the thread {name}: {what}; allow this server more tasks or memory, or stop other programs"
)]
pub struct ThreadSpawnError {
    name: String,
    what: String,
}

impl ThreadSpawnError {
    fn new(name: &str, error: &io::Error) -> Self {
        Self { name: name.to_owned(), what: error.to_string() }
    }
}

/// Starts a thread of this name.
pub(crate) fn start(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, ThreadSpawnError> {
    #[cfg(test)]
    if let Some(error) = tests::refusal() {
        return Err(ThreadSpawnError::new(name, &error));
    }
    Builder::new().name(name.to_owned()).spawn(run).map_err(|error| ThreadSpawnError::new(name, &error))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;
    use std::io;

    thread_local! {
        /// The number of threads that this thread may still start; `None` for no limit.
        static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// Runs `act`, which can start at most this many threads.
    pub(crate) fn with_threads<R>(threads: usize, act: impl FnOnce() -> R) -> R {
        LEFT.set(Some(threads));
        let result = act();
        LEFT.set(None);
        result
    }

    pub(super) fn refusal() -> Option<io::Error> {
        let left = LEFT.get()?;
        LEFT.set(Some(left.saturating_sub(1)));
        (left == 0).then(|| io::Error::from(io::ErrorKind::WouldBlock))
    }
}
