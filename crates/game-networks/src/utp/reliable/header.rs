//! The header of a reliable payload.

use crate::utp::Window;

/// The header of the reliable stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: HeaderKind,
    /// Milliseconds from the arrival of the newest packet to the sending of this header.
    pub(crate) processing_ms: u16,
    /// The newest sequence number that arrived; 0xffff before any.
    pub(crate) acked: u16,
    /// Bit d: the packet `acked - d` arrived.
    pub(crate) mask: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderKind {
    /// A payload with this sequence number follows.
    Payload { sequence: u16 },
    /// There is nothing to send but this header.
    AckOnly,
}

const PAYLOAD: u8 = 0;
const ACK_ONLY: u8 = 1;
/// With the mask of the larger window; the smaller one's is its first half.
const BYTES_MAX: usize = 16;

impl Header {
    /// A header that acknowledges nothing, as the first one does.
    pub(crate) fn before_any(kind: HeaderKind) -> Self {
        Self { kind, processing_ms: 0, acked: u16::MAX, mask: u64::MAX }
    }

    /// The header and what follows it; none if it is cut off, unknown, or made for a larger window.
    pub(crate) fn parse(bytes: &[u8], window: Window) -> Option<(Self, &[u8])> {
        let (&[kind, 0], rest) = bytes.split_first_chunk()? else { return None };
        let (processing_ms, rest) = split_u16(rest)?;
        let (sequence, rest) = split_u16(rest)?;
        let (acked, rest) = split_u16(rest)?;
        let (mask, rest) = match window {
            Window::Packets64 => {
                let (mask, rest) = rest.split_first_chunk()?;
                (u64::from_le_bytes(*mask), rest)
            }
            Window::Packets32 => {
                let (mask, rest) = rest.split_first_chunk()?;
                (u64::from(u32::from_le_bytes(*mask)), rest)
            }
        };
        let kind = match kind {
            PAYLOAD => HeaderKind::Payload { sequence },
            ACK_ONLY => HeaderKind::AckOnly,
            _ => return None,
        };
        Some((Self { kind, processing_ms, acked, mask }, rest))
    }

    /// Its bytes.
    pub(crate) fn bytes(&self, window: Window) -> impl AsRef<[u8]> + use<> {
        let (kind, sequence) = match self.kind {
            HeaderKind::Payload { sequence } => (PAYLOAD, sequence),
            HeaderKind::AckOnly => (ACK_ONLY, 0),
        };
        let mut bytes = [0; BYTES_MAX];
        bytes[0] = kind;
        bytes[2..4].copy_from_slice(&self.processing_ms.to_le_bytes());
        bytes[4..6].copy_from_slice(&sequence.to_le_bytes());
        bytes[6..8].copy_from_slice(&self.acked.to_le_bytes());
        bytes[8..].copy_from_slice(&self.mask.to_le_bytes());
        HeaderBytes { bytes, length: if window == Window::Packets32 { BYTES_MAX - 4 } else { BYTES_MAX } }
    }
}

struct HeaderBytes {
    bytes: [u8; BYTES_MAX],
    length: usize,
}

impl AsRef<[u8]> for HeaderBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

fn split_u16(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (value, rest) = bytes.split_first_chunk()?;
    Some((u16::from_le_bytes(*value), rest))
}
