//! One clock, three units: the operating system's time, the session's microseconds, the playback's samples.

use std::time::{Duration, Instant};

use consonance_audio::{BLOCK_SAMPLES, SamplePosition, duration_of};
use consonance_session::Instant as SessionInstant;

/// The duration of a block of sound.
pub(crate) const BLOCK: Duration = duration_of(BLOCK_SAMPLES as u64);

/// Time since the voice thread started, and the beat of 10 ms since it first joined.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    playing_since: Option<Instant>,
    blocks: u32,
}

impl Clock {
    pub(crate) fn new(now: Instant) -> Self {
        Self { started: now, playing_since: None, blocks: 0 }
    }

    /// Starts the beat, unless it has started.
    pub(crate) fn start_playing(&mut self, now: Instant) {
        self.playing_since.get_or_insert(now);
    }

    /// The time of the next beat, if it is due; advances to the beat after it.
    pub(crate) fn next_beat(&mut self, now: Instant) -> Option<Instant> {
        let due = self.next_beat_at()?;
        if due > now {
            return None;
        }
        self.blocks += 1;
        Some(due)
    }

    /// Skips the beats of a gap that is longer than this, so that playback continues at the current time.
    pub(crate) fn leave_out(&mut self, longer_than: Duration, now: Instant) {
        let late = self.next_beat_at().map(|at| now.saturating_duration_since(at));
        if let (Some(since), Some(late)) = (&mut self.playing_since, late)
            && late > longer_than
        {
            *since += late;
        }
    }

    /// Beats so far; the count wraps around.
    pub(crate) fn beats(&self) -> u32 {
        self.blocks
    }

    pub(crate) fn next_beat_at(&self) -> Option<Instant> {
        Some(self.playing_since? + BLOCK * self.blocks)
    }

    pub(crate) fn session(&self, now: Instant) -> SessionInstant {
        SessionInstant::START + now.saturating_duration_since(self.started)
    }

    pub(crate) fn to_instant(&self, at: SessionInstant) -> Instant {
        self.started + Duration::from_micros(at.as_micros())
    }

    /// The sample that is being played now.
    pub(crate) fn position(&self, now: Instant) -> SamplePosition {
        let playing = self.playing_since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        SamplePosition::from_micros(playing.as_micros() as u64)
    }

    /// When a sample is played; `None` before the first beat.
    pub(crate) fn time_of(&self, position: SamplePosition) -> Option<Instant> {
        Some(self.playing_since? + Duration::from_micros(position.as_micros()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beat_comes_every_10_ms_and_catches_up() {
        let start = Instant::now();
        let mut clock = Clock::new(start);
        assert_eq!(clock.next_beat(start), None);
        clock.start_playing(start);
        let late = start + Duration::from_millis(25);
        let beats: Vec<_> = std::iter::from_fn(|| clock.next_beat(late)).collect();
        assert_eq!(beats, [start, start + BLOCK, start + BLOCK * 2]);
        assert_eq!(clock.next_beat_at(), Some(start + BLOCK * 3));
        assert_eq!(clock.position(late), SamplePosition(1200));
        assert_eq!(clock.time_of(SamplePosition(1200)), Some(late));
    }

    #[test]
    fn a_long_gap_is_left_out_and_a_short_one_is_not() {
        let start = Instant::now();
        let mut clock = Clock::new(start);
        clock.start_playing(start);
        assert_eq!(clock.next_beat(start), Some(start));
        let minute = Duration::from_mins(1);
        clock.leave_out(minute, start + minute);
        assert_eq!(clock.next_beat_at(), Some(start + BLOCK));
        let morning = start + Duration::from_hours(8);
        clock.leave_out(minute, morning);
        assert_eq!(clock.next_beat_at(), Some(morning));
        assert_eq!(clock.position(morning), SamplePosition(BLOCK_SAMPLES as u64));
        assert_eq!(clock.time_of(SamplePosition(BLOCK_SAMPLES as u64)), Some(morning));
    }
}
