//! Judges each player's recording of a line against the programme.

use consonance_testing::sound::{Coverage, UNLIKE, likeness, peak};
use serde::Serialize;

use crate::scenario::words::NOTE_SAMPLES;

/// The expectations of a listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// Whether it must hear the words; otherwise it must hear nothing of them.
    pub(crate) is_for: bool,
    /// The music that it must hear all the while, too.
    pub(crate) music: Option<&'a [f32]>,
    /// Whether packets are lost on purpose on the way to it, or from the speaker.
    pub(crate) is_lossy: bool,
}

/// The result at one listener.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Hearing {
    pub(crate) verdict: Verdict,
    /// The likeness of the recording to the words: 1 = all of it.
    pub(crate) likeness: f64,
    /// The share of the words that is missing; none if they must not be heard, or if there is music in all of them.
    pub(crate) missing: Option<f64>,
    /// The loudest sample.
    pub(crate) loudest: f32,
}

/// The words against the programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// The words were for this listener, and were understood.
    Heard,
    /// The words were not for this listener, and nothing of them was heard.
    Silent,
    /// The words were for this listener, and not all of them were heard.
    Missed,
    /// The words were not for this listener, and they, or other sound, were heard.
    Leaked,
    /// The music should have been heard, and was not.
    WithoutMusic,
}

impl Verdict {
    /// Whether it is what the programme requires.
    pub(crate) fn is_right(self) -> bool {
        matches!(self, Self::Heard | Self::Silent)
    }

    /// Whether it is an error that no second attempt can correct.
    pub(crate) fn is_final(self) -> bool {
        self == Self::Leaked
    }
}

/// Judges a recording that was made while these words were said.
pub(crate) fn judge(words: &[f32], heard: &[f32], expected: Expected<'_>) -> Hearing {
    let loudest = peak(heard);
    if !expected.is_for {
        // Below this level there is nothing to compare.
        let is_silent = loudest < SILENCE;
        let likeness = if is_silent { 0.0 } else { likeness(words, heard) };
        let is_right = is_silent || expected.music.is_some() && likeness < UNLIKE;
        let verdict = if !is_right {
            Verdict::Leaked
        } else if expected.music.is_some_and(|music| !has(music, heard)) {
            Verdict::WithoutMusic
        } else {
            Verdict::Silent
        };
        return Hearing { verdict, likeness, missing: None, loudest };
    }
    let likeness = likeness(words, heard);
    // Frames mixed with music do not match the original.
    let missing = expected.music.is_none().then(|| Coverage::of(words, heard).missing_share());
    let verdict = if likeness < understood(expected)
        || missing.is_some_and(|missing| missing > missing_max(expected))
    {
        Verdict::Missed
    } else if expected.music.is_some_and(|music| !has(music, heard)) {
        Verdict::WithoutMusic
    } else {
        Verdict::Heard
    };
    Hearing { verdict, likeness, missing, loudest }
}

/// Whether a continuing melody is in the end of the recording, after the words.
fn has(music: &[f32], heard: &[f32]) -> bool {
    let last = &heard[heard.len().saturating_sub(LAST)..];
    let notes = music.chunks_exact(NOTE_SAMPLES);
    notes.map(|note| likeness(note, last)).fold(0.0, f64::max) > MUSIC
}

/// The least likeness to the words that counts as understood.
fn understood(expected: Expected<'_>) -> f64 {
    if expected.music.is_some() { UNDERSTOOD_OVER_MUSIC } else { UNDERSTOOD }
}

/// The share of the words that may be missing.
fn missing_max(expected: Expected<'_>) -> f64 {
    if expected.is_lossy { MISSING_MAX_LOSSY } else { MISSING_MAX }
}

/// The loudest sample of what counts as silence, −40 dB: a decoder makes some noise by itself.
pub(crate) const SILENCE: f32 = 0.01;
/// A voice that passed an encoder and a jitter buffer without loss has 0.8 or more, and another voice less than 0.35.
const UNDERSTOOD: f64 = 0.6;
/// Other sound on top of a voice lowers its likeness.
const UNDERSTOOD_OVER_MUSIC: f64 = 0.45;
/// The likeness of a note that is present, in a moment without a voice.
const MUSIC: f64 = 0.6;
/// 0.6 s: wherever it begins, one whole note of the music is in it.
const LAST: usize = 28_800;
/// A fifth of a second of a line's two seconds: a word.
const MISSING_MAX: f64 = 0.1;
/// Every tenth packet is lost, and concealed frames do not match the original: voices carry redundant copies only if
/// they are lost on the uplink, or to half of their listeners.
const MISSING_MAX_LOSSY: f64 = 0.3;

#[cfg(test)]
mod tests;
