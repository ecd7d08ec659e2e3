//! A snapshot that one thread updates from time to time and others read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// A viewer counts as present for this long after its last request.
const ATTENTION: Duration = Duration::from_secs(3);
/// The maximum age of a snapshot without a viewer.
const INATTENTION: Duration = Duration::from_secs(1);

/// A snapshot that one thread writes and others read: with a viewer ten times a second, or as often as the writer
/// likes, and once a second otherwise. The writer never blocks.
#[derive(Debug)]
pub struct SnapshotCell<T> {
    shown: Mutex<Shown<T>>,
    born: Instant,
    /// When the last request came, in milliseconds since this was made, plus one; 0 if none did.
    asked_at: AtomicU64,
}

#[derive(Debug, Default)]
struct Shown<T> {
    snapshot: Arc<T>,
    written_at: Option<Instant>,
}

impl<T: Default> Default for SnapshotCell<T> {
    fn default() -> Self {
        Self { shown: Mutex::default(), born: Instant::now(), asked_at: AtomicU64::new(0) }
    }
}

impl<T> SnapshotCell<T> {
    /// The newest snapshot; counts as a viewer for the next few seconds.
    pub fn get(&self) -> Arc<T> {
        self.asked_at.store(self.born.elapsed().as_millis() as u64 + 1, Ordering::Relaxed);
        Arc::clone(&self.shown.lock().unwrap_or_else(PoisonError::into_inner).snapshot)
    }

    /// Whether there was a recent request.
    pub fn has_observers(&self, now: Instant) -> bool {
        let asked_at = self.asked_at.load(Ordering::Relaxed);
        let now = now.saturating_duration_since(self.born).as_millis() as u64;
        asked_at > 0 && now.saturating_sub(asked_at) <= ATTENTION.as_millis() as u64
    }

    /// Writes a new snapshot if it is time. False if a reader currently holds the lock.
    pub fn publish(&self, now: Instant, is_last: bool, fill: impl FnOnce() -> T) -> bool {
        let is_due = |shown: &Shown<T>| {
            let age = shown.written_at.map(|at| now.saturating_duration_since(at));
            is_last || self.has_observers(now) || age.is_none_or(|age| age >= INATTENTION)
        };
        // Filling takes longest, so it is done without the lock.
        match self.shown.try_lock() {
            Ok(shown) if !is_due(&shown) => return true,
            Err(TryLockError::WouldBlock) => return false,
            _ => {}
        }
        let next = Shown { snapshot: Arc::new(fill()), written_at: Some(now) };
        match self.shown.try_lock() {
            Ok(mut shown) => *shown = next,
            Err(TryLockError::Poisoned(poisoned)) => *poisoned.into_inner() = next,
            Err(TryLockError::WouldBlock) => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_once_a_second_and_always_with_a_viewer() {
        let shared = SnapshotCell::<String>::default();
        let start = shared.born;
        let publish = |after_ms, name: &str| {
            shared.publish(start + Duration::from_millis(after_ms), false, || name.to_owned());
            shared.shown.lock().unwrap().snapshot.to_string()
        };
        assert_eq!(publish(0, "first"), "first");
        assert_eq!(publish(100, "too early"), "first");
        assert_eq!(publish(1000, "a second later"), "a second later");
        // From here on there is an observer.
        shared.get();
        assert_eq!(publish(1100, "looked at"), "looked at");
        assert!(!shared.has_observers(Instant::now() + ATTENTION * 2));
    }

    #[test]
    fn the_writer_does_not_wait_for_a_reader_and_the_last_one_is_always_written() {
        let shared = SnapshotCell::<String>::default();
        let reader = shared.shown.lock().unwrap();
        assert!(!shared.publish(shared.born, true, || "unwritten".to_owned()));
        drop(reader);
        assert!(shared.publish(shared.born, false, || "one".to_owned()));
        assert!(shared.publish(shared.born, true, || "last".to_owned()));
        assert_eq!(*shared.get(), "last");
    }
}
