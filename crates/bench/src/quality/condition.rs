//! The network's behaviour, and the listener.

use std::error::Error;
use std::time::Duration;

use consonance::audio::{EncoderSettings, FrameSize, MixerSettings, Redundancy};

use super::{fixed_buffer, original};
use crate::offline_call::{Call, Heard, Journeys, Utterance, encode, impaired, listen, network};

/// Silence between two recordings of a call, in samples: a second.
const PAUSE_SAMPLES: u64 = 48_000;

/// How many packets in a row are lost on average where losses come in bursts.
pub(super) const BURST_PACKETS: f64 = 3.0;

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) loss_percent: u8,
    pub(super) bursts: bool,
    pub(super) jitter_ms: u16,
}

impl Condition {
    pub(super) const LOSSES_PERCENT: [u8; 5] = [0, 5, 10, 20, 30];
    pub(super) const JITTERS_MS: [u16; 3] = [0, 20, 60];

    /// All that are measured: no loss once, the others each by itself and in bursts.
    pub(super) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for jitter_ms in Self::JITTERS_MS {
            for bursts in [false, true] {
                for loss_percent in Self::LOSSES_PERCENT {
                    if loss_percent > 0 || !bursts {
                        all.push(Self { loss_percent, bursts, jitter_ms });
                    }
                }
            }
        }
        all
    }

    /// For file names.
    pub(super) fn key(self) -> String {
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
    /// Opus without copies behind 60 ms.
    Fixed,
}

impl Listener {
    pub(super) const ALL: [Self; 4] = [Self::Ours, Self::Original20, Self::Original40, Self::Fixed];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Original20 => "original, 20 ms frames",
            Self::Original40 => "original, 40 ms frames",
            Self::Fixed => "Opus, fixed 60 ms",
        }
    }

    /// For file names.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Original20 => "original20",
            Self::Original40 => "original40",
            Self::Fixed => "fixed",
        }
    }

    fn frame(self) -> FrameSize {
        match self {
            Self::Ours | Self::Original20 | Self::Fixed => FrameSize::Ms20,
            Self::Original40 => FrameSize::Ms40,
        }
    }

    /// The recordings one after another over such a network, encoded as this listener's side would, and heard.
    pub(super) fn hear(
        self,
        recordings: &[Vec<f32>],
        condition: Condition,
        seed: u64,
    ) -> Result<(Call, Heard), Box<dyn Error>> {
        let call = self.call(recordings, condition, seed)?;
        let heard = self.listen(&call)?;
        Ok((call, heard))
    }

    fn call(self, recordings: &[Vec<f32>], condition: Condition, seed: u64) -> Result<Call, Box<dyn Error>> {
        let settings = EncoderSettings {
            frame: self.frame(),
            bitrate_bps: 24_000,
            redundancy: if self == Self::Fixed { Redundancy::None } else { Redundancy::Fec },
            expected_loss_percent: condition.loss_percent,
            ..EncoderSettings::default()
        };
        let burst = condition.bursts.then_some(BURST_PACKETS);
        let jitter = Duration::from_millis(condition.jitter_ms.into());
        let mut network = network(f64::from(condition.loss_percent), burst, jitter, seed);
        say(recordings, settings, seed, |begins, packets| {
            impaired(&mut network, begins, settings.frame, packets)
        })
    }

    fn listen(self, call: &Call) -> Result<Heard, Box<dyn Error>> {
        match self {
            Self::Ours => listen(call, MixerSettings::default()),
            Self::Original20 | Self::Original40 => original::listen(call),
            Self::Fixed => fixed_buffer::listen(call),
        }
    }
}

/// The recordings one after another, a second apart, over a network that says for so many packets from a time on when
/// each arrives.
pub(super) fn say(
    recordings: &[Vec<f32>],
    settings: EncoderSettings,
    seed: u64,
    mut network: impl FnMut(u64, usize) -> Journeys,
) -> Result<Call, Box<dyn Error>> {
    // Speakers are never in step with the listener's blocks.
    let mut begins = seed * 7_919 % 480;
    let mut call = Call { frame: settings.frame, codec_delay_samples: 0, utterances: Vec::new() };
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
