//! Packets out of a stream of bytes: each stands behind its length.

use consonance_link::PACKET_BYTES_MAX;

/// The length of what follows, in big-endian order.
pub(crate) const LENGTH_BYTES: usize = 4;

/// Bytes in, packets out.
#[derive(Debug, Default)]
pub(crate) struct FrameReader {
    bytes: Vec<u8>,
    /// How many of them belong to packets that were taken.
    taken: usize,
}

/// A length that no packet has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong(pub(crate) usize);

impl FrameReader {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next packet, if all of it has come.
    ///
    /// The length is checked before anything is waited for: a peer that announces gigabytes gets no memory for them.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, TooLong> {
        let rest = &self.bytes[self.taken..];
        let Some((length, rest)) = rest.split_first_chunk::<LENGTH_BYTES>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > PACKET_BYTES_MAX {
            return Err(TooLong(length));
        }
        let Some(packet) = rest.get(..length) else {
            return Ok(None);
        };
        self.taken += LENGTH_BYTES + length;
        Ok(Some(packet.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_out_whole_however_the_stream_is_cut() {
        let stream = b"\0\0\0\x03abc\0\0\0\0\0\0\0\x01d";
        for size in 1..=stream.len() {
            let mut reader = FrameReader::default();
            let mut packets = Vec::new();
            for piece in stream.chunks(size) {
                reader.push(piece);
                while let Some(packet) = reader.next().unwrap() {
                    packets.push(packet);
                }
            }
            assert_eq!(packets, [b"abc".as_slice(), b"", b"d"]);
        }
    }

    #[test]
    fn a_length_that_no_packet_has_is_an_error_before_its_bytes_come() {
        let mut reader = FrameReader::default();
        reader.push(&[0xff; 4]);
        assert_eq!(reader.next(), Err(TooLong(0xffff_ffff)));
    }
}
