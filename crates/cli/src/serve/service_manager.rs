//! What systemd is told, if it has started us: ready, reloading, stopping, and that we are alive.

use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use sd_notify::NotifyState;

/// Each time that it is told, it waits so much longer, in µs: several times the interval in which it is told.
#[cfg(target_os = "linux")]
const EXTENSION_US: u32 = 10_000_000;

/// The service manager, if any.
pub(super) struct ServiceManager {
    /// How often it wants to hear of us.
    watchdog: Option<Duration>,
    told_at: Instant,
    /// Turns of each worker when it was told last.
    iterations: Vec<u64>,
}

impl ServiceManager {
    /// Tells that players can join.
    pub(super) fn ready(now: Instant) -> Self {
        tell_ready();
        Self { watchdog: watchdog(), told_at: now, iterations: Vec::new() }
    }

    /// Tells that we are alive, twice as often as it is asked for, but only if every worker has turned since.
    pub(super) fn keep_alive(&mut self, now: Instant, iterations: Vec<u64>) {
        let Some(every) = self.watchdog else { return };
        let all_ran = iterations.iter().zip(&self.iterations).all(|(now, then)| now != then);
        if now.saturating_duration_since(self.told_at) >= every / 2 && all_ran {
            (self.told_at, self.iterations) = (now, iterations);
            tell_alive();
        }
    }

    /// Tells that the settings are read, runs that, and tells that it is over.
    pub(super) fn while_reloading<T>(reload: impl FnOnce() -> T) -> T {
        tell_reloading();
        let reloaded = reload();
        tell_ready();
        reloaded
    }

    /// Tells that going takes a little longer.
    pub(super) fn extend() {
        tell_extending();
    }

    /// Tells that we are going.
    pub(super) fn stopping() {
        tell_stopping();
    }
}

// Without a service manager there is no listener, and a manager that is gone needs no answer.
#[cfg(target_os = "linux")]
fn tell(states: &[NotifyState<'_>]) {
    let _ = sd_notify::notify(states);
}

#[cfg(target_os = "linux")]
fn tell_ready() {
    tell(&[NotifyState::Ready, NotifyState::Status("serving")]);
}

#[cfg(target_os = "linux")]
fn tell_alive() {
    tell(&[NotifyState::Watchdog]);
}

#[cfg(target_os = "linux")]
fn tell_reloading() {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        tell(&[NotifyState::Reloading, now, NotifyState::Status("reading the settings again")]);
    }
}

#[cfg(target_os = "linux")]
fn tell_extending() {
    tell(&[NotifyState::ExtendTimeoutUsec(EXTENSION_US), NotifyState::Status("running empty")]);
}

#[cfg(target_os = "linux")]
fn tell_stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("saying goodbye")]);
}

#[cfg(target_os = "linux")]
fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

#[cfg(not(target_os = "linux"))]
fn tell_ready() {}

#[cfg(not(target_os = "linux"))]
fn tell_alive() {}

#[cfg(not(target_os = "linux"))]
fn tell_reloading() {}

#[cfg(not(target_os = "linux"))]
fn tell_extending() {}

#[cfg(not(target_os = "linux"))]
fn tell_stopping() {}

#[cfg(not(target_os = "linux"))]
fn watchdog() -> Option<Duration> {
    None
}
