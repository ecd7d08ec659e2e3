//! What each player heard during a line, judged against the programme.

use consonance_testing::sound::{Coverage, UNLIKE, likeness, peak};
use serde::Serialize;

use crate::scenario::words::NOTE_SAMPLES;

/// What is known of a listener before anything is listened to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// Whether it must hear the words; otherwise it must hear nothing of them.
    pub(crate) is_for: bool,
    /// What it must hear besides, all the while.
    pub(crate) music: Option<&'a [f32]>,
    /// Whether packets are lost on purpose on the way to it, or from the speaker.
    pub(crate) is_lossy: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Hearing {
    pub(crate) verdict: Verdict,
    /// How like the words what was heard is: 1 = all of it.
    pub(crate) likeness: f64,
    /// Which share of the words is missing; none where they were not to be heard, or music is in all of them.
    pub(crate) missing: Option<f64>,
    /// The loudest sample.
    pub(crate) loudest: f32,
}

/// The words against the programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// It was for it, and it was understood.
    Heard,
    /// It was not for it, and nothing of it was heard.
    Silent,
    /// It was for it, and not all of it was there.
    Missed,
    /// It was not for it, and it was heard, or something else was.
    Leaked,
    /// The music was to be heard, and was not.
    WithoutMusic,
}

impl Verdict {
    /// As the programme wants it.
    pub(crate) fn is_right(self) -> bool {
        matches!(self, Self::Heard | Self::Silent)
    }

    /// Wrong in a way that no second attempt mends.
    pub(crate) fn is_final(self) -> bool {
        self == Self::Leaked
    }
}

/// Judges what was heard while these words were said.
pub(crate) fn judge(words: &[f32], heard: &[f32], expected: Expected<'_>) -> Hearing {
    let loudest = peak(heard);
    if !expected.is_for {
        // Below that there is nothing whose likeness could be asked for.
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
    // Frames with music in them are not as they were said.
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

/// Whether a melody that goes on is in what was heard last, when the words are over.
fn has(music: &[f32], heard: &[f32]) -> bool {
    let last = &heard[heard.len().saturating_sub(LAST)..];
    let notes = music.chunks_exact(NOTE_SAMPLES);
    notes.map(|note| likeness(note, last)).fold(0.0, f64::max) > MUSIC
}

/// How like the words has to be what counts as understood.
fn understood(expected: Expected<'_>) -> f64 {
    if expected.music.is_some() { UNDERSTOOD_OVER_MUSIC } else { UNDERSTOOD }
}

/// Which share of the words may be missing.
fn missing_max(expected: Expected<'_>) -> f64 {
    if expected.is_lossy { MISSING_MAX_LOSSY } else { MISSING_MAX }
}

/// The loudest sample of what counts as silence, −40 dB: a decoder makes some noise by itself.
pub(crate) const SILENCE: f32 = 0.01;
/// A voice that comes through an encoder and a jitter buffer without a loss has 0.8 and more, and
/// another voice less than 0.35.
const UNDERSTOOD: f64 = 0.6;
/// What is added to a voice makes it less like itself.
const UNDERSTOOD_OVER_MUSIC: f64 = 0.45;
/// The likeness of a note that is there, in a moment without a voice.
const MUSIC: f64 = 0.6;
/// 0.6 s: wherever it begins, one whole note of the music is in it.
const LAST: usize = 28_800;
/// A fifth of a second of the two of a line: a word.
const MISSING_MAX: f64 = 0.1;
/// Every tenth packet is lost, and what is made up instead is not what was said: copies come with a voice that is lost
/// on its way up, or to half of its listeners.
const MISSING_MAX_LOSSY: f64 = 0.3;

#[cfg(test)]
mod tests;
