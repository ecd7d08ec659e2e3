//! The linear part: predicts the echo of the playback at the microphone by the room's response.
//!
//! A partitioned-block frequency-domain Kalman filter (Enzner and Vary, "Frequency-domain adaptive Kalman filter for
//! acoustic echo control in hands-free telephones", 2006; Kuech, Mabande and Enzner, "State-space architecture of the
//! partitioned-block-based acoustic echo controller", 2014). It keeps an uncertainty for every partition and bin, so
//! it adapts fast at first and holds still during near-end speech.

use super::render_history::{PARTITIONS, RenderHistory};
use crate::block::BLOCK_SAMPLES;
use crate::capture::spectrum::{BINS, Spectrum, Transform, WINDOW_SAMPLES};

/// Bins that are cancelled: up to 8 kHz, where voices and small rooms have nearly all of their echo.
pub(crate) const LINEAR_BINS: usize = 161;

/// One value per cancelled bin.
pub(crate) type Row = [f32; LINEAR_BINS];

/// How much of what it knew still holds a block later: a room keeps still for about ten seconds.
const MEMORY: f32 = 0.9995;

/// How unsure of each partition the filter is at first: the echo is about as loud as what is played.
const FIRST_UNCERTAINTY: f32 = 0.01;

/// How much surer one block makes, as a share of the theory's. The theory takes successive blocks for
/// independent, and in speech they are not; measured.
const LEARNT: f32 = 0.35;

/// How much of the near end's last power is kept per block.
const NEAR_SMOOTHING: f32 = 0.85;

/// The least share of what was left that is put down to the near end.
const NEAR_SHARE: f32 = 0.3;

/// Partitions whose circular part is taken out per block; all of them take their turn.
const CONSTRAINED_PER_BLOCK: usize = 4;

/// Below this power per bin there is nothing to learn: far below the noise of any microphone.
const QUIET: f32 = 1e-6;

/// The part of the room's answer that is one block long.
#[derive(Clone)]
struct Partition {
    re: Row,
    im: Row,
    /// Variance of the error of the coefficients.
    uncertainty: Row,
}

/// An adaptive filter as long as the render history.
pub(crate) struct LinearFilter {
    partitions: Vec<Partition>,
    near_power: Row,
    constrain_next: usize,
}

impl LinearFilter {
    pub(crate) fn new() -> Self {
        let uncertainty = [FIRST_UNCERTAINTY; LINEAR_BINS];
        let partition = Partition { re: [0.0; LINEAR_BINS], im: [0.0; LINEAR_BINS], uncertainty };
        Self { partitions: vec![partition; PARTITIONS], near_power: [0.0; LINEAR_BINS], constrain_next: 0 }
    }

    /// The echo expected of what was played so far.
    pub(crate) fn predict(&self, played: &RenderHistory, transform: &mut Transform) -> [f32; BLOCK_SAMPLES] {
        let mut sum = Spectrum::ZERO;
        for (partition, played) in self.partitions.iter().zip(played.newest_first()) {
            multiply_add(partition, played, &mut sum);
        }
        let mut window = [0.0; WINDOW_SAMPLES];
        transform.inverse(&sum, &mut window);
        let mut echo = [0.0; BLOCK_SAMPLES];
        echo.copy_from_slice(&window[BLOCK_SAMPLES..]);
        echo
    }

    /// Learns from what was left of the microphone after the prediction. The filter is never more unsure than
    /// `most_unsure` per partition: an echo is never louder than the microphone's signal.
    pub(crate) fn learn(
        &mut self,
        left: &[f32; BLOCK_SAMPLES],
        played: &RenderHistory,
        most_unsure: &Row,
        transform: &mut Transform,
    ) {
        let mut window = [0.0; WINDOW_SAMPLES];
        window[BLOCK_SAMPLES..].copy_from_slice(left);
        let mut error = Spectrum::ZERO;
        transform.forward(&mut window, &mut error);
        let mut expected = [QUIET; LINEAR_BINS];
        for (partition, played) in self.partitions.iter_mut().zip(played.newest_first()) {
            add_expected(partition, played, most_unsure, &mut expected);
        }
        let mut inverse = [0.0; LINEAR_BINS];
        for bin in 0..LINEAR_BINS {
            let power = error.power(bin);
            let near = (power - expected[bin]).max(NEAR_SHARE * power);
            let smooth = &mut self.near_power[bin];
            *smooth += (1.0 - NEAR_SMOOTHING) * (near - *smooth);
            inverse[bin] = 1.0 / (expected[bin] + smooth.max(near));
        }
        for (partition, played) in self.partitions.iter_mut().zip(played.newest_first()) {
            update(partition, played, &error, &inverse);
        }
        for _ in 0..CONSTRAINED_PER_BLOCK {
            constrain(&mut self.partitions[self.constrain_next], transform);
            self.constrain_next = (self.constrain_next + 1) % PARTITIONS;
        }
    }

    /// Becomes a copy of the other one.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.partitions.clone_from_slice(&other.partitions);
        self.near_power = other.near_power;
        self.constrain_next = other.constrain_next;
    }

    /// Believes the coefficients less: each is multiplied by how much of its bin still holds, 0 to 1, and the
    /// filter is as unsure of all partitions as if the energy might now be in any of them.
    pub(crate) fn doubt(&mut self, holds: &Row) {
        let mut energy = [0.0_f32; LINEAR_BINS];
        for partition in &self.partitions {
            for (energy, (re, im)) in energy.iter_mut().zip(partition.re.iter().zip(&partition.im)) {
                *energy += re * re + im * im;
            }
        }
        for partition in &mut self.partitions {
            for (bin, energy) in energy.iter().enumerate() {
                partition.re[bin] *= holds[bin];
                partition.im[bin] *= holds[bin];
                let anywhere = (4.0 * energy / PARTITIONS as f32).min(FIRST_UNCERTAINTY);
                partition.uncertainty[bin] = partition.uncertainty[bin].max(anywhere);
            }
        }
    }

    /// Moves the answer to later partitions, or to earlier ones. What comes in from the ends is unknown.
    pub(crate) fn shift(&mut self, later: isize) {
        let by = later.unsigned_abs().min(PARTITIONS);
        let unknown = if later > 0 {
            self.partitions.rotate_right(by);
            0..by
        } else {
            self.partitions.rotate_left(by);
            PARTITIONS - by..PARTITIONS
        };
        for partition in &mut self.partitions[unknown] {
            partition.re.fill(0.0);
            partition.im.fill(0.0);
        }
    }

    /// Multiplies every coefficient.
    pub(crate) fn scale(&mut self, factor: f32) {
        for partition in &mut self.partitions {
            partition.re.iter_mut().chain(&mut partition.im).for_each(|value| *value *= factor);
        }
    }

    /// Keeps only a part of every coefficient, 0 to 1.
    pub(crate) fn keep(&mut self, kept: f32) {
        if kept >= 1.0 {
            return;
        }
        self.scale(kept);
    }

    /// Energy of the room's answer in each block after the sound, the first one at once.
    pub(crate) fn energies(&self) -> [f32; PARTITIONS] {
        std::array::from_fn(|age| {
            let Partition { re, im, .. } = &self.partitions[age];
            re.iter().chain(im).map(|value| value * value).sum::<f32>() / LINEAR_BINS as f32
        })
    }
}

fn multiply_add(partition: &Partition, played: &Spectrum, sum: &mut Spectrum) {
    for bin in 0..LINEAR_BINS {
        let (a, b) = (partition.re[bin], partition.im[bin]);
        let (c, d) = (played.re[bin], played.im[bin]);
        sum.re[bin] += a * c - b * d;
        sum.im[bin] += a * d + b * c;
    }
}

/// Adds the power that the error may have because this partition may be wrong.
fn add_expected(partition: &mut Partition, played: &Spectrum, most_unsure: &Row, expected: &mut Row) {
    for bin in 0..LINEAR_BINS {
        let (c, d) = (played.re[bin], played.im[bin]);
        partition.uncertainty[bin] = partition.uncertainty[bin].min(most_unsure[bin]);
        expected[bin] += partition.uncertainty[bin] * (c * c + d * d);
    }
}

fn update(partition: &mut Partition, played: &Spectrum, error: &Spectrum, inverse: &Row) {
    const KEPT: f32 = MEMORY * MEMORY;
    for (bin, inverse) in inverse.iter().enumerate() {
        let (re, im) = (played.re[bin], played.im[bin]);
        let (error_re, error_im) = (error.re[bin], error.im[bin]);
        let uncertainty = partition.uncertainty[bin];
        let step = uncertainty * inverse;
        partition.re[bin] += step * (re * error_re + im * error_im);
        partition.im[bin] += step * (re * error_im - im * error_re);
        let unlearnt = (1.0 - LEARNT * step * (re * re + im * im)).max(0.0);
        let energy = partition.re[bin].powi(2) + partition.im[bin].powi(2);
        partition.uncertainty[bin] = KEPT * unlearnt * uncertainty + (1.0 - KEPT) * energy;
    }
}

/// Takes the circular part out: the impulse response of a partition is one block long.
fn constrain(partition: &mut Partition, transform: &mut Transform) {
    let mut spectrum = Spectrum::ZERO;
    spectrum.re[..LINEAR_BINS].copy_from_slice(&partition.re);
    spectrum.im[..LINEAR_BINS].copy_from_slice(&partition.im);
    let mut window = [0.0; WINDOW_SAMPLES];
    transform.inverse(&spectrum, &mut window);
    window[BLOCK_SAMPLES..].fill(0.0);
    transform.forward(&mut window, &mut spectrum);
    partition.re.copy_from_slice(&spectrum.re[..LINEAR_BINS]);
    partition.im.copy_from_slice(&spectrum.im[..LINEAR_BINS]);
}

const _: () = assert!(LINEAR_BINS <= BINS, "only bins that exist can be cancelled");
