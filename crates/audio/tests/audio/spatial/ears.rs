//! The sound that reaches a listener's ears from one speaker, and how to measure it.

use consonance_audio::{
    BLOCK_SAMPLES, Pose, SpatialMode, SpatialSettings, Spatializer, SpeakerPlace, StereoBlock,
};

pub(crate) const MODES: [SpatialMode; 2] = [SpatialMode::Panning, SpatialMode::Hrtf];

/// The sound at both ears.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Ears {
    pub(crate) left: Vec<f32>,
    pub(crate) right: Vec<f32>,
}

impl Ears {
    /// Power of left and right together.
    pub(crate) fn power(&self) -> f32 {
        power(&self.left) + power(&self.right)
    }

    /// The largest difference between neighbouring samples of either ear.
    pub(crate) fn largest_step(&self) -> f32 {
        let steps = [&self.left, &self.right]
            .map(|ear| ear.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max));
        steps[0].max(steps[1])
    }

    /// By how many samples the right ear lags behind the left one: the lag at which they are most alike.
    pub(crate) fn right_lag_samples(&self) -> i64 {
        let alike = |lag: i64| -> f32 {
            let span = 100..self.left.len() as i64 - 100;
            span.map(|i| self.left[i as usize] * self.right[(i + lag) as usize]).sum()
        };
        (-60..=60).max_by(|&a, &b| alike(a).total_cmp(&alike(b))).expect("there are lags")
    }
}

pub(crate) fn settings(mode: SpatialMode) -> SpatialSettings {
    SpatialSettings { mode, ..SpatialSettings::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "so that it can stand for a speaker with or without a place")]
pub(crate) fn at(position_m: [f32; 3]) -> Option<SpeakerPlace> {
    Some(SpeakerPlace { position_m, occlusion: 0.0 })
}

/// Plays the sound block by block; before each block, `scene` returns all positions, and may change the settings.
pub(crate) fn listen(
    settings: SpatialSettings,
    sound: &[f32],
    mut scene: impl FnMut(usize, &mut Spatializer) -> (Option<SpeakerPlace>, Pose),
) -> Ears {
    let mut spatializer = Spatializer::new(settings);
    let mut ears = Ears::default();
    for (index, block) in sound.as_chunks::<BLOCK_SAMPLES>().0.iter().enumerate() {
        let (speaker, listener) = scene(index, &mut spatializer);
        let mut heard = StereoBlock::default();
        spatializer.render(block, speaker, &listener, &mut heard);
        ears.left.extend(heard.left);
        ears.right.extend(heard.right);
    }
    ears
}

/// Noise from one place, as heard by a listener at the origin that faces +z, after the filters have settled.
pub(crate) fn still(settings: SpatialSettings, speaker: Option<SpeakerPlace>) -> Ears {
    let mut ears = listen(settings, &noise(20), |_, _| (speaker, Pose::default()));
    ears.left.drain(..BLOCK_SAMPLES);
    ears.right.drain(..BLOCK_SAMPLES);
    ears
}

pub(crate) fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32
}

/// The power of the second difference of the sound: mostly that above 8 kHz.
pub(crate) fn treble(sound: &[f32]) -> f32 {
    let differences: Vec<f32> = sound.windows(3).map(|x| x[0] - 2.0 * x[1] + x[2]).collect();
    power(&differences)
}

pub(crate) fn decibels(ratio_of_powers: f32) -> f32 {
    10.0 * ratio_of_powers.log10()
}

/// The same white noise every time, within ±0.5.
pub(crate) fn noise(blocks: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..blocks * BLOCK_SAMPLES).map(|_| next()).collect()
}

/// A tone of 440 Hz with amplitude 0.5.
pub(crate) fn tone(blocks: usize) -> Vec<f32> {
    let radians = std::f64::consts::TAU * 440.0 / 48_000.0;
    (0..blocks * BLOCK_SAMPLES).map(|i| 0.5 * (radians * i as f64).sin() as f32).collect()
}
