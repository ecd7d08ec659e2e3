//! Splits a stream of bytes into frames.

/// Buffers bytes until they are read as frames: never much more than one frame and one piece.
#[derive(Debug, Default)]
pub(crate) struct FrameReader {
    bytes: Vec<u8>,
    /// The number of bytes already consumed.
    taken: usize,
}

/// A frame's length is zero or above the limit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongLength;

impl FrameReader {
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend_from_slice(piece);
    }

    /// The next frame without its length, if it is complete and not above `bytes_max`.
    pub(crate) fn next(&mut self, bytes_max: usize) -> Result<Option<&[u8]>, WrongLength> {
        let rest = &self.bytes[self.taken..];
        let Some((length, rest)) = rest.split_first_chunk() else { return Ok(None) };
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 || length > bytes_max {
            return Err(WrongLength);
        }
        let frame = rest.get(..length);
        if frame.is_some() {
            self.taken += size_of::<u16>() + length;
        }
        Ok(frame)
    }
}
