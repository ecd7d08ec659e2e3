//! Whose voice is it? Each person in a scenario speaks another recording.

use std::path::PathBuf;

use consonance_test_sound::{UNLIKE, likeness, peak, place_of, recording, speech_of};

use crate::failure::{Failure, ensure};

/// One of the three recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    First,
    Second,
    Third,
}

impl Voice {
    /// For a microphone.
    ///
    /// # Errors
    /// If the recording is not there.
    pub(crate) fn file(self) -> Result<PathBuf, Failure> {
        let file = recording(self.recording().0);
        // Chromium's microphone is silent where a path goes up.
        file.canonicalize().map_err(Failure::io(format!("{}", file.display())))
    }

    /// How much of what was said while somebody listened is in what they heard: 1 = all of it and nothing besides.
    fn likeness_in(self, heard: &[f32]) -> f64 {
        let said = self.said();
        let start = place_of(heard, &said) as usize;
        likeness(&said[start..said.len().min(start + heard.len())], heard)
    }

    /// What is said again and again, twice: mono, 48 kHz.
    pub(crate) fn said(self) -> Vec<f32> {
        let (number, seconds) = self.recording();
        speech_of(number, 0.0, seconds).repeat(2)
    }

    /// Which recording, and how long it is, in seconds.
    fn recording(self) -> (u32, f64) {
        match self {
            Self::First => (1, 7.1),
            Self::Second => (2, 5.3),
            Self::Third => (3, 6.05),
        }
    }
}

/// The loudest sample of what counts as silence, −40 dB: a decoder makes some noise by itself.
const SILENCE: f32 = 0.01;

/// That somebody heard nothing.
///
/// # Errors
/// [`Failure::NotSo`] with how loud it was.
pub(crate) fn is_silent(listener: &str, heard: &[f32]) -> Result<(), Failure> {
    let peak = peak(heard);
    println!("{listener} hears at most {peak:.4}");
    ensure(peak < SILENCE, || format!("{listener} hears something where nothing was said: {peak}"))
}

/// Whether somebody heard this voice, and so much of it that all of it can be understood; a machine that has no time loses
/// some, and then one listens on.
///
/// # Errors
/// [`Failure::NotSo`] where another voice is in it, with the figures.
pub(crate) fn is_understood(listener: &str, heard: &[f32], meant: Voice) -> Result<bool, Failure> {
    let likenesses = VOICES.map(|voice| (voice, voice.likeness_in(heard)));
    let figures: Vec<_> =
        likenesses.iter().map(|(voice, likeness)| format!("{voice:?} {likeness:.2}")).collect();
    let figures = figures.join(", ");
    println!("{listener} hears {meant:?}: {figures}");
    let is_other = |(voice, likeness): &(Voice, f64)| *voice != meant && *likeness > UNLIKE;
    ensure(!likenesses.iter().any(is_other), || {
        format!("{listener} should hear {meant:?}, and hears {figures}")
    })?;
    Ok(likenesses.iter().any(|(voice, likeness)| *voice == meant && *likeness > UNDERSTOOD))
}

/// That there are four seconds somewhere in a recording in which this voice is understood.
///
/// # Errors
/// As [`is_understood`], and if there are none.
pub(crate) fn is_somewhere_in(listener: &str, recording: &[f32], meant: Voice) -> Result<(), Failure> {
    let is_silence = |piece: &&[f32]| peak(piece) < SILENCE;
    let pieces = recording.windows(PIECE).step_by(PIECE / 4).skip_while(is_silence);
    for piece in pieces.take(PIECES_MAX) {
        if is_understood(listener, piece, meant)? {
            return Ok(());
        }
    }
    Err(Failure::NotSo(format!("{listener} does not understand {meant:?}")))
}

/// Four seconds.
const PIECE: usize = 4 * 48_000;
/// So many, each a second later, are longer than anybody speaks here.
const PIECES_MAX: usize = 30;
/// A voice that comes through a browser's encoder and jitter buffer without a loss has about 0.85; what is less is missing.
const UNDERSTOOD: f64 = 0.6;
const VOICES: [Voice; 3] = [Voice::First, Voice::Second, Voice::Third];
