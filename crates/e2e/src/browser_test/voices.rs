//! Whose voice is it, and how much of it is there? Each person in a scenario speaks another recording.

use std::path::{Path, PathBuf};

use consonance_testing::sound::{Coverage, FRAME_SAMPLES, likeness, place_of, recording, speech_of, write};
use consonance_testing::stage::Failure;

/// One of the three recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    First,
    Second,
    Third,
}

pub(crate) const VOICES: [Voice; 3] = [Voice::First, Voice::Second, Voice::Third];

impl Voice {
    /// For a microphone; what is not there as it is, is written into this folder.
    ///
    /// # Errors
    /// If the recording is not there, or nothing can be written.
    pub(crate) fn file(self, manner: Manner, folder: &Path) -> Result<PathBuf, Failure> {
        let file = match manner {
            Manner::AsRecorded => recording(self.recording().0),
            Manner::WithoutPauses => self.written(folder, "without-pauses", &self.without_pauses())?,
            Manner::InTurns => {
                self.written(folder, "in-turns", &[quiet_room(), self.utterance()].concat())?
            }
        };
        // Chromium's microphone is silent where a path goes up.
        file.canonicalize().map_err(Failure::io(format!("{}", file.display())))
    }

    /// The share of what was said during listening that was heard: 1 = all of it and nothing besides.
    pub(crate) fn likeness_in(self, heard: &[f32]) -> f64 {
        let said = self.said();
        let start = place_of(heard, &said) as usize;
        likeness(&said[start..said.len().min(start + heard.len())], heard)
    }

    /// What of it is missing in what was heard meanwhile, but for the edges: what was just said when listening began or
    /// stopped can be on either side.
    pub(crate) fn coverage_in(self, manner: Manner, heard: &[f32]) -> Coverage {
        let said = match manner {
            Manner::AsRecorded => self.said(),
            Manner::WithoutPauses => self.without_pauses().repeat(3),
            Manner::InTurns => return Coverage::of(&self.utterance(), heard),
        };
        let start = place_of(heard, &said) as usize;
        let end = said.len().min(start + heard.len());
        Coverage::of(said.get(start + EDGE..end - EDGE).unwrap_or_default(), heard)
    }

    /// What is said again and again, twice: mono, 48 kHz.
    pub(crate) fn said(self) -> Vec<f32> {
        let (number, seconds) = self.recording();
        speech_of(number, 0.0, seconds).repeat(2)
    }

    /// What is said [`Manner::InTurns`] between two pauses: mono, 48 kHz.
    pub(crate) fn utterance(self) -> Vec<f32> {
        speech_of(self.recording().0, 0.0, UTTERANCE_S)
    }

    /// The recording but for what is much quieter than its loudest part.
    fn without_pauses(self) -> Vec<f32> {
        let (number, seconds) = self.recording();
        let speech = speech_of(number, 0.0, seconds);
        let energy = |frame: &[f32]| frame.iter().map(|sample| sample * sample).sum::<f32>();
        let loudest = speech.chunks(FRAME_SAMPLES).map(energy).fold(0.0, f32::max);
        let is_loud = |frame: &&[f32]| energy(frame) > loudest / PAUSE_RANGE;
        speech.chunks(FRAME_SAMPLES).filter(is_loud).flatten().copied().collect()
    }

    fn written(self, folder: &Path, manner: &str, sound: &[f32]) -> Result<PathBuf, Failure> {
        let file = folder.join(format!("{self:?}-{manner}.wav"));
        write(&file, sound).map_err(Failure::io(format!("{}", file.display())))?;
        Ok(file)
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

/// How a microphone hears a voice, again and again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    #[default]
    AsRecorded,
    /// So that each silence is a loss.
    WithoutPauses,
    /// First a room without speech, then an utterance.
    InTurns,
}

/// Air and a fan: noise at −53 dBFS.
fn quiet_room() -> Vec<f32> {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32 * 0.008
    };
    (0..PAUSE_S * 48_000).map(|_| noise()).collect()
}

/// Long enough to look at what happens meanwhile, on a machine with much else to do.
const PAUSE_S: usize = 6;
const UTTERANCE_S: f64 = 3.5;
/// A tenth of a second.
const EDGE: usize = 4_800;
/// What has less energy than a hundredth of the loudest frame's (−20 dB) is a pause.
const PAUSE_RANGE: f32 = 100.0;
