//! Quality levels of a voice, by bit rate, from which a player chooses.

use super::{EncoderSettings, Redundancy};

/// The original's three qualities, and one for music.
///
/// The quality can change during speech, with [`Encoder::set_bitrate`](super::Encoder::set_bitrate) between those for
/// voices; a change to or from music, or of the frame size, takes a new encoder, the latter a new handshake too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Quality {
    /// 10 kbit/s: understandable, narrow.
    Low,
    /// 17 kbit/s: the original's default.
    Medium,
    /// 24 kbit/s: a clear voice, with room for copies of what gets lost.
    #[default]
    High,
    /// 64 kbit/s, encoded as music, up to 20 kHz: for instruments, radios and singing players. Without copies, because
    /// the mode of Opus that music needs has none; a chat captures it
    /// [without suppression](crate::CaptureSettings::for_music), and in stereo if its input is.
    Music,
}

impl Quality {
    /// All, lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Music];

    /// Mean bit rate in bit/s.
    pub const fn bitrate_bps(self) -> u32 {
        match self {
            Self::Low => 10_000,
            Self::Medium => 17_000,
            Self::High => 24_000,
            Self::Music => 64_000,
        }
    }

    /// The settings of an encoder for it; everything else is as by default.
    pub fn encoder_settings(self) -> EncoderSettings {
        let music = self == Self::Music;
        let redundancy = if music { Redundancy::None } else { Redundancy::Fec };
        EncoderSettings { bitrate_bps: self.bitrate_bps(), music, redundancy, ..EncoderSettings::default() }
    }
}
