//! Settings for encoding one voice, and for protecting it from packet loss.

use crate::block::FrameSize;

/// How to encode one voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderSettings {
    /// How much sound goes into one packet.
    pub frame: FrameSize,
    /// Mean bit rate in bit/s, brought into 6000 to 510 000.
    pub bitrate_bps: u32,
    /// How the sizes of packets vary around it.
    pub rate: RateMode,
    /// The redundancy that packets carry about earlier sound, once loss is expected.
    pub redundancy: Redundancy,
    /// The initial expected loss, in percent of packets. See [`Encoder::set_expected_loss`](crate::Encoder).
    pub expected_loss_percent: u8,
    /// How hard the encoder tries, 0 to 10. More costs time, not bits.
    pub complexity: u8,
    /// The input is music rather than a voice.
    pub music: bool,
    /// Packets have two channels, which other listeners than ours hear as their mean: see
    /// [`Encoder::encode_stereo`](crate::Encoder::encode_stereo).
    pub stereo: bool,
}

impl Default for EncoderSettings {
    fn default() -> Self {
        Self {
            frame: FrameSize::default(),
            bitrate_bps: 24_000,
            rate: RateMode::Variable,
            redundancy: Redundancy::Fec,
            expected_loss_percent: 0,
            complexity: 9,
            music: false,
            stereo: false,
        }
    }
}

/// How the sizes of packets vary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RateMode {
    /// With the content.
    #[default]
    Variable,
    /// Discontinuous transmission (DTX): also, without speech, packets are a byte long, and the listener hears comfort
    /// noise.
    Discontinuous,
    /// Not at all, so that sizes reveal nothing about the speech (RFC 6562). Packets are as good as at a bit rate
    /// that is lower by a twelfth, and [repeated frames](Redundancy::Repeat) are replaced by coarse copies.
    Constant,
}

/// Data about earlier sound in a packet, from which listeners can recover lost frames. It takes bits from the
/// packet's own sound, and only if loss is expected: see [`Encoder::set_expected_loss`](crate::Encoder).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Redundancy {
    /// Nothing.
    None,
    /// A coarse copy of the frame before (forward error correction, RFC 6716 §2.1.7): every decoder of Opus knows it,
    /// and a listener has to wait a frame for it.
    #[default]
    Fec,
    /// The packets before once more, whole, in padding that other decoders skip: each as good as if it had come at
    /// first, and each costs as many bits as the packet's own sound. It pays for listeners that can use it and lose
    /// much, or where Opus has no copies, as for music.
    Repeat {
        /// How many, up to 3. A listener has to wait as long for them.
        frames: u8,
    },
    /// A description of many frames before (deep redundancy), in padding that other decoders skip. It pays for
    /// listeners that can use it, from 32 kbit/s on, and where their playout delay is 80 ms or more: they have to wait
    /// until a packet comes after the loss. An encoder without it takes [`Self::Fec`] instead: see
    /// [`OpusLibrary::has_deep_redundancy`](crate::OpusLibrary::has_deep_redundancy).
    Dred {
        /// How many, up to about a second. Five of 20 ms outlast a loss of 100 ms.
        frames: u8,
    },
}
