//! The codec settings of a client's voice; fixed from its handshake until it leaves.

use crate::{ParseError, Reader, WriteError, Writer};

/// The codec, as a byte. Any byte is accepted; a receiver that cannot decode it does not play it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodecId(pub u8);

impl CodecId {
    /// Raw 32-bit float samples.
    pub const IDENTITY: Self = Self(0);
    /// Opus (RFC 6716).
    pub const OPUS: Self = Self(1);
}

/// Codec, frame size and sample rate of one client.
/// The numbers are as received and may be nonsense, zero included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodecParameters {
    /// The codec.
    pub kind: CodecId,
    /// Samples per encoded frame, at the sample rate below; mono.
    pub frame_size_samples: u32,
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
}

impl CodecParameters {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            kind: CodecId(reader.u8("codec")?),
            frame_size_samples: reader.u32("frame size")?,
            sample_rate_hz: reader.u32("sample rate")?,
        })
    }

    pub(crate) fn write(self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        writer.u8(self.kind.0)?;
        writer.u32(self.frame_size_samples)?;
        writer.u32(self.sample_rate_hz)
    }
}
