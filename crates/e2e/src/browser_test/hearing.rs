//! Judging a player's recording: the voice in it, and the frames of it that are missing. All results go into the
//! report.

use std::time::Duration;

use consonance_testing::sound::{ALIKE, peak};
use consonance_testing::stage::{Failure, Tab, ensure};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::voices::{Manner, VOICES, Voice};

impl Fixture<'_> {
    /// A player heard nothing.
    ///
    /// # Errors
    /// [`Failure::NotSo`] with how loud it was.
    pub(crate) fn is_silent(&self, listener: &str, heard: &[f32]) -> Result<(), Failure> {
        let peak = peak(heard);
        self.say(&format!("{listener} hears at most {peak:.4}"));
        ensure(peak < SILENCE, || format!("{listener} hears something where nothing was said: {peak}"))
    }

    /// Checks that a page falls silent, except for sound that is still on its way: an overloaded page can have seconds
    /// of it.
    ///
    /// # Errors
    /// As [`is_silent`](Self::is_silent).
    pub(crate) fn falls_silent(&self, listener: &str, tab: &Tab) -> Result<(), Failure> {
        for _ in 0..TAILS_MAX {
            tab.listen_again_for(PAUSE)?;
            if is_silence(&tab.heard()?) {
                break;
            }
        }
        tab.listen_again_for(PAUSE)?;
        self.is_silent(listener, &tab.heard()?)
    }

    /// Whether a player heard this voice well enough to understand all of it, and without a loss that this scenario
    /// does not allow; an overloaded machine loses some, and then the player listens on.
    ///
    /// # Errors
    /// [`Failure::NotSo`] where another voice is in it, with the figures; or if the recording cannot be kept.
    pub(crate) fn understands(&self, title: &str, heard: &[f32], meant: Voice) -> Result<bool, Failure> {
        let likenesses = VOICES.map(|voice| (voice, voice.likeness_in(heard)));
        let figures = likenesses.map(|(voice, likeness)| format!("{voice:?} {likeness:.2}")).join(", ");
        let likeness =
            likenesses.iter().find(|(voice, _)| *voice == meant).map_or(0.0, |(_, likeness)| *likeness);
        // Half the likeness of the intended voice. By chance, four seconds of one recording match another with a
        // median likeness of 0.11 over 2400 places, and 0.37 at most.
        let others_max = likeness.max(ALIKE) / 2.0;
        let is_other = |(voice, likeness): &(Voice, f64)| *voice != meant && *likeness > others_max;
        let coverage = meant.coverage_in(Manner::AsRecorded, heard);
        let (missing, speech) = (coverage.missing.len(), coverage.speech);
        self.say(&format!("{title}: {figures}; {missing} of {speech} frames are missing"));
        let is_whole = coverage.missing_share() <= self.missing_max();
        self.keep_hearing(title, heard, likeness, coverage)?;
        ensure(!likenesses.iter().any(is_other), || {
            format!("{title} should be {meant:?}, and is {figures}")
        })?;
        Ok(likeness > UNDERSTOOD && is_whole)
    }

    /// Checks that a recording has four seconds somewhere in which this voice is understood.
    ///
    /// # Errors
    /// As [`understands`](Self::understands), and if there are none.
    pub(crate) fn understands_somewhere(
        &self,
        title: &str,
        recording: &[f32],
        meant: Voice,
    ) -> Result<(), Failure> {
        let pieces = recording.windows(PIECE).step_by(PIECE / 4).skip_while(|piece| is_silence(piece));
        for piece in pieces.take(PIECES_MAX) {
            if self.understands(title, piece, meant)? {
                return Ok(());
            }
        }
        Err(Failure::NotSo(format!("{title}: {meant:?} is not understood")))
    }
}

/// Whether the recording is silent.
pub(crate) fn is_silence(heard: &[f32]) -> bool {
    peak(heard) < SILENCE
}

/// A speaker without pauses is heard within this time.
const PAUSE: Duration = Duration::from_millis(1_500);
/// This many pauses are longer than all sound in flight: on the network, in the jitter buffer, and 5 s in the page's
/// recorder.
const TAILS_MAX: usize = 6;
/// The loudest sample of what counts as silence, −40 dB: a decoder makes some noise by itself.
const SILENCE: f32 = 0.01;
/// Four seconds.
const PIECE: usize = 4 * 48_000;
/// This many pieces, each a second later than the previous one, are longer than any player speaks here.
const PIECES_MAX: usize = 30;
/// The likeness of a voice that passed a browser's encoder and jitter buffer without loss is about 0.85.
const UNDERSTOOD: f64 = 0.6;
