//! The conditions of a network, and the listeners.

use std::error::Error;
use std::time::Duration;

use consonance::audio::{EncoderSettings, FrameSize, MixerSettings};

use super::{fixed_buffer, original};
use crate::encoding::Encoding;
use crate::offline_call::{
    Call, DelayPattern, Heard, Journeys, Utterance, encode, impaired, listen, network,
};

/// Silence between two recordings of a call, in samples: a second.
const PAUSE_SAMPLES: u64 = 48_000;

/// The mean number of packets lost in a row if losses come in bursts.
pub(super) const BURST_PACKETS: f64 = 3.0;

/// The behaviour of the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Condition {
    pub(super) loss_percent: u8,
    pub(super) bursts: bool,
    pub(super) jitter_ms: u16,
    /// How its delay changes besides the jitter.
    pub(super) delays: DelayPattern,
    /// The frame size, for listeners without one of their own.
    pub(super) frame: FrameSize,
}

impl Condition {
    pub(super) const LOSSES_PERCENT: [u8; 5] = [0, 5, 10, 20, 30];
    pub(super) const JITTERS_MS: [u16; 3] = [0, 20, 60];

    /// A network that loses and delays packets independently, or with losses in bursts.
    pub(super) const fn even(loss_percent: u8, bursts: bool, jitter_ms: u16) -> Self {
        Self { loss_percent, bursts, jitter_ms, delays: DelayPattern::Steady, frame: FrameSize::Ms20 }
    }

    /// All conditions with even jitter: one without loss, the others with independent losses and with bursts.
    pub(super) fn all_even() -> Vec<Self> {
        let mut all = Vec::new();
        for jitter_ms in Self::JITTERS_MS {
            for bursts in [false, true] {
                for loss_percent in Self::LOSSES_PERCENT {
                    if loss_percent > 0 || !bursts {
                        all.push(Self::even(loss_percent, bursts, jitter_ms));
                    }
                }
            }
        }
        all
    }

    /// The conditions of real networks, with their names.
    pub(super) fn all_real() -> Vec<(&'static str, Self)> {
        let light = DelayPattern::Spikes { per_second: 1.0, mean_ms: 60.0 };
        let busy = DelayPattern::Spikes { per_second: 3.0, mean_ms: 40.0 };
        let with = |delays, loss_percent, bursts, frame| Self {
            loss_percent,
            bursts,
            delays,
            frame,
            ..Self::even(0, false, 0)
        };
        let of = |delays, frame| with(delays, 0, false, frame);
        let (ms20, ms60) = (FrameSize::Ms20, FrameSize::Ms60);
        vec![
            ("light Wi-Fi", of(light, ms20)),
            ("light Wi-Fi, 60 ms frames", of(light, ms60)),
            ("busy Wi-Fi", with(busy, 2, true, ms20)),
            ("light Wi-Fi, 10 % loss", with(light, 10, false, ms20)),
            ("two spikes of 200 ms", of(DelayPattern::TwoSpikes, ms20)),
            ("4G hand-over", of(DelayPattern::HandOver, ms20)),
            ("80 ms more and less", of(DelayPattern::Step, ms20)),
            ("clock 300 ppm slower", of(DelayPattern::Drift { ppm: 300 }, ms20)),
            ("clock 300 ppm faster", of(DelayPattern::Drift { ppm: -300 }, ms20)),
            ("clock 300 ppm slower, 60 ms frames", of(DelayPattern::Drift { ppm: 300 }, ms60)),
            ("clock 300 ppm faster, 60 ms frames", of(DelayPattern::Drift { ppm: -300 }, ms60)),
        ]
    }

    /// All measured conditions.
    pub(super) fn all() -> Vec<Self> {
        Self::all_even()
            .into_iter()
            .chain(Self::all_real().into_iter().map(|(_, condition)| condition))
            .collect()
    }

    /// Its name in tables, if it is the condition of a real network.
    pub(super) fn name(self) -> Option<&'static str> {
        Self::all_real().into_iter().find(|(_, condition)| *condition == self).map(|(name, _)| name)
    }

    /// A key for file names.
    pub(super) fn key(self) -> String {
        if let Some(name) = self.name() {
            return name.replace([' ', ','], "-").replace('%', "percent").replace("--", "-").to_lowercase();
        }
        let kind = if self.bursts { "bursts" } else { "random" };
        format!("loss{}-{kind}-jitter{}", self.loss_percent, self.jitter_ms)
    }
}

/// The listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listener {
    /// This engine.
    Ours,
    /// The model of the original's buffer, with frames of 20 ms or its usual 40 ms.
    Original20,
    Original40,
    /// Opus with copies behind 60 ms, and behind 100 ms.
    Fixed60,
    Fixed100,
}

impl Listener {
    pub(super) const ALL: [Self; 5] =
        [Self::Ours, Self::Original20, Self::Original40, Self::Fixed60, Self::Fixed100];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Original20 => "original, 20 ms frames",
            Self::Original40 => "original, 40 ms frames",
            Self::Fixed60 => "fixed 60 ms",
            Self::Fixed100 => "fixed 100 ms",
        }
    }

    /// A key for file names.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Original20 => "original20",
            Self::Original40 => "original40",
            Self::Fixed60 => "fixed60",
            Self::Fixed100 => "fixed100",
        }
    }

    fn frame(self, condition: Condition) -> FrameSize {
        match self {
            Self::Ours | Self::Original20 | Self::Fixed60 | Self::Fixed100 => condition.frame,
            Self::Original40 => FrameSize::Ms40,
        }
    }

    /// Sends the recordings one after another over such a network, encoded as for this listener, and plays them.
    pub(super) fn hear(
        self,
        recordings: &[Vec<f32>],
        condition: Condition,
        encoding: Encoding,
        seed: u64,
    ) -> Result<(Call, Heard), Box<dyn Error>> {
        let call = self.call(recordings, condition, encoding, seed)?;
        let heard = self.listen(&call)?;
        Ok((call, heard))
    }

    fn call(
        self,
        recordings: &[Vec<f32>],
        condition: Condition,
        encoding: Encoding,
        seed: u64,
    ) -> Result<Call, Box<dyn Error>> {
        let frame = self.frame(condition);
        let settings = EncoderSettings {
            frame,
            bitrate_bps: encoding.bitrate,
            redundancy: encoding.redundancy(frame),
            expected_loss_percent: condition.loss_percent,
            ..EncoderSettings::default()
        };
        let burst = condition.bursts.then_some(BURST_PACKETS);
        let jitter = Duration::from_millis(condition.jitter_ms.into());
        let mut network = network(f64::from(condition.loss_percent), burst, jitter, seed);
        let mut call = say(recordings, settings, seed, |begins, packets| {
            let mut journeys = impaired(&mut network, begins, settings.frame, packets);
            if condition.delays != DelayPattern::Steady {
                condition.delays.delay(seed, begins, &mut journeys);
            }
            journeys
        })?;
        call.delays = condition.delays;
        Ok(call)
    }

    fn listen(self, call: &Call) -> Result<Heard, Box<dyn Error>> {
        match self {
            Self::Ours => listen(call, MixerSettings::default()),
            Self::Original20 | Self::Original40 => original::listen(call),
            Self::Fixed60 => fixed_buffer::listen(call, Duration::from_millis(60)),
            Self::Fixed100 => fixed_buffer::listen(call, Duration::from_millis(100)),
        }
    }
}

/// Sends the recordings one after another, a second apart. `network` gets the start and number of packets, and returns
/// their arrival times.
pub(super) fn say(
    recordings: &[Vec<f32>],
    settings: EncoderSettings,
    seed: u64,
    mut network: impl FnMut(u64, usize) -> Journeys,
) -> Result<Call, Box<dyn Error>> {
    // Speakers are not aligned with the listener's blocks.
    let mut begins = seed * 7_919 % 480;
    let mut call = Call {
        frame: settings.frame,
        delays: DelayPattern::Steady,
        codec_delay_samples: 0,
        utterances: Vec::new(),
    };
    for recording in recordings {
        let voice = encode(recording, settings)?;
        let arrivals = network(begins, voice.packets.len());
        call.codec_delay_samples = voice.codec_delay_samples;
        let samples = recording.len();
        call.utterances.push(Utterance { begins, samples, packets: voice.packets, arrivals });
        begins += samples as u64 + PAUSE_SAMPLES;
    }
    Ok(call)
}
