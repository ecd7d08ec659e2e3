//! A lock on the machine: held by one test that needs all of it, or by several that share it.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The lock, which failed tests release, too.
static MACHINE: RwLock<()> = RwLock::new(());

/// Reserves the machine for a test that depends on its load.
pub(crate) fn whole_machine() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}

/// Shares the machine, for tests of the output format, whatever the figures.
pub(crate) fn shared_machine() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}
