//! Sound levels relative to full scale.

/// The level of all added sound.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Level {
    peak: f32,
    sum_of_squares: f64,
    samples: u64,
    clipped: u64,
}

/// The level that counts as silence: below the last of 16 bits.
const SILENCE_DBFS: f64 = -96.0;
/// The amplitude of a clipped sample.
const FULL_SCALE: f32 = 0.999;

impl Level {
    pub(crate) fn add(&mut self, sound: &[f32]) {
        for &sample in sound {
            self.peak = self.peak.max(sample.abs());
            self.sum_of_squares += f64::from(sample).powi(2);
            self.clipped += u64::from(sample.abs() >= FULL_SCALE);
        }
        self.samples += sound.len() as u64;
    }

    /// The loudest sample in dBFS: 0 is full scale; `None` for silence.
    pub(crate) fn peak_dbfs(&self) -> Option<f64> {
        dbfs(f64::from(self.peak))
    }

    /// The root mean square in dBFS, of which a full-scale square wave has 0; `None` for silence.
    pub(crate) fn rms_dbfs(&self) -> Option<f64> {
        dbfs((self.sum_of_squares / self.samples.max(1) as f64).sqrt())
    }

    /// Samples at full scale.
    pub(crate) fn clipped(&self) -> u64 {
        self.clipped
    }
}

fn dbfs(amplitude: f64) -> Option<f64> {
    Some(20.0 * amplitude.log10()).filter(|&dbfs| dbfs > SILENCE_DBFS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_relative_to_full_scale() {
        let mut level = Level::default();
        level.add(&[0.5, -0.5, 0.5, -0.5]);
        assert!((level.peak_dbfs().unwrap() + 6.02).abs() < 0.01);
        assert!((level.rms_dbfs().unwrap() + 6.02).abs() < 0.01);
        assert_eq!(level.clipped(), 0);
        level.add(&[-1.0, 0.0, 0.0, 0.0]);
        assert!(level.peak_dbfs().unwrap().abs() < 0.01);
        assert!((level.rms_dbfs().unwrap() + 6.02).abs() < 0.01);
        assert_eq!(level.clipped(), 1);
    }

    #[test]
    fn silence_has_no_level() {
        let mut level = Level::default();
        assert_eq!(level.rms_dbfs(), None);
        level.add(&[0.0, 1e-6]);
        assert_eq!((level.peak_dbfs(), level.rms_dbfs()), (None, None));
    }
}
