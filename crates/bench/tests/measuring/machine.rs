//! The machine is for one test that needs all of it, or for several that share it.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A test that has failed gives it back, too.
static MACHINE: RwLock<()> = RwLock::new(());

/// For a test that depends on how busy the machine is.
pub(crate) fn whole_machine() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}

/// For a test of what is printed, whatever the figures are.
pub(crate) fn shared_machine() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}
