//! How much memory a program with tests may ask for: a loop that a mutant made endless must not take all there is.

use std::process::Child;

/// Limits a program that has just been started.
#[cfg(target_os = "linux")]
pub(super) fn limit(child: &Child) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let limit = Rlimit { current: Some(BYTES_MAX), maximum: Some(BYTES_MAX) };
        // If there is already a lower limit, it cannot be raised, and serves as well.
        let _ = prlimit(Some(pid), Resource::As, limit);
    }
}

/// There is no such limit here.
#[cfg(not(target_os = "linux"))]
pub(super) fn limit(_: &Child) {}

/// Addresses, of which tests with many threads use far more than memory.
#[cfg(target_os = "linux")]
const BYTES_MAX: u64 = 6 << 30;
