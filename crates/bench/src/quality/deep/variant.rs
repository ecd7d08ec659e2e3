//! The compared methods of handling loss, and the networks.

use std::error::Error;
use std::time::Duration;

use consonance::audio::{EncoderSettings, FrameSize, MixerSettings, OpusLibrary, Redundancy};

use super::look_ahead;
use crate::offline_call::{Call, Heard, Journeys, impaired, listen, network};
use crate::quality::condition::say;

/// The number of earlier frames that packets describe: 200 ms.
const DESCRIBED_FRAMES: u8 = 10;

/// The number of frames in a row that are lost once per second: 100 ms.
const BURST_FRAMES: u64 = 5;
const FRAMES_PER_SECOND: u64 = 50;

/// The behaviour of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    /// 15 % of the packets are lost, independently.
    Random,
    /// 100 ms of each second are lost, and 5 % of the other packets.
    Bursts,
    /// The same, and packets are delayed by up to 60 ms, independently.
    BurstsAndJitter,
}

/// A method of handling loss on a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Variant {
    network: Network,
    library: OpusLibrary,
    redundancy: Redundancy,
    listener: Listener,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listener {
    /// Waits this many frames for later packets.
    LookAhead(u8),
    /// This engine.
    Engine,
}

impl Network {
    pub(super) const ALL: [Self; 3] = [Self::Random, Self::Bursts, Self::BurstsAndJitter];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Random => "15 % loss, 24 kbit/s",
            Self::Bursts => "100 ms of each second and 5 % lost, 32 kbit/s",
            Self::BurstsAndJitter => "The same and 60 ms of jitter, through this engine",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Bursts => "bursts",
            Self::BurstsAndJitter => "jitter",
        }
    }

    fn bitrate_bps(self) -> u32 {
        if self == Self::Random { 24_000 } else { 32_000 }
    }

    fn loss_percent(self) -> f64 {
        if self == Self::Random { 15.0 } else { 5.0 }
    }

    fn call(
        self,
        recordings: &[Vec<f32>],
        settings: EncoderSettings,
        seed: u64,
    ) -> Result<Call, Box<dyn Error>> {
        let jitter_ms = if self == Self::BurstsAndJitter { 60 } else { 0 };
        let mut each_by_itself = network(self.loss_percent(), None, Duration::from_millis(jitter_ms), seed);
        say(recordings, settings, seed, |begins, packets| {
            let mut journeys: Journeys = impaired(&mut each_by_itself, begins, settings.frame, packets);
            if self != Self::Random {
                for (number, arrival) in (seed * 11..).zip(&mut journeys) {
                    *arrival = arrival.filter(|_| number % FRAMES_PER_SECOND >= BURST_FRAMES);
                }
            }
            journeys
        })
    }
}

impl Variant {
    /// The variants that make sense on a network.
    pub(super) fn over(network: Network) -> Vec<Self> {
        let variant = |library, redundancy, listener| Self { network, library, redundancy, listener };
        let (pure, deep) = (OpusLibrary::Pure, OpusLibrary::Libopus);
        let dred = Redundancy::Dred { frames: DESCRIBED_FRAMES };
        match network {
            Network::Random => vec![
                variant(pure, Redundancy::None, Listener::LookAhead(0)),
                variant(deep, Redundancy::None, Listener::LookAhead(0)),
                variant(deep, Redundancy::Fec, Listener::LookAhead(1)),
            ],
            Network::Bursts => {
                let mut all = vec![
                    variant(pure, Redundancy::None, Listener::LookAhead(0)),
                    variant(deep, Redundancy::None, Listener::LookAhead(0)),
                    variant(deep, Redundancy::Fec, Listener::LookAhead(1)),
                ];
                all.extend([1, 2, 3, 4, 5].map(|frames| variant(deep, dred, Listener::LookAhead(frames))));
                all
            }
            Network::BurstsAndJitter => [Redundancy::None, Redundancy::Fec, dred]
                .map(|redundancy| variant(deep, redundancy, Listener::Engine))
                .to_vec(),
        }
    }

    pub(super) fn network(self) -> Network {
        self.network
    }

    pub(super) fn name(self) -> String {
        let concealment = if self.library == OpusLibrary::Pure { "concealed" } else { "deeply concealed" };
        let how = match self.redundancy {
            Redundancy::None => return concealment.to_owned(),
            Redundancy::Fec => "copies (FEC)",
            Redundancy::Repeat { .. } => "repeated frames",
            Redundancy::Dred { .. } => "deep redundancy (DRED)",
        };
        match self.listener {
            Listener::LookAhead(frames) => format!("{how}, look-ahead {} ms", u32::from(frames) * 20),
            Listener::Engine => how.to_owned(),
        }
    }

    /// A key for file names.
    pub(super) fn key(self) -> String {
        let redundancy = match self.redundancy {
            Redundancy::None => "none",
            Redundancy::Fec => "fec",
            Redundancy::Repeat { .. } => "repeat",
            Redundancy::Dred { .. } => "dred",
        };
        let listener = match self.listener {
            Listener::LookAhead(frames) => frames.to_string(),
            Listener::Engine => "engine".to_owned(),
        };
        let library = if self.library == OpusLibrary::Pure { "pure" } else { "deep" };
        format!("{library}_{redundancy}_{listener}-loss_{}", self.network.key())
    }

    /// Plays the recordings over the network; returns the call and what the listener hears.
    pub(super) fn hear(self, recordings: &[Vec<f32>], seed: u64) -> Result<(Call, Heard), Box<dyn Error>> {
        let settings = EncoderSettings {
            frame: FrameSize::Ms20,
            bitrate_bps: self.network.bitrate_bps(),
            redundancy: self.redundancy,
            expected_loss_percent: 15,
            ..EncoderSettings::default()
        };
        let call = self.network.call(recordings, settings, seed)?;
        let heard = match self.listener {
            Listener::LookAhead(frames) => look_ahead::listen(&call, self.library, frames)?,
            Listener::Engine => listen(&call, MixerSettings::default())?,
        };
        Ok((call, heard))
    }
}
