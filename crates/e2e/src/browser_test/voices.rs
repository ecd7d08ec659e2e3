//! The voices of a scenario, and how much of each is in a recording. Each person in a scenario speaks another
//! recording.

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
    /// A file for a microphone; if the recording must be changed for it, it is written into this folder.
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
        // Chromium's fake microphone is silent if the path contains `..`.
        file.canonicalize().map_err(Failure::io(format!("{}", file.display())))
    }

    /// How much of the speech is in the recording: 1 = all of it, without other sound on top.
    pub(crate) fn likeness_in(self, heard: &[f32]) -> f64 {
        let said = self.said();
        let start = place_of(heard, &said) as usize;
        likeness(&said[start..said.len().min(start + heard.len())], heard)
    }

    /// The frames of it that are missing in a recording, except at the edges: speech at the moment when recording
    /// began or stopped can be on either side.
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

    /// The repeated speech, twice: mono, 48 kHz.
    pub(crate) fn said(self) -> Vec<f32> {
        let (number, seconds) = self.recording();
        speech_of(number, 0.0, seconds).repeat(2)
    }

    /// The speech of [`Manner::InTurns`] between two pauses: mono, 48 kHz.
    pub(crate) fn utterance(self) -> Vec<f32> {
        speech_of(self.recording().0, 0.0, UTTERANCE_S)
    }

    /// The recording without the parts that are much quieter than its loudest part.
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

    /// The number of the recording, and its length in seconds.
    fn recording(self) -> (u32, f64) {
        match self {
            Self::First => (1, 7.1),
            Self::Second => (2, 5.3),
            Self::Third => (3, 6.05),
        }
    }
}

/// The form in which a microphone plays a voice in a loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    #[default]
    AsRecorded,
    /// Without pauses, so that each silence is a loss.
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

/// Long enough to check what happens meanwhile, even on a busy machine.
const PAUSE_S: usize = 6;
const UTTERANCE_S: f64 = 3.5;
/// A tenth of a second.
const EDGE: usize = 4_800;
/// A frame with less energy than a hundredth of the loudest frame's (−20 dB) is a pause.
const PAUSE_RANGE: f32 = 100.0;
