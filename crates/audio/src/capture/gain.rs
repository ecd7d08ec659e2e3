//! Automatic gain: brings speech to one level and keeps its peaks within full scale, without amplifying noise.

use crate::block::BLOCK_SAMPLES;
use crate::level;
use crate::leveller::{Leveller, Pace, QUIETEST_SPEECH_DBFS};
use crate::limiter::{KNEE, soft_clip};

/// 30 dB per second of speech up, since soft speech is to be understood within 3 s, and as fast down.
const PACE: Pace = Pace { least: -12.0, most: 36.0, up: 0.3, down: 0.3 };

/// Blocks that are so much quieter than the recent speech are pauses in it, in dB.
const PAUSE_DB: f32 = 20.0;

/// How fast the recent speech follows louder and softer blocks, in dB per block: a knock is too short to count.
const RECENT_UP: f32 = 0.8;
const RECENT_DOWN: f32 = 0.15;

/// Noise is never louder than this after the gain, unless it came so (the limit of WebRTC's second gain control).
const MOST_NOISE_DBFS: f32 = -50.0;

/// How fast the noise between speech is taken to be louder, in dB per block; softer at once.
const NOISE_UP: f32 = 0.3;

/// The gain and what keeps peaks within full scale.
pub(crate) struct AutomaticGain {
    leveller: Leveller,
    /// The loudest recent blocks of speech.
    recent_dbfs: f32,
    /// The softest recent blocks.
    noise_dbfs: f32,
    range: Range,
    headroom: Headroom,
    applied: f32,
}

impl AutomaticGain {
    pub(crate) fn new() -> Self {
        Self {
            leveller: Leveller::new(PACE),
            recent_dbfs: QUIETEST_SPEECH_DBFS - RECENT_UP,
            noise_dbfs: level::SILENCE_DBFS,
            range: Range { least_dbfs: level::SILENCE_DBFS, most_dbfs: 0.0 },
            headroom: Headroom::new(),
            applied: 1.0,
        }
    }

    /// Processes one block. `is_speech` tells whether the previous block was speech.
    pub(crate) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], is_speech: bool) {
        self.learn(level::dbfs(block), is_speech);
        let gain = level::factor(self.leveller.gain_db());
        let peak = block.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let target = gain * self.headroom.next(gain * peak);
        let ramp = if target < self.applied { DOWN_SAMPLES } else { BLOCK_SAMPLES };
        for (i, sample) in block.iter_mut().enumerate() {
            let share = ((i + 1) as f32 / ramp as f32).min(1.0);
            *sample = soft_clip(*sample * (self.applied + share * (target - self.applied)));
        }
        self.applied = target;
    }

    /// The current gain, in dB.
    pub(crate) fn gain_db(&self) -> f32 {
        20.0 * self.applied.log10()
    }

    fn learn(&mut self, dbfs: f32, is_speech: bool) {
        self.range.follow(dbfs);
        if is_speech {
            self.recent_dbfs = dbfs.clamp(self.recent_dbfs - RECENT_DOWN, self.recent_dbfs + RECENT_UP);
            let is_loud = self.recent_dbfs >= QUIETEST_SPEECH_DBFS && dbfs > self.recent_dbfs - PAUSE_DB;
            if is_loud && !self.range.is_steady() {
                self.leveller.learn(dbfs);
            }
        }
        self.noise_dbfs = match (is_speech, self.range.is_steady()) {
            (false, _) => dbfs.min(self.noise_dbfs + NOISE_UP),
            (true, false) => dbfs.min(self.noise_dbfs),
            (true, true) => self.range.least_dbfs,
        };
        let down = if is_speech { DOWN_IN_SPEECH } else { PACE.down };
        self.leveller.hold_below((MOST_NOISE_DBFS - self.noise_dbfs).max(0.0), down);
    }
}

/// How loud and how soft it was in the last seconds.
///
/// Speech goes up and down by more than 10 dB several times a second. What does not is noise, or a held note, whatever
/// the voice detector says.
struct Range {
    least_dbfs: f32,
    most_dbfs: f32,
}

/// How fast both come nearer to each other, in dB per block each.
const FORGETTING: f32 = 0.15;

/// Less than this between them, in dB, is steady.
const STEADY_DB: f32 = 6.0;

/// How fast what may be noise becomes softer in what may be speech, in dB per block: 6 dB per second.
const DOWN_IN_SPEECH: f32 = 0.06;

impl Range {
    fn follow(&mut self, dbfs: f32) {
        self.least_dbfs = dbfs.min(self.least_dbfs + FORGETTING);
        self.most_dbfs = dbfs.max(self.most_dbfs - FORGETTING);
    }

    fn is_steady(&self) -> bool {
        self.most_dbfs - self.least_dbfs < STEADY_DB
    }
}

/// Samples within which the gain falls, 1 ms: what exceeds full scale meanwhile is bent.
const DOWN_SAMPLES: usize = BLOCK_SAMPLES / 10;

/// Turns down what would exceed full scale: at once for a whole block, so that its wave form is kept.
struct Headroom {
    factor: f32,
    hold_blocks: u32,
}

/// For this long no louder block is expected: the next period of the voice has a peak, too.
const HOLD_BLOCKS: u32 = 10;

/// How fast it becomes louder again per block: 30 dB per second.
const RELEASE: f32 = 1.035;

impl Headroom {
    fn new() -> Self {
        Self { factor: 1.0, hold_blocks: 0 }
    }

    /// The factor for a block with this peak.
    fn next(&mut self, peak: f32) -> f32 {
        let most = if peak > KNEE { KNEE / peak } else { 1.0 };
        if most < self.factor {
            (self.factor, self.hold_blocks) = (most, HOLD_BLOCKS);
        } else if self.hold_blocks > 0 {
            self.hold_blocks -= 1;
        } else {
            self.factor = (self.factor * RELEASE).min(most);
        }
        self.factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Syllables of a steady level, with a twentieth of a second of silence in a fifth, and their level after ten
    /// seconds.
    fn level_after_ten_seconds(dbfs: f32, is_speech: bool) -> f32 {
        let mut gain = AutomaticGain::new();
        let mut last = 0.0;
        for block in 0..1_000 {
            let is_silent = is_speech && block % 20 < 5;
            let amplitude = if is_silent { 0.0 } else { level::factor(dbfs) * std::f32::consts::SQRT_2 };
            let mut sound: [f32; BLOCK_SAMPLES] =
                std::array::from_fn(|i| amplitude * ((block * BLOCK_SAMPLES + i) as f32 * 0.1).sin());
            gain.process(&mut sound, is_speech);
            assert!(sound.iter().all(|sample| sample.abs() <= 1.0));
            last = level::dbfs(&sound);
        }
        last
    }

    #[test]
    fn loud_and_soft_speech_come_to_the_same_level() {
        assert!((level_after_ten_seconds(-40.0, true) + 20.0).abs() < 0.5);
        assert!((level_after_ten_seconds(-23.0, true) + 20.0).abs() < 0.5);
        assert!((level_after_ten_seconds(-13.0, true) + 20.0).abs() < 0.5);
    }

    #[test]
    fn a_sound_without_pauses_is_noise_whatever_the_voice_detector_says() {
        let mut gain = AutomaticGain::new();
        for block in 0..2_000 {
            let mut sound: [f32; BLOCK_SAMPLES] =
                std::array::from_fn(|i| 0.01 * ((block * BLOCK_SAMPLES + i) as f32 * 0.1).sin());
            gain.process(&mut sound, true);
        }
        assert!(gain.gain_db() < 0.5, "{} dB", gain.gain_db());
    }

    #[test]
    fn noise_is_not_turned_up() {
        assert!((level_after_ten_seconds(-50.0, false) + 50.0).abs() < 0.1);
        assert!((level_after_ten_seconds(-60.0, true) + 60.0).abs() < 0.1);
    }

    #[test]
    fn peaks_stay_within_full_scale() {
        let mut gain = AutomaticGain::new();
        gain.leveller.jump(PACE.most);
        let mut sound = [1.0; BLOCK_SAMPLES];
        gain.process(&mut sound, false);
        assert!(sound.iter().all(|sample| sample.abs() <= 1.0));
    }
}
