//! Conversion from one sample rate to any other, frame by frame, in a callback: no allocation, no lock.
//!
//! Each output frame is a weighted sum of the input frames around its position. The weights are those of a low-pass
//! filter, tabulated for 128 positions between two frames and interpolated in between (J. O. Smith, "Digital Audio
//! Resampling Home Page": bandlimited interpolation).

mod kernel;

use kernel::{Kernel, TAPS_MAX};

/// The capacity in frames: what the longest filter needs on both sides of a position, and a piece.
const WINDOW_FRAMES: usize = 1_024;
/// Frames that may be pushed at once.
pub(crate) const PIECE_FRAMES: usize = 256;

/// Converts sound with this number of channels. The rates may change between any two frames without a click.
#[derive(Debug)]
pub(crate) struct RateConverter<const CHANNELS: usize> {
    from_hz: u32,
    to_hz: u32,
    kernel: &'static Kernel,
    window: [[f32; WINDOW_FRAMES]; CHANNELS],
    frames: usize,
    /// The position of the next output frame in the window.
    place: f64,
    /// Input frames per output frame.
    step: f64,
}

impl<const CHANNELS: usize> RateConverter<CHANNELS> {
    /// Starts with equal rates. The first converter of the process computes the weights.
    pub(crate) fn new() -> Self {
        Self {
            from_hz: 1,
            to_hz: 1,
            kernel: Kernel::for_rates(1, 1),
            window: [[0.0; WINDOW_FRAMES]; CHANNELS],
            // Silence before the beginning.
            frames: TAPS_MAX,
            place: TAPS_MAX as f64,
            step: 1.0,
        }
    }

    /// Sets both rates in Hz, which must be more than 0.
    pub(crate) fn set_rates(&mut self, from_hz: u32, to_hz: u32) {
        if (self.from_hz, self.to_hz) == (from_hz, to_hz) {
            return;
        }
        (self.from_hz, self.to_hz) = (from_hz, to_hz);
        self.kernel = Kernel::for_rates(from_hz, to_hz);
        self.step = f64::from(from_hz) / f64::from(to_hz);
        if from_hz == to_hz {
            // Equal rates pass frames through; a shift of up to half a sample is inaudible.
            self.place = self.place.round();
        }
    }

    /// The number of frames to push before this many output frames are available.
    pub(crate) fn wanted_frames(&self, frames: usize) -> usize {
        let Some(before_last) = frames.checked_sub(1) else { return 0 };
        let last = self.place + before_last as f64 * self.step;
        (last as usize + self.frames_after()).saturating_sub(self.frames)
    }

    /// The number of output frames available after this many are pushed, give or take one.
    pub(crate) fn coming_frames(&self, pushed: usize) -> usize {
        let end = (self.frames + pushed + 1) as f64 - self.frames_after() as f64;
        ((end - self.place) / self.step).ceil().max(0.0) as usize
    }

    /// Frames from a position on that its sum needs, including the frame at the position.
    fn frames_after(&self) -> usize {
        self.kernel.taps() / 2 + 1
    }

    /// Takes the next input, at most [`PIECE_FRAMES`]; available output must be taken first.
    pub(crate) fn push(&mut self, piece: &[[f32; CHANNELS]]) {
        if self.frames + piece.len() > WINDOW_FRAMES {
            self.make_room();
        }
        for frame in piece.iter().take(WINDOW_FRAMES - self.frames) {
            for (side, &sample) in self.window.iter_mut().zip(frame) {
                side[self.frames] = sample;
            }
            self.frames += 1;
        }
    }

    /// Discards frames that no filter can reach any more.
    fn make_room(&mut self) {
        let unreached = (self.place as usize).saturating_sub(TAPS_MAX / 2).min(self.frames);
        for side in &mut self.window {
            side.copy_within(unreached..self.frames, 0);
        }
        self.frames -= unreached;
        self.place -= unreached as f64;
    }

    /// The next output frame, if enough was pushed for it.
    pub(crate) fn next_frame(&mut self) -> Option<[f32; CHANNELS]> {
        let at = self.place as usize;
        if at + self.frames_after() > self.frames {
            return None;
        }
        let sides = self.window.each_ref();
        let frame = if self.from_hz == self.to_hz {
            sides.map(|side| side[at])
        } else {
            let begin = at + 1 - self.kernel.taps() / 2;
            self.kernel.sums(self.place - at as f64, sides.map(|side| &side[begin..]))
        };
        self.place += self.step;
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock_bridge::limits::ENGINE_RATES_HZ;

    /// A tone, converted in pieces.
    fn convert(from_hz: u32, to_hz: u32, tone_hz: f64, piece: usize) -> Vec<f32> {
        let mut converter = RateConverter::<2>::new();
        converter.set_rates(from_hz, to_hz);
        let tone = |i: u32| {
            let sample = (f64::from(i) / f64::from(from_hz) * tone_hz * std::f64::consts::TAU).sin() as f32;
            [sample, -sample]
        };
        let sound: Vec<_> = (0..from_hz / 4).map(tone).collect();
        let mut came = Vec::new();
        for piece in sound.chunks(piece) {
            converter.push(piece);
            while let Some([left, right]) = converter.next_frame() {
                assert!((left + right).abs() < 1e-6, "each side is its own");
                came.push(left);
            }
        }
        came
    }

    /// The difference from the same tone at the other rate, in dB below full scale, at the best phase; the ends are
    /// ignored.
    fn error_db(converted: &[f32], rate_hz: u32, tone_hz: f64) -> f64 {
        let inner = &converted[converted.len() / 4..converted.len() * 3 / 4];
        // Fits a sine and a cosine by least squares, and measures the residual.
        let at = |i: usize| i as f64 / f64::from(rate_hz) * tone_hz * std::f64::consts::TAU;
        let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
            inner.iter().enumerate().map(|(i, &sample)| of(at(i), f64::from(sample))).sum()
        };
        let (ss, sc) = (sum(&|at, _| at.sin().powi(2)), sum(&|at, _| at.sin() * at.cos()));
        let cc = inner.len() as f64 - ss;
        let (sx, cx) = (sum(&|at, x| at.sin() * x), sum(&|at, x| at.cos() * x));
        let determinant = ss * cc - sc * sc;
        let (sine, cosine) = ((sx * cc - cx * sc) / determinant, (cx * ss - sx * sc) / determinant);
        let loudness = sine.hypot(cosine);
        assert!((loudness - 1.0).abs() < 0.01, "{rate_hz} Hz, tone of {tone_hz}: {loudness}");
        let power = sum(&|at, x| (x - sine * at.sin() - cosine * at.cos()).powi(2));
        10.0 * (power / inner.len() as f64).log10()
    }

    #[test]
    fn a_tone_stays_the_same_tone_at_every_rate() {
        for rate_hz in [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 64_000, 96_000, 192_000] {
            for (from_hz, to_hz) in [(48_000, rate_hz), (rate_hz, 48_000)] {
                // Well below half of either rate.
                for tone_hz in [400.0, 2_400.0] {
                    let converted = convert(from_hz, to_hz, tone_hz, 100);
                    let error = error_db(&converted, to_hz, tone_hz);
                    assert!(error < -65.0, "{from_hz} → {to_hz} Hz, tone of {tone_hz}: {error:.1} dB");
                }
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_carry_is_not_heard() {
        for (to_hz, tone_hz) in [(8_000, 6_000.0), (16_000, 11_000.0), (24_000, 16_000.0), (44_100, 23_800.0)]
        {
            let converted = convert(48_000, to_hz, tone_hz, 200);
            let inner = &converted[converted.len() / 4..converted.len() * 3 / 4];
            let largest = inner.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
            assert!(largest < 0.003, "{to_hz} Hz: {largest}");
        }
    }

    #[test]
    fn at_equal_rates_samples_stay_as_they_are() {
        let converted = convert(48_000, 48_000, 1_000.0, 77);
        let tone = |i: usize| ((i as f64) / 48.0 * std::f64::consts::TAU).sin() as f32;
        let begin = converted.iter().position(|sample| *sample != 0.0).unwrap() - 1;
        assert!(converted[begin..].iter().enumerate().all(|(i, sample)| (sample - tone(i)).abs() < 1e-6));
    }

    #[test]
    fn as_many_frames_are_wanted_as_are_needed_and_not_one_more() {
        for rate_hz in [8_000, 44_100, 47_999, 48_000, 48_001, 192_000] {
            let mut converter = RateConverter::<1>::new();
            converter.set_rates(48_000, rate_hz);
            for frames in [1, 7, 1, 64, 31, 2] {
                let wanted = converter.wanted_frames(frames);
                let Some(all_but_one) = wanted.checked_sub(1) else {
                    (0..frames)
                        .for_each(|_| assert!(converter.next_frame().is_some(), "{rate_hz}: none wanted"));
                    continue;
                };
                converter.push(&vec![[0.5]; all_but_one]);
                let mut taken = std::iter::from_fn(|| converter.next_frame()).count();
                assert!(taken < frames, "{rate_hz}: {taken} of {frames}");
                converter.push(&[[0.5]]);
                while taken < frames {
                    assert!(converter.next_frame().is_some(), "{rate_hz}: {taken} of {frames}");
                    taken += 1;
                }
            }
            assert_eq!(converter.wanted_frames(0), 0);
        }
    }

    #[test]
    fn what_is_coming_is_known_give_or_take_one() {
        for rate_hz in [8_000, 44_100, 48_000, 96_000, 192_000] {
            let mut converter = RateConverter::<1>::new();
            converter.set_rates(rate_hz, 48_000);
            for pushed in [1, 7, 256, 64, 0, 200] {
                let coming = converter.coming_frames(pushed);
                converter.push(&vec![[0.5]; pushed]);
                let came = std::iter::from_fn(|| converter.next_frame()).count();
                assert!(coming.abs_diff(came) <= 1, "{rate_hz} Hz, {pushed}: {coming} and {came}");
            }
        }
    }

    #[test]
    fn a_rate_that_changes_in_a_tone_does_not_click() {
        let rates = [44_100, 48_000, 8_000, 96_000, 22_050, 48_000, 16_000, 192_000];
        let mut converter = RateConverter::<1>::new();
        let mut tone =
            (0..).map(|i| [(f64::from(i) / 48_000.0 * 200.0 * std::f64::consts::TAU).sin() as f32]);
        let mut last = 0.0_f32;
        for rate_hz in rates {
            assert!(ENGINE_RATES_HZ.contains(&rate_hz));
            converter.set_rates(48_000, rate_hz);
            for _ in 0..rate_hz / 50 {
                let next = loop {
                    match converter.next_frame() {
                        Some([next]) => break next,
                        None => converter.push(&[tone.next().unwrap()]),
                    }
                };
                // The steepest part of the tone, at this rate or the one before.
                let step = 200.0 * std::f32::consts::TAU / 8_000.0_f32.min(rate_hz as f32);
                assert!((next - last).abs() < step * 1.1, "{rate_hz}: {last} → {next}");
                last = next;
            }
        }
    }
}
