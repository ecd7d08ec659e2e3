//! Times of sessions, which mean nothing to another process, as the time that is left.

use std::time::Duration;

use consonance_session::Instant;

/// How long after the writing something ends, in ms; at least one, as what has ended is not written.
pub(super) fn ms_of(end: Instant) -> u64 {
    end.as_micros().div_ceil(1000)
}

/// When that is, so long after the writing.
pub(super) fn end_of(ms: u64, age: Duration) -> Instant {
    Instant::START + Duration::from_millis(ms).saturating_sub(age)
}
