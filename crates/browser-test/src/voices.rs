//! Whose voice is it? Each person in a scenario speaks another recording.

use std::path::PathBuf;

use consonance_test_sound::{ALIKE, UNLIKE, likeness, peak, recording, speech_of};

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
        let file = recording(self.number());
        // Chromium's microphone is silent where a path goes up.
        file.canonicalize().map_err(Failure::io(format!("{}", file.display())))
    }

    /// The part of it that is judged: mono, 48 kHz. A microphone's first moments are not, nor what is said at last, as channels
    /// may close a little early.
    pub(crate) fn said(self) -> Vec<f32> {
        speech_of(self.number(), 0.6, SECONDS - 0.4)
    }

    fn number(self) -> u32 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
        }
    }
}

/// What is judged of a recording ends before this; the shortest has 5.3 s.
pub(crate) const SECONDS: f64 = 5.0;
/// The loudest sample of what counts as silence, −40 dB: a decoder makes some noise by itself.
const SILENCE: f32 = 0.01;

/// That all of these voices, and none of the others, are in what somebody heard; how like each is.
///
/// # Errors
/// [`Failure::NotSo`] with the figures.
pub(crate) fn judge(listener: &str, heard: &[f32], voices: &[Voice]) -> Result<(), Failure> {
    if voices.is_empty() {
        let peak = peak(heard);
        println!("{listener} hears at most {peak:.4}");
        return ensure(peak < SILENCE, || {
            format!("{listener} hears something where nothing was said: {peak}")
        });
    }
    for voice in [Voice::First, Voice::Second, Voice::Third] {
        let likeness = likeness(&voice.said(), heard);
        let is_meant = voices.contains(&voice);
        println!("{listener} hears {voice:?}: {likeness:.3}{}", if is_meant { "" } else { " (not meant)" });
        let holds = if is_meant { likeness > ALIKE } else { likeness < UNLIKE };
        ensure(holds, || format!("{listener} hears {voice:?} with a likeness of {likeness:.3}"))?;
    }
    Ok(())
}
