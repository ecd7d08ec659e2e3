//! The networks behind [`NoiseLevel::Strong`] and [`NoiseLevel::StrongLight`], where the feature `neural-noise` has
//! them.

use super::settings::NoiseLevel;
use crate::block::BLOCK_SAMPLES;

/// The networks, the dearer one last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Network {
    /// `GTCRN`.
    Light,
    /// `DeepFilterNet3`.
    Full,
}

impl Network {
    /// The one behind a level.
    pub(crate) fn of(level: NoiseLevel) -> Option<Self> {
        match level {
            NoiseLevel::StrongLight => Some(Self::Light),
            NoiseLevel::Strong => Some(Self::Full),
            NoiseLevel::Low | NoiseLevel::Moderate | NoiseLevel::High | NoiseLevel::VeryHigh => None,
        }
    }

    /// The level that it is behind.
    pub(crate) fn level(self) -> NoiseLevel {
        match self {
            Self::Light => NoiseLevel::StrongLight,
            Self::Full => NoiseLevel::Strong,
        }
    }

    /// The next cheaper one, if there is one.
    pub(crate) fn cheaper(self) -> Option<Self> {
        match self {
            Self::Light => None,
            Self::Full => Some(Self::Light),
        }
    }
}

#[cfg(feature = "neural-noise")]
pub(crate) enum NeuralSuppressor {
    Light(Box<crate::denoise::LightDenoiser>),
    Full(Box<crate::denoise::Denoiser>),
}

#[cfg(feature = "neural-noise")]
impl NeuralSuppressor {
    /// A network in its initial state; `None` if it is not compiled in.
    #[expect(clippy::unnecessary_wraps, reason = "without the feature there is none")]
    pub(crate) fn new(network: Network) -> Option<Self> {
        Some(match network {
            Network::Light => Self::Light(Box::default()),
            Network::Full => Self::Full(Box::default()),
        })
    }

    pub(crate) fn network(&self) -> Network {
        match self {
            Self::Light(_) => Network::Light,
            Self::Full(_) => Network::Full,
        }
    }

    pub(crate) fn delay_samples(&self) -> usize {
        match self {
            Self::Light(_) => crate::denoise::LightDenoiser::DELAY_SAMPLES,
            Self::Full(_) => crate::denoise::DELAY_SAMPLES,
        }
    }

    pub(crate) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        match self {
            Self::Light(denoiser) => denoiser.process(block),
            Self::Full(denoiser) => _ = denoiser.process(block),
        }
    }
}

#[cfg(not(feature = "neural-noise"))]
pub(crate) enum NeuralSuppressor {}

#[cfg(not(feature = "neural-noise"))]
impl NeuralSuppressor {
    pub(crate) fn new(_: Network) -> Option<Self> {
        None
    }

    pub(crate) fn network(&self) -> Network {
        match *self {}
    }

    pub(crate) fn delay_samples(&self) -> usize {
        match *self {}
    }

    pub(crate) fn process(&mut self, _: &mut [f32; BLOCK_SAMPLES]) {
        match *self {}
    }
}
