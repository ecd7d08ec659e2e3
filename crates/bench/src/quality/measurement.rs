//! The quality and delay of speech for a listener under a condition.

use std::error::Error;

use consonance::audio::DecodedAs;
use serde::Serialize;

use super::visqol::Reference;
use crate::offline_call::{Call, Heard, milliseconds};
use crate::recordings::at_16_khz;

/// The result over all recordings and seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Measurement {
    /// The score, from 1 to 5.
    pub(super) score: f64,
    pub(super) delay_mean_ms: f64,
    pub(super) delay_p95_ms: f64,
    /// The percentages of frames that were concealed, and recovered.
    pub(super) concealed_percent: f64,
    pub(super) recovered_percent: f64,
    /// The percentage of sound that was removed or inserted to change the delay.
    pub(super) stretched_percent: f64,
}

/// The speech, and the references to judge it by.
pub(super) struct Speech {
    recordings: Vec<Vec<f32>>,
    references: Vec<Reference>,
}

impl Speech {
    pub(super) fn new(recordings: Vec<Vec<f32>>) -> Result<Self, Box<dyn Error>> {
        let reference = |sound: &Vec<f32>| Ok(Reference::new(&at_16_khz(sound)?));
        let references = recordings.iter().map(reference).collect::<Result<_, Box<dyn Error>>>()?;
        Ok(Self { recordings, references })
    }

    #[cfg(feature = "libopus")]
    pub(super) fn recordings(&self) -> &[Vec<f32>] {
        &self.recordings
    }

    /// The mean over calls from seed 1 on, each of which says all of the speech. The sound that was heard is passed to
    /// `keep` with the seed and the recording's number, on the recording's time line.
    pub(super) fn measure(
        &self,
        seeds: u64,
        call: impl Fn(&[Vec<f32>], u64) -> Result<(Call, Heard), Box<dyn Error>>,
        mut keep: impl FnMut(u64, usize, &[f32]) -> Result<(), Box<dyn Error>>,
    ) -> Result<Measurement, Box<dyn Error>> {
        let mut delays = Vec::new();
        let mut scores = Vec::new();
        let (mut frames, mut concealed, mut recovered) = (0, 0, 0);
        let (mut samples, mut stretched) = (0, 0);
        for seed in 1..=seeds {
            let (call, heard) = call(&self.recordings, seed)?;
            delays.extend(heard.delays(&call));
            frames += heard.frames.len() as u64;
            concealed += heard.count(DecodedAs::Concealed);
            recovered += heard.count(DecodedAs::Recovered);
            samples += call.utterances.iter().map(|said| said.samples as u64).sum::<u64>();
            stretched += heard.statistics.shortened_samples + heard.statistics.lengthened_samples;
            for (utterance, reference) in self.references.iter().enumerate() {
                let sound = heard.on_the_speakers_time_line(&call, utterance);
                keep(seed, utterance, &sound)?;
                scores.push(reference.score(&at_16_khz(&sound)?));
            }
        }
        delays.sort_unstable();
        let percent = |count: u64| 100.0 * count as f64 / frames.max(1) as f64;
        Ok(Measurement {
            score: mean(scores.iter().copied()),
            delay_mean_ms: milliseconds(mean(delays.iter().map(|&delay| delay as f64))),
            delay_p95_ms: milliseconds(
                delays.get(delays.len() * 95 / 100).map_or(0.0, |&delay| delay as f64),
            ),
            concealed_percent: percent(concealed),
            recovered_percent: percent(recovered),
            stretched_percent: 100.0 * stretched as f64 / samples.max(1) as f64,
        })
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1);
    values.sum::<f64>() / count as f64
}

#[cfg(test)]
mod tests {
    use super::super::condition::{Condition, Listener};
    use super::*;
    use crate::encoding::Encoding;
    use crate::recordings::recordings;

    fn measure(speech: &Speech, listener: Listener, condition: Condition, seeds: u64) -> Measurement {
        let call =
            |recordings: &[Vec<f32>], seed| listener.hear(recordings, condition, Encoding::default(), seed);
        speech.measure(seeds, call, |_, _, _| Ok(())).unwrap()
    }

    /// Two of the recordings, because a call is more than its first words.
    fn speech() -> Speech {
        Speech::new(recordings().unwrap().split_off(1)).unwrap()
    }

    #[test]
    fn at_10_percent_loss_and_60_ms_jitter_it_sounds_better_and_earlier_than_the_original() {
        let condition = Condition::even(10, false, 60);
        let measure = |listener| measure(&speech(), listener, condition, 2);
        let ours = measure(Listener::Ours);
        let original = measure(Listener::Original40);
        assert!(ours.score > original.score + 0.2, "{ours:?}, the original {original:?}");
        assert!(ours.delay_mean_ms < 0.8 * original.delay_mean_ms, "{ours:?}, the original {original:?}");
        let with_our_frames = measure(Listener::Original20);
        assert!(ours.score > with_our_frames.score - 0.02, "{ours:?}, the original {with_our_frames:?}");
        assert!(ours.delay_mean_ms < 0.92 * with_our_frames.delay_mean_ms, "{ours:?}, {with_our_frames:?}");
    }

    #[test]
    fn on_a_good_network_the_delay_is_a_frame_and_20_ms_at_most() {
        let condition = Condition::even(0, false, 0);
        let ours = measure(&speech(), Listener::Ours, condition, 2);
        assert!(ours.delay_mean_ms <= 40.0 && ours.score > 4.3, "{ours:?}");
        assert!(ours.concealed_percent.abs() < f64::EPSILON, "{ours:?}");
    }

    #[test]
    fn the_same_seeds_give_the_same_figures() {
        let condition = Condition::even(20, true, 20);
        let speech = Speech::new(vec![recordings().unwrap().swap_remove(1)]).unwrap();
        for listener in Listener::ALL {
            let measure = || measure(&speech, listener, condition, 1);
            assert_eq!(measure(), measure(), "{}", listener.name());
        }
    }
}
