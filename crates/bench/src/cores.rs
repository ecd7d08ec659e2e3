//! Pinning of threads to cores.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Pins the calling thread to the last of the cores that it may use; returns the core's number.
pub(crate) fn stay_on_one() -> io::Result<usize> {
    stay_on_last(1).map(|cores| cores[0])
}

/// Pins the calling thread to this many of the cores that it may use, from the last one on, and to at least one;
/// returns their numbers.
pub(crate) fn stay_on_last(count: usize) -> io::Result<Vec<usize>> {
    let allowed = sched_getaffinity(None)?;
    let mut cores: Vec<usize> = (0..CpuSet::MAX_CPU).rev().filter(|core| allowed.is_set(*core)).collect();
    cores.truncate(count.max(1));
    let mut last = CpuSet::new();
    for core in &cores {
        last.set(*core);
    }
    sched_setaffinity(None, &last)?;
    Ok(cores)
}

/// Pins the calling thread to this core, even if the process's affinity mask excludes it.
pub(crate) fn stay_on(core: usize) -> io::Result<()> {
    let mut one = CpuSet::new();
    one.set(core);
    Ok(sched_setaffinity(None, &one)?)
}

/// Lets the calling thread run anywhere, even if the process's affinity mask excludes it.
pub(crate) fn stay_anywhere() -> io::Result<()> {
    let mut all = CpuSet::new();
    (0..CpuSet::MAX_CPU).for_each(|core| all.set(core));
    Ok(sched_setaffinity(None, &all)?)
}

/// Lets the calling thread run anywhere but on this core, even if the process's affinity mask excludes it.
///
/// # Errors
///
/// If there is no other.
pub(crate) fn keep_off(core: usize) -> io::Result<()> {
    keep_off_all(&[core])
}

/// The same for several cores.
///
/// # Errors
///
/// If there is no other.
pub(crate) fn keep_off_all(cores: &[usize]) -> io::Result<()> {
    let mut others = CpuSet::new();
    for other in (0..CpuSet::MAX_CPU).filter(|other| !cores.contains(other)) {
        others.set(other);
    }
    Ok(sched_setaffinity(None, &others)?)
}
