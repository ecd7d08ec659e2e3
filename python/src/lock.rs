//! Locks of which no holder panics half-way.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a thread that panicked has left is as good as before.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
