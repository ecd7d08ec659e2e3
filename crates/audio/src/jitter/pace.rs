//! Limits on the speed at which the target delay changes: each change of the delay is audible.

/// A queue spike, a late heap of arrivals before which nothing came for as long as it is late, raises the target by no
/// more than 20 ms: one is not the network's habit.
const RISE_SAMPLES: u64 = 960;

/// The same while little is known, 80 ms: a network with a spike in its first second will have more of them.
const FIRST_RISE_SAMPLES: u64 = 3_840;

/// The target falls by no more than a hundredth of the elapsed time, 10 ms per second, and by a quarter of that if the
/// last late heap was a spike.
const FALL_SHARE: u64 = 100;
const FALL_SHARE_AFTER_SPIKE: u64 = 400;

/// A target that follows what is wanted step by step. All delays are samples from one origin.
#[derive(Debug)]
pub(super) struct Pace {
    delay: u64,
    least: u64,
    most: u64,
    frame_samples: u64,
    has_spikes: bool,
}

impl Pace {
    /// For frames of so many samples.
    pub(super) fn new(frame_samples: usize) -> Self {
        Self { delay: 0, least: 0, most: 0, frame_samples: frame_samples as u64, has_spikes: false }
    }

    /// A heap of arrivals begins, its first one with this delay.
    pub(super) fn begin_heap(&mut self, first: u64, is_spike: bool, is_new: bool) {
        self.most = self.delay;
        if first > self.delay {
            self.has_spikes = is_spike;
            self.most = if is_spike {
                first.min(self.delay + if is_new { FIRST_RISE_SAMPLES } else { RISE_SAMPLES })
            } else {
                u64::MAX
            };
        }
        let share = if self.has_spikes { FALL_SHARE_AFTER_SPIKE } else { FALL_SHARE };
        self.least = self.delay.saturating_sub(self.frame_samples / share);
    }

    /// Whether the last late heap was a spike.
    pub(super) fn has_spikes(&self) -> bool {
        self.has_spikes
    }

    /// The delay nearest to what is wanted that the current heap allows.
    pub(super) fn towards(&mut self, wanted: u64) -> u64 {
        self.delay = wanted.clamp(self.least, self.most);
        self.delay
    }

    /// The network is known: what is more than wanted is forgotten, unless there were spikes.
    pub(super) fn settle(&mut self, wanted: u64) {
        if !self.has_spikes && wanted < self.delay {
            self.jump(wanted);
        }
    }

    /// Goes to this delay at once.
    pub(super) fn jump(&mut self, delay: u64) {
        (self.delay, self.least, self.most) = (delay, delay, delay);
    }

    /// The origin has moved by so many samples to later times.
    pub(super) fn move_origin(&mut self, samples: i64) {
        for delay in [&mut self.delay, &mut self.least, &mut self.most] {
            *delay = delay.saturating_add_signed(-samples);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_raises_it_at_once() {
        let mut pace = Pace::new(960);
        pace.begin_heap(2_000, false, false);
        assert_eq!(pace.towards(4_000), 4_000);
    }

    #[test]
    fn a_spike_raises_the_target_once() {
        let mut pace = Pace::new(960);
        pace.jump(1_000);
        pace.begin_heap(9_600, true, false);
        assert_eq!([pace.towards(9_600), pace.towards(9_600)], [1_960, 1_960]);
        pace.begin_heap(9_600, true, false);
        assert_eq!(pace.towards(9_600), 2_920);
    }

    #[test]
    fn a_heap_in_time_raises_nothing() {
        let mut pace = Pace::new(960);
        pace.jump(1_000);
        pace.begin_heap(900, true, false);
        assert_eq!(pace.towards(9_600), 1_000);
    }

    #[test]
    fn it_falls_by_10_ms_in_a_second() {
        let mut pace = Pace::new(960);
        pace.jump(4_800);
        for _ in 0..50 {
            pace.begin_heap(0, false, false);
            pace.towards(0);
        }
        assert_eq!(pace.towards(0), 4_800 - 450);
    }

    #[test]
    fn the_origin_moves_with_everything_known() {
        let mut pace = Pace::new(960);
        pace.jump(1_000);
        pace.begin_heap(9_600, true, false);
        pace.move_origin(-500);
        assert_eq!(pace.towards(9_600), 2_460);
        pace.move_origin(i64::MAX);
        assert_eq!(pace.towards(9_600), 0);
    }
}
