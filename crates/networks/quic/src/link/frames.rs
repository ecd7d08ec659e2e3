//! Packets on the control stream: each after its length as a big-endian `u32`.

use bytes::{Buf as _, Bytes, BytesMut};
use quinn::{ReadError, RecvStream};

use consonance_link::DisconnectReason;

use crate::close_code::{reason_of, violated};
use crate::packet_bytes::LENGTH_BYTES;

/// The number of bytes taken from the stream at a time.
const READ_BYTES: usize = 4096;

/// Splits a stream into packets.
#[derive(Debug)]
pub(crate) struct FrameReader {
    stream: RecvStream,
    buffer: BytesMut,
}

/// The reason why no more packets arrive.
#[derive(Debug)]
pub(crate) enum FrameError {
    /// The connection is gone.
    Lost(ReadError),
    /// A length above the limit.
    TooLong { bytes: usize, allowed: usize },
    /// The stream ended within a packet.
    CutShort,
}

impl From<FrameError> for DisconnectReason {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Lost(ReadError::ConnectionLost(error)) => reason_of(&error),
            FrameError::Lost(error) => violated(format!("the control stream broke: {error}")),
            FrameError::TooLong { bytes, allowed } => {
                violated(format!("a control packet claims {bytes} bytes of at most {allowed}"))
            }
            FrameError::CutShort => violated("the control stream ended within a packet"),
        }
    }
}

impl FrameReader {
    pub(crate) fn new(stream: RecvStream) -> Self {
        Self { stream, buffer: BytesMut::new() }
    }

    /// The next packet, of at most `allowed` bytes; `None` if the stream ended properly.
    pub(crate) async fn next(&mut self, allowed: usize) -> Result<Option<Bytes>, FrameError> {
        loop {
            if let Some(packet) = take_packet(&mut self.buffer, allowed)? {
                return Ok(Some(packet));
            }
            match self.stream.read_chunk(READ_BYTES, true).await.map_err(FrameError::Lost)? {
                Some(chunk) => self.buffer.extend_from_slice(&chunk.bytes),
                None if self.buffer.is_empty() => return Ok(None),
                None => return Err(FrameError::CutShort),
            }
        }
    }
}

/// The next packet of at most `allowed` bytes, if it is complete.
pub(crate) fn take_packet(buffer: &mut BytesMut, allowed: usize) -> Result<Option<Bytes>, FrameError> {
    let Some(length) = buffer.first_chunk::<LENGTH_BYTES>() else {
        return Ok(None);
    };
    let bytes = u32::from_be_bytes(*length) as usize;
    if bytes > allowed {
        return Err(FrameError::TooLong { bytes, allowed });
    }
    if buffer.len() < LENGTH_BYTES + bytes {
        return Ok(None);
    }
    buffer.advance(LENGTH_BYTES);
    let packet = buffer.split_to(bytes).freeze();
    if buffer.is_empty() {
        // An idle connection keeps no buffer.
        *buffer = BytesMut::new();
    }
    Ok(Some(packet))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_out_however_the_stream_was_cut() {
        let stream = b"\0\0\0\x02ab\0\0\0\0\0\0\0\x01c";
        for size in 1..=stream.len() {
            let mut buffer = BytesMut::new();
            let mut packets = Vec::new();
            for piece in stream.chunks(size) {
                buffer.extend_from_slice(piece);
                while let Some(packet) = take_packet(&mut buffer, 2).unwrap() {
                    packets.push(packet);
                }
            }
            assert_eq!(packets, [b"ab".as_slice(), b"", b"c"], "pieces of {size}");
            assert_eq!(buffer.capacity(), 0);
        }
    }

    #[test]
    fn a_length_above_the_limit_is_refused_before_anything_is_kept_for_it() {
        let mut buffer = BytesMut::from(b"\xff\xff\xff\xff".as_slice());
        assert!(matches!(
            take_packet(&mut buffer, 16),
            Err(FrameError::TooLong { bytes: 0xffff_ffff, allowed: 16 })
        ));
    }
}
