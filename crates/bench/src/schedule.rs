//! The schedule of all speakers' frames.

use std::time::{Duration, Instant};

/// The frames of several speakers at one rate, with evenly spaced phases.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    start: Instant,
    /// The interval from one frame to the next, over all speakers.
    interval: Duration,
    speakers: usize,
    /// The number of frames that were returned, or skipped because they would have been too late.
    frames: u64,
}

/// A frame that is to be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) speaker: usize,
    /// How late it is.
    pub(super) late: Duration,
}

/// A speaker that is later than this has lost the frame: a real one would not send it any more.
const TOO_LATE: Duration = Duration::from_millis(100);

impl Schedule {
    /// A schedule with `rate` frames per second for each speaker. There is at least one speaker.
    pub(super) fn new(start: Instant, speakers: usize, rate: f64) -> Self {
        let interval = Duration::from_secs_f64(1.0 / (rate * speakers as f64));
        Self { start, interval, speakers, frames: 0 }
    }

    /// The next frame whose time has come.
    pub(super) fn next_due(&mut self, now: Instant) -> Option<Due> {
        loop {
            let late = now.checked_duration_since(self.next_at())?;
            let speaker = (self.frames % self.speakers as u64) as usize;
            self.frames += 1;
            if late <= TOO_LATE {
                return Some(Due { speaker, late });
            }
        }
    }

    /// The time at which the next frame is due.
    pub(super) fn next_at(&self) -> Instant {
        self.start + Duration::from_nanos((self.interval.as_nanos() as u64).saturating_mul(self.frames))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speakers_take_turns_and_each_keeps_its_rate() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 4, 50.0);
        let mut frames = vec![Vec::new(); 4];
        for micros in (0..100_000).step_by(500) {
            while let Some(due) = schedule.next_due(start + Duration::from_micros(micros)) {
                assert_eq!(due.late, Duration::ZERO);
                frames[due.speaker].push(micros);
            }
        }
        for (speaker, times) in frames.iter().enumerate() {
            let expected: Vec<_> = (0..5).map(|frame| speaker as u64 * 5000 + frame * 20_000).collect();
            assert_eq!(*times, expected);
        }
    }

    #[test]
    fn a_late_driver_gets_what_it_missed_and_learns_how_late_it_is() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 1, 100.0);
        let now = start + Duration::from_millis(25);
        let late: Vec<_> =
            std::iter::from_fn(|| schedule.next_due(now)).map(|due| due.late.as_millis()).collect();
        assert_eq!(late, [25, 15, 5]);
        assert_eq!(schedule.next_at(), start + Duration::from_millis(30));
    }

    #[test]
    fn what_is_too_late_is_skipped() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 1, 100.0);
        let due = schedule.next_due(start + Duration::from_millis(205)).unwrap();
        assert_eq!(due.late, Duration::from_millis(95));
        assert_eq!(schedule.next_at(), start + Duration::from_millis(120));
    }
}
