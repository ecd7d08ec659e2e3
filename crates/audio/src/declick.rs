//! Hides joints: a short cross-fade where the next sound does not continue the last one.

/// How long a joint is, 5 ms: one pitch period of a deep voice, too short to be heard as an echo.
pub(crate) const JOINT_SAMPLES: usize = 240;

/// Remembers how the sound would have gone on, to fade from there into what follows.
#[derive(Debug)]
pub(crate) struct Declick {
    /// The assumed continuation: the last sound, mirrored in time.
    continuation: [f32; JOINT_SAMPLES],
}

impl Declick {
    pub(crate) fn new() -> Self {
        Self { continuation: [0.0; JOINT_SAMPLES] }
    }

    /// Notes what was heard last. The sound is taken to go on as it came, backwards, which at least
    /// starts from the same value with the same loudness and pitch.
    pub(crate) fn heard(&mut self, sound: &[f32]) {
        for (next, &last) in self.continuation.iter_mut().zip(sound.iter().rev()) {
            *next = last;
        }
    }

    /// Fades from what was heard into `sound`, which follows it.
    pub(crate) fn join(&mut self, sound: &mut [f32]) {
        for (i, (sample, &old)) in sound.iter_mut().zip(&self.continuation).enumerate() {
            let weight = (i as f32 + 0.5) / JOINT_SAMPLES as f32;
            *sample = old * (1.0 - weight) + *sample * weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn largest_step(before: f32, sound: &[f32]) -> f32 {
        let mut last = before;
        sound.iter().fold(0.0, |largest: f32, &sample| {
            let step = (sample - last).abs();
            last = sample;
            largest.max(step)
        })
    }

    #[test]
    fn a_cut_to_silence_fades_instead() {
        let tone: Vec<f32> = (0..480).map(|i| (i as f32 * 0.05).sin()).collect();
        let mut declick = Declick::new();
        declick.heard(&tone);
        let mut silence = [0.0; 480];
        declick.join(&mut silence);
        assert!(largest_step(*tone.last().unwrap(), &silence) < 0.06);
        assert!(silence[240..].iter().all(|&sample| sample == 0.0));
    }

    #[test]
    fn sound_after_silence_fades_in() {
        let mut declick = Declick::new();
        let mut loud = [1.0; 480];
        declick.join(&mut loud);
        assert!(largest_step(0.0, &loud) < 0.01);
        assert!(loud[240..].iter().all(|&sample| (sample - 1.0).abs() < f32::EPSILON));
    }
}
