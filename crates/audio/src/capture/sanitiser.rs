//! Sanitises samples from a device: they become finite, and within full scale.

/// Counts the samples that were not.
#[derive(Debug, Default)]
pub(crate) struct Sanitiser {
    pub(crate) non_finite_samples: u64,
    pub(crate) clipped_samples: u64,
}

impl Sanitiser {
    /// The microphone: NaN becomes silence, values above full scale are clipped.
    pub(crate) fn microphone(&mut self, block: &mut [f32]) {
        for sample in block {
            self.finite(sample);
            if sample.abs() >= 1.0 {
                self.clipped_samples += 1;
                *sample = sample.clamp(-1.0, 1.0);
            }
        }
    }

    /// The loudspeaker: the same, but a loud mix is not worth counting.
    pub(crate) fn loudspeaker(&mut self, block: &mut [f32]) {
        for sample in block {
            self.finite(sample);
            *sample = sample.clamp(-1.0, 1.0);
        }
    }

    fn finite(&mut self, sample: &mut f32) {
        if !sample.is_finite() {
            self.non_finite_samples += 1;
            *sample = 0.0;
        }
    }
}
