//! Whether the voice threads are fast enough, for the log.

use std::time::{Duration, Instant};

use consonance_audio::NoiseLevel;

/// How long the work is measured before it is judged.
const WINDOW: Duration = Duration::from_secs(2);
/// A thread that works for this share of the time, in percent, and is late does not keep up.
const BUSY_PERCENT: u32 = 90;
/// A delay from which a thread is late.
const LATE: Duration = Duration::from_millis(100);

/// Measures the work of the voice thread.
#[derive(Debug)]
pub(super) struct Pace {
    began: Instant,
    busy: Duration,
    /// The number of beats when the measurement began.
    beats: u32,
    told: bool,
    told_of_capture: bool,
    /// The level that noise suppression is reduced to.
    noise_reduced_to: Option<NoiseLevel>,
}

/// A thread that does not keep up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooSlow {
    /// The processing time for 10 ms of sound.
    pub(super) beat: Duration,
    /// How late the thread is.
    pub(super) late: Duration,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            began: now,
            busy: Duration::ZERO,
            beats: 0,
            told: false,
            told_of_capture: false,
            noise_reduced_to: None,
        }
    }

    /// Whether to report that the capture thread has fallen behind; true only once.
    pub(super) fn tells_of_capture(&mut self) -> bool {
        !std::mem::replace(&mut self.told_of_capture, true)
    }

    /// Sets the level that noise suppression is reduced to; returns whether it has changed.
    pub(super) fn changes_noise(&mut self, reduced_to: Option<NoiseLevel>) -> bool {
        std::mem::replace(&mut self.noise_reduced_to, reduced_to) != reduced_to
    }

    /// Notes a turn from `began` to `ended`, with the number of beats since the start and the thread's delay. If the
    /// thread is too slow, returns how slow; only once.
    pub(super) fn note(
        &mut self,
        began: Instant,
        ended: Instant,
        beats: u32,
        late: Duration,
    ) -> Option<TooSlow> {
        self.busy += ended.saturating_duration_since(began);
        let window = ended.saturating_duration_since(self.began);
        if window < WINDOW {
            return None;
        }
        let done = beats.wrapping_sub(self.beats);
        let is_slow = self.busy * 100 >= window * BUSY_PERCENT && late >= LATE && done > 0;
        let beat = self.busy / done.max(1);
        (self.began, self.busy, self.beats) = (ended, Duration::ZERO, beats);
        let tells = is_slow && !self.told;
        self.told |= is_slow;
        tells.then_some(TooSlow { beat, late })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs turns of one beat with this cost, at most one every 10 ms; returns the reports.
    fn turns(cost: Duration) -> Vec<TooSlow> {
        let (start, block) = (Instant::now(), Duration::from_millis(10));
        let (mut pace, mut now, mut told) = (Pace::new(start), start, Vec::new());
        for beat in 0..2_000 {
            now = now.max(start + block * beat);
            let ended = now + cost;
            let late = ended.saturating_duration_since(start + block * (beat + 1));
            told.extend(pace.note(now, ended, beat + 1, late));
            now = ended;
        }
        told
    }

    #[test]
    fn a_thread_is_too_slow_when_its_work_takes_longer_than_the_sound_lasts_and_says_so_once() {
        assert_eq!(turns(Duration::from_millis(3)), []);
        assert_eq!(turns(Duration::from_micros(9_900)), [], "hardly, but it is on time");
        let told = turns(Duration::from_millis(15));
        assert_eq!(told.iter().map(|slow| slow.beat).collect::<Vec<_>>(), [Duration::from_millis(15)]);
        assert!(told[0].late >= LATE, "{told:?}");
    }
}
