//! When a link has to say something, and when it has been silent for too long.

use std::time::{Duration, Instant};

/// Both ends do the same, each at the pace that the other one has asked it for.
#[derive(Debug)]
pub(crate) struct Liveness {
    heard: Instant,
    said: Instant,
    idle: Duration,
    /// How often to say something at the least.
    pace: Duration,
    /// How long the other end is never silent, and whether it was for that long since it was last heard.
    quiet: Option<Duration>,
    is_quiet: bool,
}

/// So often something is said within the time after which silence counts as the end, unless another pace is asked for.
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

    /// What the other end asks for; never less often than it would be without.
    pub(crate) fn set_pace(&mut self, pace: Duration) {
        self.pace = self.pace.min(pace.max(PACE_MIN));
    }

    /// The other end will not be silent for so long while it is there.
    pub(crate) fn expect_within(&mut self, quiet: Duration) {
        self.quiet = Some(quiet);
    }

    pub(crate) fn pace(&self) -> Duration {
        self.pace
    }

    /// True if it was quiet before.
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

/// Whatever the other end asks for, not more often than this.
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
