//! Times of sessions, which mean nothing to another process, as the time that is left.

use std::time::Duration;

use consonance_session::Instant;

/// The time from writing until something ends, in ms; at least one, as ended things are not written.
pub(super) fn ms_of(end: Instant) -> u64 {
    end.as_micros().div_ceil(1000)
}

/// The end that a stored time stands for, this long after it was written.
pub(super) fn end_of(ms: u64, age: Duration) -> Instant {
    Instant::START + Duration::from_millis(ms).saturating_sub(age)
}
