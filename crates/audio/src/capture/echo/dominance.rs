//! Detects blocks in which the microphone signal is almost all echo. Its remainder must not count as a speaker.

/// The smoothing factor of both energies, per block: 50 ms.
const FORGETTING: f32 = 0.8;

/// Below this share of the microphone's energy, −13 dB, the remainder is that of an echo. A voice as loud as the echo
/// keeps a half.
const REST: f32 = 0.05;

/// Tracks how much of the microphone signal is kept.
#[derive(Debug, Default)]
pub(super) struct EchoDominance {
    heard: f32,
    kept: f32,
}

impl EchoDominance {
    /// One block: its energy at the microphone, and what was kept of it.
    pub(super) fn observe(&mut self, heard: f32, kept: f32) {
        self.heard = FORGETTING * self.heard + heard;
        self.kept = FORGETTING * self.kept + kept;
    }

    /// Whether almost everything that was heard recently was echo.
    pub(super) fn is_echo(&self) -> bool {
        self.kept < REST * self.heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_is_no_echo_from_its_first_block_on() {
        let mut dominance = EchoDominance::default();
        assert!(!dominance.is_echo(), "silence");
        for _ in 0..20 {
            dominance.observe(1.0, 0.01);
        }
        assert!(dominance.is_echo());
        // Speech as loud as the echo.
        dominance.observe(2.0, 1.01);
        assert!(!dominance.is_echo());
        for _ in 0..20 {
            dominance.observe(1.0, 0.01);
        }
        assert!(dominance.is_echo());
    }
}
