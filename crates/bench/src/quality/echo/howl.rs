//! Whether two players with loudspeakers in one room howl.

use consonance::audio::{BLOCK_SAMPLES, CaptureChain, CaptureSettings};
use consonance_testing::sound::SharedRoom;
use serde::Serialize;

/// Seconds of the call; the first player speaks in the first of them.
const SECONDS: usize = 60;

/// The start of the final part, in seconds.
const END_S: usize = 30;

/// The gains from a player's own and from the other player's loudspeaker to the microphone.
const OWN_GAIN: f32 = 1.0;
const OTHER_GAIN: f32 = 0.2;

const SAMPLES_PER_SECOND: usize = 48_000;

/// The levels of the sound that the players sent, each from the louder of the two.
#[derive(Debug, Serialize)]
pub(super) struct Howl {
    canceller: &'static str,
    /// The loudest second, in dBFS.
    loudest_dbfs: f64,
    /// The last 30 s, in dBFS, long after the voice.
    end_dbfs: f64,
}

impl Howl {
    /// The levels with the whole chain at its defaults, which sends only speech.
    pub(super) fn ours(said: &[f32]) -> Self {
        let mut chains = [0, 1].map(|_| CaptureChain::new(CaptureSettings::default()));
        Self::of("ours, whole chain", said, |player, heard, played| {
            if !chains[player].process(heard, Some(played)).is_speech {
                heard.fill(0.0);
            }
        })
    }

    /// The levels with unprocessed microphones.
    pub(super) fn unprocessed(said: &[f32]) -> Self {
        Self::of("no processing", said, |_, _, _| {})
    }

    fn of(
        canceller: &'static str,
        said: &[f32],
        process: impl FnMut(usize, &mut [f32; BLOCK_SAMPLES], &[f32; BLOCK_SAMPLES]),
    ) -> Self {
        let blocks = SECONDS * SAMPLES_PER_SECOND / BLOCK_SAMPLES;
        let sent = SharedRoom::new(OWN_GAIN, OTHER_GAIN).call(said, blocks, process);
        let loudest = sent.iter().flat_map(|sent| sent.chunks(SAMPLES_PER_SECOND)).map(dbfs);
        let end = sent.iter().map(|sent| dbfs(&sent[END_S * SAMPLES_PER_SECOND..]));
        Self {
            canceller,
            loudest_dbfs: loudest.fold(f64::MIN, f64::max),
            end_dbfs: end.fold(f64::MIN, f64::max),
        }
    }

    pub(super) fn line(&self) -> String {
        let (canceller, [loudest, end]) = (self.canceller, self.whole_dbfs());
        format!(
            "| two players in one room | {canceller} | | | loudest second {loudest} dBFS, last 30 s {end} dBFS |"
        )
    }

    /// The levels in a sentence that says what they are.
    pub(super) fn in_words(&self) -> String {
        let (canceller, [loudest, end]) = (self.canceller, self.whole_dbfs());
        format!("{canceller} {loudest} and {end} dBFS")
    }

    fn whole_dbfs(&self) -> [f64; 2] {
        // Adding zero turns a negative zero into a positive one.
        [self.loudest_dbfs, self.end_dbfs].map(|dbfs| dbfs.round() + 0.0)
    }
}

fn dbfs(sound: &[f32]) -> f64 {
    let energy: f64 = sound.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    10.0 * (energy / sound.len().max(1) as f64).max(1e-12).log10()
}
