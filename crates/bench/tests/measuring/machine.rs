//! One at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The machine, for as long as this is held. A test that has failed gives it back, too.
pub(crate) fn whole_machine() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::new(());
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}
