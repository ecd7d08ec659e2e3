//! Which core a thread runs on.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The calling thread stays on the last of the cores that it may use; its number.
pub(crate) fn stay_on_one() -> io::Result<usize> {
    let allowed = sched_getaffinity(None)?;
    let core = (0..CpuSet::MAX_CPU).rev().find(|core| allowed.is_set(*core)).unwrap_or(0);
    stay_on(core)?;
    Ok(core)
}

/// The calling thread stays on this core, also where its process was told not to.
pub(crate) fn stay_on(core: usize) -> io::Result<()> {
    let mut one = CpuSet::new();
    one.set(core);
    Ok(sched_setaffinity(None, &one)?)
}

/// The calling thread runs anywhere but on this core, also where its process was told not to.
///
/// # Errors
///
/// If there is no other.
pub(crate) fn keep_off(core: usize) -> io::Result<()> {
    let mut others = CpuSet::new();
    for other in (0..CpuSet::MAX_CPU).filter(|other| *other != core) {
        others.set(other);
    }
    Ok(sched_setaffinity(None, &others)?)
}
