//! One speaker, one direction of a network, one listener, on simulated time: the common part of the lab and the
//! quality bench.

mod delay_pattern;
mod journeys;
mod listener;
mod voice;
mod wav_file;

pub(crate) use delay_pattern::DelayPattern;
pub(crate) use journeys::{Journeys, impaired, network, traced};
pub(crate) use listener::listen;
pub(crate) use voice::encode;
pub(crate) use wav_file::write_wav;

use consonance::audio::{BLOCK_SAMPLES, DecodedAs, FrameSize, SpeakerStatistics};

/// A continuous piece of speech, and the arrival times of its packets. Times are samples at 48 kHz of the listener's
/// clock.
pub(crate) struct Utterance {
    /// The time of its first sample.
    pub(crate) begins: u64,
    /// The number of samples.
    pub(crate) samples: usize,
    /// The packets, frame by frame.
    pub(crate) packets: Vec<Vec<u8>>,
    /// The arrival time of each packet, unless it is lost.
    pub(crate) arrivals: Journeys,
}

/// Everything one speaker says to one listener.
pub(crate) struct Call {
    pub(crate) frame: FrameSize,
    /// How the network's delay changes.
    pub(crate) delays: DelayPattern,
    /// The codec's delay.
    pub(crate) codec_delay_samples: u64,
    /// The utterances in order; none begins before the last packet of the previous one has arrived.
    pub(crate) utterances: Vec<Utterance>,
}

/// A packet on its way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrival {
    pub(crate) at: u64,
    pub(crate) utterance: usize,
    pub(crate) sequence: u32,
}

impl Call {
    /// All packets that arrive, in the order in which they do.
    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        let of = |(utterance, talk): (usize, &Utterance)| {
            let times: Vec<_> = (0..).zip(&talk.arrivals).filter_map(|(i, at)| Some((i, (*at)?))).collect();
            times.into_iter().map(move |(sequence, at)| Arrival { at, utterance, sequence })
        };
        let mut arrivals: Vec<Arrival> = self.utterances.iter().enumerate().flat_map(of).collect();
        arrivals.sort_unstable();
        arrivals
    }

    /// The time by which everything has been heard: 600 ms after the last packet or sample, rounded up to a block.
    pub(crate) fn ends(&self) -> u64 {
        let spoken = self.utterances.last().map_or(0, |last| last.begins + last.samples as u64);
        let arrived = self.arrivals().last().map_or(0, |last| last.at);
        let block = BLOCK_SAMPLES as u64;
        (spoken.max(arrived) + 60 * block).next_multiple_of(block)
    }

    /// The time at which the first sample of a frame is spoken.
    fn spoken_at(&self, utterance: usize, sequence: u32) -> u64 {
        let since = u64::from(sequence) * self.frame.samples() as u64;
        let at = self.utterances[utterance].begins + since;
        at.saturating_add_signed(self.delays.lateness(since))
    }
}

/// A frame as it was heard.
#[derive(Clone, Copy)]
pub(crate) struct HeardFrame {
    pub(crate) utterance: usize,
    pub(crate) sequence: u32,
    /// The time at which its first sample was heard, without the codec's delay.
    pub(crate) at: u64,
    pub(crate) how: DecodedAs,
}

/// The result of a call at the listener's ear.
#[derive(Default)]
pub(crate) struct Heard {
    /// The sound from the start of the listener's clock.
    pub(crate) sound: Vec<f32>,
    pub(crate) frames: Vec<HeardFrame>,
    /// The listener's own statistics.
    pub(crate) statistics: SpeakerStatistics,
}

impl Heard {
    pub(crate) fn count(&self, how: DecodedAs) -> u64 {
        self.frames.iter().filter(|frame| frame.how == how).count() as u64
    }

    /// The delays from mouth to ear, in samples, of all frames that were not concealed, sorted.
    pub(crate) fn delays(&self, call: &Call) -> Vec<u64> {
        self.delays_of(call, |_| true)
    }

    /// The usual delay of an utterance: the median, because time stretching moves some of it.
    pub(crate) fn usual_delay(&self, call: &Call, utterance: usize) -> u64 {
        let delays = self.delays_of(call, |frame| frame.utterance == utterance);
        delays.get(delays.len() / 2).copied().unwrap_or(0)
    }

    /// An utterance as it was heard, with its usual delay removed: as long as the original, and aligned with it.
    pub(crate) fn on_the_speakers_time_line(&self, call: &Call, utterance: usize) -> Vec<f32> {
        let said = &call.utterances[utterance];
        let from = (said.begins + self.usual_delay(call, utterance)) as usize;
        let mut sound = self.sound.get(from..).unwrap_or_default().to_vec();
        sound.resize(said.samples, 0.0);
        sound
    }

    fn delays_of(&self, call: &Call, wanted: impl Fn(&HeardFrame) -> bool) -> Vec<u64> {
        let heard = self.frames.iter().filter(|frame| frame.how != DecodedAs::Concealed && wanted(frame));
        let delay = |frame: &HeardFrame| {
            (frame.at + call.codec_delay_samples)
                .saturating_sub(call.spoken_at(frame.utterance, frame.sequence))
        };
        let mut delays: Vec<u64> = heard.map(delay).collect();
        delays.sort_unstable();
        delays
    }
}

/// Samples at 48 kHz as milliseconds.
pub(crate) fn milliseconds(samples: f64) -> f64 {
    samples / 48.0
}
