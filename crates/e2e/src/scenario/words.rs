//! The words of each player: speech of its own, or music. Mono, 48 kHz.

use std::f32::consts::TAU;

use consonance_testing::sound::speech_of;

/// A player's words, always the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// One of `SPEECHES` pieces of the recordings, no two of which are alike.
    Speech(usize),
    /// A melody.
    Music,
}

/// The number of speeches.
pub(crate) const SPEECHES: usize = PIECES.len() * PACES.len();

impl Words {
    /// All of the sound, once.
    pub(crate) fn sound(self) -> Vec<f32> {
        match self {
            Self::Speech(number) => speech(number),
            Self::Music => melody(),
        }
    }
}

fn speech(number: usize) -> Vec<f32> {
    let (recording, start) = PIECES[number % PIECES.len()];
    let pace = PACES[number / PIECES.len() % PACES.len()];
    let said = speech_of(recording, start, start + SPEECH_S * pace);
    let at = |position: f64| {
        let (before, part) = (position as usize, position.fract() as f32);
        said[before] * (1.0 - part) + said.get(before + 1).unwrap_or(&0.0) * part
    };
    let samples = (said.len() as f64 / pace) as usize;
    (0..samples).map(|sample| at(sample as f64 * pace)).collect()
}

/// Notes that glide into each other, so that no moment is like the next; quieter than speech.
fn melody() -> Vec<f32> {
    let mut phase = 0.0_f32;
    let next = MELODY.iter().cycle().skip(1);
    let notes =
        MELODY.iter().zip(next).flat_map(|(from, to)| (0..NOTE_SAMPLES).map(move |at| (*from, *to, at)));
    let sample = |(from, to, at): (f32, f32, usize)| {
        let part = at as f32 / NOTE_SAMPLES as f32;
        let half_tones = from + (to - from) * part;
        phase = (phase + A_HZ * 2_f32.powf(half_tones / 12.0) / 48_000.0).fract();
        LOUDNESS * (1.0 - 0.5 * part) * (TAU * phase).sin()
    };
    notes.map(sample).collect()
}

/// The recording, and the second it starts at: speech without a long pause.
const PIECES: [(u32, f64); 6] = [(1, 0.2), (1, 3.4), (2, 0.1), (2, 2.6), (3, 0.1), (3, 3.1)];
/// Faster playback is higher in pitch, as on a tape, which makes it another voice.
const PACES: [f64; 4] = [0.85, 1.2, 1.6, 1.9];
/// The length of a speech, in seconds.
const SPEECH_S: f64 = 2.2;
/// Half-tones above A, one for each note.
const MELODY: [f32; 12] = [3.0, 7.0, 10.0, 15.0, 12.0, 19.0, 7.0, 12.0, 5.0, 8.0, 17.0, 0.0];
pub(crate) const NOTE_SAMPLES: usize = 12_000;
const A_HZ: f32 = 440.0;
const LOUDNESS: f32 = 0.1;

#[cfg(test)]
mod tests {
    use consonance_testing::sound::{UNLIKE, likeness, peak};

    use super::*;

    #[test]
    fn no_words_are_like_any_others() {
        let words: Vec<_> = (0..SPEECHES).map(Words::Speech).chain([Words::Music]).collect();
        let sounds: Vec<_> = words.iter().map(|words| words.sound()).collect();
        for (said, one) in sounds.iter().zip(&words) {
            assert!(peak(said) > 0.05, "{one:?}");
            for (heard, other) in sounds.iter().zip(&words).filter(|(_, other)| *other != one) {
                let likeness = likeness(said, heard);
                assert!(likeness < UNLIKE, "{one:?} in {other:?}: {likeness}");
            }
        }
    }
}
