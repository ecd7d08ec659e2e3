//! The lines of the log about players that are not admitted: a few at a time, however many strangers try.

use std::time::{Duration, Instant};

use tracing::info;

/// Limits how many lines strangers can cause.
#[derive(Debug, Default)]
pub(super) struct RefusalLog {
    /// When the present window began, if one runs.
    since: Option<Instant>,
    written: u32,
    omitted: u64,
}

/// Lines in a window; of what else happens in it, the log has the number.
const LINES_MAX: u32 = 20;
const WINDOW: Duration = Duration::from_secs(10);

impl RefusalLog {
    /// Writes a line, unless there were too many lately.
    pub(super) fn write(&mut self, now: Instant, line: impl FnOnce()) {
        self.settle(now);
        self.since.get_or_insert(now);
        if self.written < LINES_MAX {
            self.written += 1;
            line();
        } else {
            self.omitted += 1;
        }
    }

    /// Ends a window that is over; to be called now and then.
    pub(super) fn settle(&mut self, now: Instant) {
        if self.since.is_some_and(|since| now.saturating_duration_since(since) >= WINDOW) {
            if self.omitted > 0 {
                info!(omitted = self.omitted, "more players were not admitted");
            }
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cause_only_so_many_lines_in_a_window() {
        let (mut log, start) = (RefusalLog::default(), Instant::now());
        let mut lines = 0;
        for number in 0..1000 {
            log.write(start + Duration::from_millis(number), || lines += 1);
        }
        assert_eq!((lines, log.omitted), (LINES_MAX, 980));
        log.write(start + WINDOW, || lines += 1);
        assert_eq!((lines, log.omitted), (LINES_MAX + 1, 0));
    }
}
