//! The cores that a thread may run on.

#[cfg(target_os = "linux")]
pub(super) use linux::{allowed_cores, stay_on};

/// No cores are known on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn allowed_cores() -> Vec<usize> {
    Vec::new()
}

/// There is no way to.
#[cfg(not(target_os = "linux"))]
pub(super) fn stay_on(_: usize) {}

#[cfg(target_os = "linux")]
mod linux {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    use tracing::warn;

    /// The cores that the calling thread may use, in their order.
    pub(in super::super) fn allowed_cores() -> Vec<usize> {
        let Ok(allowed) = sched_getaffinity(None) else { return Vec::new() };
        (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).collect()
    }

    /// Keeps the calling thread on this core, if the system lets it.
    pub(in super::super) fn stay_on(core: usize) {
        let mut one = CpuSet::new();
        one.set(core);
        if let Err(error) = sched_setaffinity(None, &one) {
            warn!(core, %error, "could not pin a worker to its core");
        }
    }
}
