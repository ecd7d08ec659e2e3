//! Concealed audio in a row, which fades out after a while.

/// It is faded from 40 ms on …
const FADE_FROM_SAMPLES: usize = 1_920;

/// … and silent after 200 ms, where a steady tone would sound like a machine, and Opus in its CELT mode would go
/// over to loud noise.
const FADE_UNTIL_SAMPLES: usize = 9_600;

/// Counts how much was made up since there was real sound.
#[derive(Debug, Default)]
pub(super) struct MadeUp {
    samples: usize,
}

impl MadeUp {
    /// Fades sound that continues what was made up before: its middle, and its side, which may be empty.
    pub(super) fn fade(&mut self, middle: &mut [f32], side: &mut [f32]) {
        let mut side = side.iter_mut();
        for sample in middle {
            let left = FADE_UNTIL_SAMPLES.saturating_sub(self.samples.max(FADE_FROM_SAMPLES));
            let gain = left as f32 / (FADE_UNTIL_SAMPLES - FADE_FROM_SAMPLES) as f32;
            *sample *= gain;
            if let Some(sample) = side.next() {
                *sample *= gain;
            }
            self.samples = self.samples.saturating_add(1);
        }
    }

    /// Whether the sound that follows has faded to silence.
    pub(super) fn is_silent(&self) -> bool {
        self.samples >= FADE_UNTIL_SAMPLES
    }

    /// Whether real sound would not continue it any more.
    pub(super) fn has_faded(&self) -> bool {
        self.samples > FADE_FROM_SAMPLES
    }
}
