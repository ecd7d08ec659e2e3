//! Some threads that share out work.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::failure::Failure;

/// Does `count` pieces of work on `workers` threads; `work` is given the number of the piece and of the worker.
///
/// The results are in the order of the pieces.
///
/// # Errors
/// The first error of a piece of work; work that had not begun by then is skipped.
pub(super) fn work<T: Send>(
    count: usize,
    workers: usize,
    work: impl Fn(usize, usize) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let one = |worker| -> Result<(), Failure> {
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= count {
                return Ok(());
            }
            let result = work(piece, worker).inspect_err(|_| next.store(count, Ordering::Relaxed))?;
            if let Ok(mut done) = done.lock() {
                done.push((piece, result));
            }
        }
    };
    thread::scope(|scope| {
        let one = &one;
        let threads: Vec<_> = (0..workers.max(1)).map(|worker| scope.spawn(move || one(worker))).collect();
        let joined: Vec<_> = threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
        joined.into_iter().try_for_each(|joined| joined.unwrap_or(Err(Failure::Interrupted)))
    })?;
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(piece, _)| *piece);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_work() {
        assert_eq!(work(50, 4, |piece, _| Ok(piece * 2)).unwrap(), (0..100).step_by(2).collect::<Vec<_>>());
    }

    #[test]
    fn a_failure_ends_the_work() {
        let failed = work(5, 2, |piece, _| if piece == 3 { Err(Failure::Interrupted) } else { Ok(()) });
        assert!(matches!(failed, Err(Failure::Interrupted)));
    }
}
