//! Comfort noise for a silent speaker that sends almost nothing: noise with the level and spectrum of the
//! background before, because a line that goes dead between words sounds broken.
//!
//! The spectrum is an all-pole model of the last sound before the silence, by linear prediction (Makhoul, "Linear
//! prediction: a tutorial review", Proceedings of the IEEE 63, 1975), as in the comfort noise of RFC 3389.

/// Poles of the model.
const ORDER: usize = 16;

/// The last 160 ms are remembered, and of these the quietest 40 are the background: an encoder sends some
/// of it before it falls silent.
const REMEMBERED_BLOCKS: usize = 16;
const BACKGROUND_BLOCKS: usize = 4;

/// After this time, 360 ms, a silent encoder of any make sends a whole frame again: the decoder has concealed for so
/// long that it may come out ten times too loud.
const REFRESH_SAMPLES: usize = 17_280;

/// A frame that comes then and is louder than the noise by this power ratio, 6 dB, is taken for such an accident.
const ACCIDENT: f32 = 4.0;

/// Keeps the model from ringing: a floor of white noise 30 dB below the rest.
const WHITE_FLOOR: f32 = 1.001;

/// Sound is examined, and the gain of the noise moves, in blocks of 10 ms.
const BLOCK_SAMPLES: usize = crate::block::BLOCK_SAMPLES;

/// Learns the background from decoded sound, and adds noise where it is missing.
#[derive(Debug)]
pub(super) struct ComfortNoise {
    /// Of the last blocks, for each lag.
    autocorrelations: [[f32; ORDER + 1]; REMEMBERED_BLOCKS],
    learned_blocks: usize,
    /// Samples since a frame was sent.
    silent_samples: usize,
    /// The speaker is silent, or was until just now.
    active: bool,
    /// The model, made when the silence began.
    prediction: [f32; ORDER],
    residual: f32,
    /// The mean power of the noise.
    power: f32,
    gain: f32,
    past: [f32; ORDER],
    seed: u32,
}

impl ComfortNoise {
    pub(super) fn new() -> Self {
        Self {
            autocorrelations: [[0.0; ORDER + 1]; REMEMBERED_BLOCKS],
            learned_blocks: 0,
            silent_samples: 0,
            active: false,
            prediction: [0.0; ORDER],
            residual: 0.0,
            power: 0.0,
            gain: 0.0,
            past: [0.0; ORDER],
            seed: 1,
        }
    }

    /// A packet that says nothing was decoded into this frame: the noise is faded in.
    pub(super) fn silent(&mut self, frame: &mut [f32]) {
        if !self.active {
            self.active = true;
            self.model();
        }
        self.silent_samples = self.silent_samples.saturating_add(frame.len());
        self.fill(frame);
    }

    /// Any other frame was made: what is there of the noise gives way to it, and it is learned from.
    ///
    /// An encoder that is silent sends a whole frame now and then, which a decoder makes too quiet after so much
    /// concealment; such frames are filled up with noise and teach nothing.
    pub(super) fn heard(&mut self, frame: &mut [f32], is_decoded: bool) {
        let refreshed = std::mem::take(&mut self.silent_samples) >= REFRESH_SAMPLES;
        if self.active {
            if refreshed {
                self.soften(frame);
            }
            self.fill(frame);
            self.active = self.gain > 0.0;
        } else if is_decoded {
            for block in frame.chunks(BLOCK_SAMPLES) {
                self.learn(block);
            }
        }
    }

    fn learn(&mut self, block: &[f32]) {
        let place = self.learned_blocks % REMEMBERED_BLOCKS;
        self.learned_blocks += 1;
        for (lag, value) in self.autocorrelations[place].iter_mut().enumerate() {
            let sum = block.iter().zip(&block[lag.min(block.len())..]).map(|(a, b)| a * b).sum::<f32>();
            *value = sum / block.len().max(1) as f32;
        }
    }

    /// Brings a frame that is much louder than the noise down to it.
    fn soften(&self, frame: &mut [f32]) {
        let loudest = frame.chunks(BLOCK_SAMPLES).map(power).fold(0.0, f32::max);
        if loudest > ACCIDENT * self.power {
            let gain = (self.power / loudest).sqrt();
            for sample in frame {
                *sample *= gain;
            }
        }
    }

    /// The autocorrelation of the background.
    fn background(&mut self) -> [f32; ORDER + 1] {
        self.autocorrelations.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]));
        let known = self.learned_blocks.min(REMEMBERED_BLOCKS);
        let quietest = &self.autocorrelations[REMEMBERED_BLOCKS - known..][..known.min(BACKGROUND_BLOCKS)];
        let mut mean = [0.0; ORDER + 1];
        for block in quietest {
            for (mean, value) in mean.iter_mut().zip(block) {
                *mean += value / quietest.len() as f32;
            }
        }
        mean
    }

    /// Levinson's recursion.
    fn model(&mut self) {
        let r = self.background();
        self.power = r[0].max(0.0);
        self.prediction = [0.0; ORDER];
        let mut error = r[0] * WHITE_FLOOR + 1e-12;
        for order in 0..ORDER {
            let known = &self.prediction[..order];
            let predicted: f32 = known.iter().enumerate().map(|(i, p)| p * r[order - i]).sum();
            let reflection = (r[order + 1] - predicted) / error;
            let before = self.prediction;
            for i in 0..order {
                self.prediction[i] -= reflection * before[order - 1 - i];
            }
            self.prediction[order] = reflection;
            error *= 1.0 - reflection * reflection;
        }
        self.residual = error.max(0.0).sqrt();
        self.past = [0.0; ORDER];
    }

    /// Adds as much noise as the frame's own power leaves room for.
    fn fill(&mut self, frame: &mut [f32]) {
        for block in frame.chunks_mut(BLOCK_SAMPLES) {
            let share = if self.power > 0.0 { power(block) / self.power } else { 1.0 };
            let missing = (1.0 - share).max(0.0).sqrt();
            let step = (missing - self.gain) / block.len() as f32;
            for sample in block {
                self.gain += step;
                *sample += self.gain * self.next();
            }
            self.gain = missing;
        }
    }

    /// One sample of noise.
    fn next(&mut self) -> f32 {
        // The quick generator of "Numerical Recipes"; uniform within ±√3, which has a power of 1.
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let white = ((self.seed >> 8) as f32 / 8_388_608.0 - 1.0) * 1.732;
        let predicted: f32 = self.prediction.iter().zip(&self.past).map(|(a, b)| a * b).sum();
        let sample = white * self.residual + predicted;
        self.past.copy_within(..ORDER - 1, 1);
        self.past[0] = sample;
        sample
    }
}

fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise through a smoothing filter, so that it has a colour.
    fn background(samples: usize, level: f32) -> Vec<f32> {
        let (mut seed, mut smooth) = (7_u32, 0.0);
        let mut sample = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            smooth += 0.2 * ((seed >> 8) as f32 / 8_388_608.0 - 1.0 - smooth);
            level * smooth
        };
        (0..samples).map(|_| sample()).collect()
    }

    /// The power of what changes from sample to sample, relative to all of it: high for white noise, low for dull.
    fn brightness(sound: &[f32]) -> f32 {
        let steps: Vec<f32> = sound.windows(2).map(|pair| pair[1] - pair[0]).collect();
        power(&steps) / power(sound)
    }

    fn silence_after(sound: &[f32]) -> Vec<f32> {
        let mut noise = ComfortNoise::new();
        for frame in sound.to_vec().chunks_mut(960) {
            noise.heard(frame, true);
        }
        let mut silence = vec![0.0; 48_000];
        silence.chunks_mut(960).for_each(|frame| noise.silent(frame));
        silence
    }

    #[test]
    fn the_noise_is_as_loud_and_as_dull_as_the_background() {
        for level in [0.002, 0.02, 0.2] {
            let background = background(48_000, level);
            let noise = silence_after(&background);
            let ratio = power(&noise[480..]) / power(&background);
            assert!((0.5..2.0).contains(&ratio), "{level}: {ratio}");
            let ratio = brightness(&noise) / brightness(&background);
            assert!((0.5..2.0).contains(&ratio), "{level}: {ratio}");
        }
    }

    #[test]
    fn after_silence_comes_silence_and_nothing_rings() {
        assert!(silence_after(&vec![0.0; 4_800]).iter().all(|&sample| sample.abs() < 1e-5));
        let tone: Vec<f32> = (0..9_600).map(|i| 0.5 * (i as f32 * 0.05).sin()).collect();
        assert!(silence_after(&tone).iter().all(|&sample| sample.abs() < 4.0));
        assert!(silence_after(&vec![1.0; 9_600]).iter().all(|sample| sample.is_finite()));
    }

    #[test]
    fn the_end_of_the_speech_is_no_background() {
        let mut sound = vec![0.5; 9_600];
        sound.extend(background(3_840, 0.02));
        let ratio = power(&silence_after(&sound)[480..]) / power(&sound[9_600..]);
        assert!((0.4..2.0).contains(&ratio), "{ratio}");
    }

    #[test]
    fn a_lone_frame_after_a_long_silence_is_not_louder_than_the_noise() {
        let mut noise = ComfortNoise::new();
        background(48_000, 0.02).chunks_mut(960).for_each(|frame| noise.heard(frame, true));
        for _ in 0..20 {
            noise.silent(&mut [0.0; 960]);
        }
        let mut accident = [0.1; 960];
        noise.heard(&mut accident, true);
        assert!(power(&accident).sqrt() < 0.02);
        let mut speech = [0.1; 960];
        noise.heard(&mut speech, true);
        assert!(power(&speech).sqrt() > 0.09);
    }

    #[test]
    fn speech_pushes_the_noise_out_within_a_block() {
        let mut noise = ComfortNoise::new();
        background(48_000, 0.02).chunks_mut(960).for_each(|frame| noise.heard(frame, true));
        noise.silent(&mut [0.0; 960]);
        let mut speech = vec![0.3; 960];
        noise.heard(&mut speech, true);
        assert!(speech[480..].iter().all(|&sample| (sample - 0.3).abs() < f32::EPSILON));
    }
}
