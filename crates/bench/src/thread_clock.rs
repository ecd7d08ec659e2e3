//! The processor time of this thread.

use std::time::Duration;

/// Whether the clock stands still while the thread does not run.
pub(crate) const COUNTS_CPU_TIME: bool = cfg!(any(target_os = "linux", target_os = "macos"));

/// The thread's processor time; only differences are meaningful.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(crate) fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    // Neither is ever negative on this clock.
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The thread's processor time; only differences are meaningful.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(crate) fn now() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
