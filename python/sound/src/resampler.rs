//! One channel of sound from one sample rate to another, as it comes.
//!
//! A windowed sinc, with one set of weights for each place that an output sample can have between two input samples. A
//! sound that begins at second *t* begins at second *t* afterwards: what the filter looks ahead is asked for first.

use std::collections::VecDeque;
use std::f64::consts::PI;

/// Zero crossings of the sinc on each side: with the window, 80 dB of what would alias is gone.
const CROSSINGS: usize = 24;
/// Of the lower of both rates' bandwidth, how much is kept.
const PASS: f64 = 0.92;
/// Shape of the Kaiser window, for 80 dB.
const KAISER_BETA: f64 = 8.0;

/// Converts a stream; [`flush`](Self::flush) ends it, and another one may begin.
#[derive(Debug)]
pub struct Resampler {
    /// Output samples for as many of the input, without a common divisor.
    up: u64,
    down: u64,
    /// Input samples on each side of an output sample that it is made of.
    reach: usize,
    /// For each phase, the weights of `2 * reach` input samples.
    weights: Vec<Vec<f32>>,
    /// Input from `first` on; before the beginning there is silence.
    waiting: VecDeque<f32>,
    first: i64,
    received: u64,
    made: u64,
}

impl Resampler {
    /// Between two rates of more than 0 whose common divisor leaves at most some thousand phases.
    pub fn new(from_hz: u32, to_hz: u32) -> Self {
        let divisor = common_divisor(from_hz, to_hz);
        let (up, down) = (u64::from(to_hz / divisor), u64::from(from_hz / divisor));
        let narrowed = (down as f64 / up as f64).max(1.0);
        let reach = (CROSSINGS as f64 * narrowed).ceil() as usize;
        let weights =
            (0..up).map(|phase| weights(phase as f64 / up as f64, reach, PASS / narrowed)).collect();
        let mut resampler =
            Self { up, down, reach, weights, waiting: VecDeque::new(), first: 0, received: 0, made: 0 };
        resampler.restart();
        resampler
    }

    /// Takes samples, and appends those that are complete now to `converted`.
    pub fn push(&mut self, samples: impl IntoIterator<Item = f32>, converted: &mut Vec<f32>) {
        for sample in samples {
            self.waiting.push_back(sample);
            self.received += 1;
        }
        self.make(self.received, converted);
    }

    /// Appends what is left, as many samples altogether as the input lasts, rounded up.
    pub fn flush(&mut self, converted: &mut Vec<f32>) {
        let wanted = (self.received * self.up).div_ceil(self.down);
        self.waiting.extend(std::iter::repeat_n(0.0, 2 * self.reach));
        self.make(self.received + 2 * self.reach as u64, converted);
        let excess = self.made.saturating_sub(wanted) as usize;
        converted.truncate(converted.len().saturating_sub(excess));
        self.restart();
    }

    fn restart(&mut self) {
        (self.received, self.made, self.first) = (0, 0, -(self.reach as i64));
        self.waiting.clear();
        self.waiting.extend(std::iter::repeat_n(0.0, self.reach));
    }

    /// Every output sample for which all input up to this one is enough.
    fn make(&mut self, available: u64, converted: &mut Vec<f32>) {
        loop {
            let (whole, phase) = (self.made * self.down / self.up, self.made * self.down % self.up);
            if whole + self.reach as u64 >= available {
                return;
            }
            let from = whole as i64 - self.reach as i64 + 1;
            while self.first < from {
                self.waiting.pop_front();
                self.first += 1;
            }
            let weights = &self.weights[phase as usize];
            converted.push(self.waiting.iter().zip(weights).map(|(sample, weight)| sample * weight).sum());
            self.made += 1;
        }
    }
}

/// For an output sample that lies `fraction` of an input sample behind the one in the middle. They add up to 1.
fn weights(fraction: f64, reach: usize, cutoff: f64) -> Vec<f32> {
    let tap = |i: usize| {
        let distance = i as f64 + 1.0 - reach as f64 - fraction;
        let angle = PI * cutoff * distance;
        let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
        sinc * kaiser(distance / reach as f64)
    };
    let taps: Vec<f64> = (0..2 * reach).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|weight| (weight / sum) as f32).collect()
}

fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel_i0(KAISER_BETA * (1.0 - x * x).sqrt()) / bessel_i0(KAISER_BETA) }
}

/// The modified Bessel function of order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES_HZ: [u32; 9] = [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000, 192_000];

    /// A burst of 440 Hz centred at half a second, one second long.
    fn burst(rate_hz: u32) -> Vec<f32> {
        let at = |i: u32| f64::from(i) / f64::from(rate_hz) - 0.5;
        (0..rate_hz)
            .map(|i| ((-(at(i) / 0.02).powi(2)).exp() * (at(i) * 440.0 * 2.0 * PI).cos()) as f32)
            .collect()
    }

    fn convert(resampler: &mut Resampler, samples: &[f32], chunk: usize) -> Vec<f32> {
        let mut converted = Vec::new();
        for chunk in samples.chunks(chunk) {
            resampler.push(chunk.iter().copied(), &mut converted);
        }
        resampler.flush(&mut converted);
        converted
    }

    #[test]
    fn sound_stays_where_it_was_at_every_rate_and_in_any_pieces() {
        for (from_hz, to_hz) in RATES_HZ.into_iter().flat_map(|rate| [(rate, 48_000), (48_000, rate)]) {
            let mut resampler = Resampler::new(from_hz, to_hz);
            let converted = convert(&mut resampler, &burst(from_hz), 480);
            let expected = burst(to_hz);
            assert_eq!(converted.len(), expected.len(), "{from_hz} to {to_hz}");
            let largest = converted.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(largest < 1e-3, "{from_hz} to {to_hz}: {largest}");
            assert_eq!(convert(&mut resampler, &burst(from_hz), 77), converted, "a second stream");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_have_is_gone() {
        let high: Vec<f32> =
            (0..48_000).map(|i| (f64::from(i) / 48_000.0 * 12_000.0 * 2.0 * PI).sin() as f32).collect();
        let converted = convert(&mut Resampler::new(48_000, 16_000), &high, 480);
        let loudest =
            converted[100..15_900].iter().fold(0.0, |loudest: f32, sample| loudest.max(sample.abs()));
        assert!(loudest < 1e-3, "{loudest}");
    }

    #[test]
    fn lengths_round_up_and_nothing_gives_nothing() {
        assert_eq!(convert(&mut Resampler::new(44_100, 48_000), &[0.0], 1).len(), 2);
        assert_eq!(convert(&mut Resampler::new(48_000, 16_000), &[0.0; 4], 1).len(), 2);
        assert!(convert(&mut Resampler::new(48_000, 16_000), &[], 1).is_empty());
    }
}
