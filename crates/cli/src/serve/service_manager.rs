//! Notifications to systemd, if it has started the server: ready, reloading, stopping, and the watchdog.

use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use sd_notify::NotifyState;

/// The extension of the stop timeout per notification, in µs: several times the interval between two notifications.
#[cfg(target_os = "linux")]
const EXTENSION_US: u32 = 10_000_000;

/// The service manager, if any.
pub(super) struct ServiceManager {
    /// The interval of its watchdog.
    watchdog: Option<Duration>,
    told_at: Instant,
    /// The iterations of each worker at the last notification.
    iterations: Vec<u64>,
}

impl ServiceManager {
    /// Reports that players can join.
    pub(super) fn ready(now: Instant) -> Self {
        tell_ready();
        Self { watchdog: watchdog(), told_at: now, iterations: Vec::new() }
    }

    /// Feeds the watchdog twice per interval, but only if every worker has run since the last time.
    pub(super) fn keep_alive(&mut self, now: Instant, iterations: Vec<u64>) {
        let Some(every) = self.watchdog else { return };
        let all_ran = iterations.iter().zip(&self.iterations).all(|(now, then)| now != then);
        if now.saturating_duration_since(self.told_at) >= every / 2 && all_ran {
            (self.told_at, self.iterations) = (now, iterations);
            tell_alive();
        }
    }

    /// Reports that the settings are being reloaded, runs `reload`, and reports that the server is ready again.
    pub(super) fn while_reloading<T>(reload: impl FnOnce() -> T) -> T {
        tell_reloading();
        let reloaded = reload();
        tell_ready();
        reloaded
    }

    /// Reports that stopping takes longer.
    pub(super) fn extend() {
        tell_extending();
    }

    /// Reports that the server is stopping.
    pub(super) fn stopping() {
        tell_stopping();
    }
}

// Errors are ignored: there may be no service manager, or it may be gone.
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
        tell(&[NotifyState::Reloading, now, NotifyState::Status("reloading the settings")]);
    }
}

#[cfg(target_os = "linux")]
fn tell_extending() {
    tell(&[NotifyState::ExtendTimeoutUsec(EXTENSION_US), NotifyState::Status("draining")]);
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
