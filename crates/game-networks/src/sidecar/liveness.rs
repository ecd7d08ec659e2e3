//! The times of a link's heartbeats, and the timeout of a silent link.

use std::time::{Duration, Instant};

/// The same at both ends, each with the pace that the other end requested.
#[derive(Debug)]
pub(crate) struct Liveness {
    heard: Instant,
    said: Instant,
    idle: Duration,
    /// The longest time between two frames that we send.
    pace: Duration,
    /// The longest silence to expect of the other end, and whether it has been silent for longer since its last
    /// frame.
    quiet: Option<Duration>,
    is_quiet: bool,
}

/// The number of heartbeats within the idle timeout, unless another pace is requested.
const SAYINGS_PER_IDLE: u32 = 4;

impl Liveness {
    pub(crate) fn new(now: Instant, idle: Duration) -> Self {
        let pace = idle / SAYINGS_PER_IDLE;
        Self { heard: now, said: now, idle, pace, quiet: None, is_quiet: false }
    }

    pub(crate) fn set_idle(&mut self, idle: Duration) {
        self.idle = idle;
        self.pace = idle / SAYINGS_PER_IDLE;
    }

    /// Sets the pace that the other end requests; it only ever shortens the interval.
    pub(crate) fn set_pace(&mut self, pace: Duration) {
        self.pace = self.pace.min(pace.max(PACE_MIN));
    }

    /// The other end promises never to be silent for longer than this while it is present.
    pub(crate) fn expect_within(&mut self, quiet: Duration) {
        self.quiet = Some(quiet);
    }

    pub(crate) fn pace(&self) -> Duration {
        self.pace
    }

    /// True if the other end was quiet before.
    pub(crate) fn note_heard(&mut self, now: Instant) -> bool {
        self.heard = self.heard.max(now);
        std::mem::take(&mut self.is_quiet)
    }

    pub(crate) fn note_said(&mut self, now: Instant) {
        self.said = self.said.max(now);
    }

    pub(crate) fn is_lost(&self, now: Instant) -> bool {
        now >= self.heard + self.idle
    }

    /// True once, when the other end has been silent for longer than it ever is.
    pub(crate) fn falls_quiet(&mut self, now: Instant) -> bool {
        let is_late = self.quiet.is_some_and(|quiet| now >= self.heard + quiet);
        is_late && !std::mem::replace(&mut self.is_quiet, true)
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    pub(crate) fn should_say(&self, now: Instant) -> bool {
        now >= self.said + self.pace
    }

    pub(crate) fn next(&self) -> Instant {
        let quiet = self.quiet.filter(|_| !self.is_quiet).unwrap_or(self.idle);
        (self.heard + self.idle.min(quiet)).min(self.said + self.pace)
    }
}

/// The shortest interval, whatever the other end requests.
const PACE_MIN: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_secs(10);

    fn after(start: Instant, milliseconds: u64) -> Instant {
        start + Duration::from_millis(milliseconds)
    }

    #[test]
    fn an_end_that_tells_no_pace_is_missed_only_when_it_is_lost() {
        let start = Instant::now();
        let mut liveness = Liveness::new(start, IDLE);
        assert!(!liveness.falls_quiet(after(start, 9_999)));
        assert!(!liveness.is_lost(after(start, 9_999)) && liveness.is_lost(after(start, 10_000)));
    }

    #[test]
    fn a_silence_is_told_once_and_ends_with_the_next_sign_of_life() {
        let start = Instant::now();
        let mut liveness = Liveness::new(start, IDLE);
        liveness.expect_within(Duration::from_millis(750));
        assert_eq!(liveness.next(), after(start, 750));
        assert!(!liveness.falls_quiet(after(start, 749)));
        assert!(liveness.falls_quiet(after(start, 750)) && liveness.is_quiet());
        assert!(!liveness.falls_quiet(after(start, 751)));
        assert!(liveness.note_heard(after(start, 3_000)) && !liveness.is_quiet());
        assert!(!liveness.note_heard(after(start, 3_001)), "it was not quiet any more");
        assert!(liveness.falls_quiet(after(start, 3_751)));
    }

    #[test]
    fn a_requested_pace_is_kept_within_bounds() {
        let mut liveness = Liveness::new(Instant::now(), IDLE);
        assert_eq!(liveness.pace(), Duration::from_millis(2_500));
        liveness.set_pace(Duration::from_mins(1));
        assert_eq!(liveness.pace(), Duration::from_millis(2_500));
        liveness.set_pace(Duration::from_millis(250));
        assert_eq!(liveness.pace(), Duration::from_millis(250));
        liveness.set_pace(Duration::ZERO);
        assert_eq!(liveness.pace(), PACE_MIN);
    }
}
