//! How a client encodes its voice; fixed from its handshake until it leaves.

use crate::{ParseError, Reader, WriteError, Writer};

/// Which codec, as a byte. Any byte is accepted: who cannot decode it does not play it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodecKind(pub u8);

impl CodecKind {
    /// Raw 32-bit float samples.
    pub const IDENTITY: Self = Self(0);
    /// Opus (RFC 6716).
    pub const OPUS: Self = Self(1);
}

/// Codec, frame size and sample rate of one client.
/// The numbers are as received and may be nonsense, zero included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodecSettings {
    /// The codec.
    pub kind: CodecKind,
    /// Samples per encoded frame, at the sample rate below; mono.
    pub frame_size_samples: u32,
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
}

impl CodecSettings {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            kind: CodecKind(reader.u8("codec")?),
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
