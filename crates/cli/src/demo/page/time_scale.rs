//! Seconds as pixels, the same for every lane of a figure.

/// A time axis from zero to the end of the demonstration.
pub(super) struct TimeScale {
    seconds: f64,
    left: f64,
    px_per_second: f64,
}

impl TimeScale {
    /// An axis whose zero is at `left` and whose end is `width` further right.
    pub(super) fn new(seconds: f64, left: f64, width: f64) -> Self {
        // A report without a length still gets an axis.
        let seconds = if seconds.is_finite() { seconds.max(1.0) } else { 1.0 };
        Self { seconds, left, px_per_second: width / seconds }
    }

    pub(super) fn px_per_second(&self) -> f64 {
        self.px_per_second
    }

    pub(super) fn end(&self) -> f64 {
        self.x(self.seconds)
    }

    pub(super) fn x(&self, time: f64) -> f64 {
        self.left + time.clamp(0.0, self.seconds) * self.px_per_second
    }

    pub(super) fn time(&self, x: f64) -> f64 {
        (x - self.left) / self.px_per_second
    }

    /// Round times that are at least `gap` pixels apart, with their words.
    pub(super) fn ticks(&self, gap: f64) -> Vec<(f64, String)> {
        let step = round_step(gap / self.px_per_second);
        let last = (self.seconds / step + 1e-9).floor() as u32;
        (0..=last)
            .map(|index| f64::from(index) * step)
            .map(|time| (time, format!("{}\u{202F}s", super::words::decimal(time))))
            .collect()
    }
}

/// The smallest of 1, 2, 5, 10, 20, 50 … (and their tenths) that is not below `least`.
pub(super) fn round_step(least: f64) -> f64 {
    let magnitude = 10_f64.powf(least.max(0.1).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * magnitude);
    steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_numbers() {
        for (least, step) in [(0.5, 0.5), (1.0, 1.0), (1.1, 2.0), (3.0, 5.0), (7.0, 10.0), (12.0, 20.0)] {
            assert!((round_step(least) - step).abs() < 1e-9, "{least}");
        }
    }

    #[test]
    fn ticks_keep_their_distance() {
        let scale = TimeScale::new(25.0, 10.0, 1000.0);
        let ticks = scale.ticks(60.0);
        assert_eq!(ticks.len(), 13, "every two seconds");
        assert_eq!(ticks[1], (2.0, "2\u{202F}s".to_owned()));
        assert!((scale.x(2.0) - 90.0).abs() < 1e-9);
        assert!((scale.time(90.0) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn times_beyond_the_ends_stay_on_the_axis() {
        let scale = TimeScale::new(0.0, 10.0, 1000.0);
        assert!((scale.x(-5.0) - 10.0).abs() < 1e-9);
        assert!((scale.x(99.0) - 1010.0).abs() < 1e-9);
        assert!(TimeScale::new(f64::NAN, 0.0, 100.0).end().is_finite());
    }
}
