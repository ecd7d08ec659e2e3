//! Packets that are too long for one payload travel in several.

use crate::fishnet::packed;
use crate::fishnet::packet_id::SPLIT;

/// The most that a client may send a server in one split, in bytes (`FishNet`'s default).
pub const BYTES_MAX: usize = 20_480;

/// The most parts of one split: of clients in the field, none makes more than 21 of [`BYTES_MAX`] bytes.
pub const PARTS_MAX: i64 = 64;

/// The longest part that every version takes, in bytes.
pub const CHUNK_BYTES_MAX: usize = 1000;

/// The payloads that carry these packets in parts.
pub fn payloads(tick: u32, packets: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let parts = packets.len().div_ceil(CHUNK_BYTES_MAX) as i64;
    packets.chunks(CHUNK_BYTES_MAX).map(move |chunk| {
        let mut payload = tick.to_le_bytes().to_vec();
        payload.extend_from_slice(&SPLIT.to_le_bytes());
        packed::write(parts, &mut payload);
        payload.extend_from_slice(chunk);
        payload
    })
}

/// Parts that have come in one direction of a connection, in order as its channel is.
#[derive(Debug, Default)]
pub struct Assembly {
    bytes: Vec<u8>,
    parts: i64,
    received: i64,
}

/// A split is longer than [`BYTES_MAX`], says that it has more than [`PARTS_MAX`] parts or none, or has one without
/// bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl Assembly {
    /// Takes the next part; all packets together, without a tick, if it was the last one.
    ///
    /// A part of another number of parts starts again.
    ///
    /// # Errors
    /// [`TooLong`], and all parts are forgotten.
    pub fn push(&mut self, parts: i64, chunk: &[u8]) -> Result<Option<Vec<u8>>, TooLong> {
        if self.parts != parts {
            self.clear();
            self.parts = parts;
        }
        let is_allowed = (1..=PARTS_MAX).contains(&parts)
            && !chunk.is_empty()
            && self.bytes.len() + chunk.len() <= BYTES_MAX;
        if !is_allowed {
            self.clear();
            return Err(TooLong);
        }
        self.bytes.extend_from_slice(chunk);
        self.received += 1;
        if self.received < parts {
            return Ok(None);
        }
        let whole = std::mem::take(&mut self.bytes);
        self.clear();
        Ok(Some(whole))
    }

    /// How many parts the split has that has begun; 0 if none has.
    pub fn parts(&self) -> i64 {
        self.parts
    }

    /// How many parts are missing of the split that has begun.
    pub fn missing(&self) -> i64 {
        self.parts - self.received
    }

    /// Discards the received parts.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fishnet::{FishNetPacket, FishNetPackets, Payload, Side};

    fn assembled(assembly: &mut Assembly, payloads: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
        let mut whole = Vec::new();
        for payload in payloads {
            let packets = Payload::parse(&payload).unwrap().packets;
            let Some(FishNetPacket::Split { parts, chunk }) =
                FishNetPackets::new(Side::Client, packets).next()
            else {
                panic!("a part is a split");
            };
            assert!(payload.len() <= crate::fishnet::PAYLOAD_BYTES_MAX);
            whole.extend(assembly.push(parts, chunk).unwrap());
        }
        whole
    }

    #[test]
    fn one_two_and_many_parts_come_back_whole() {
        for bytes in [1, 1000, 1001, 2000, 2001, BYTES_MAX] {
            let packets: Vec<u8> = (0..bytes).map(|index| index as u8).collect();
            let mut assembly = Assembly::default();
            assert_eq!(assembled(&mut assembly, payloads(7, &packets)), [packets], "{bytes} bytes");
            assert_eq!(assembly.missing(), 0);
        }
    }

    #[test]
    fn what_is_too_long_is_refused_and_leaves_nothing() {
        let mut assembly = Assembly::default();
        for _ in 0..20 {
            assert_eq!(assembly.push(30, &[0; 1000]), Ok(None));
        }
        assert_eq!(assembly.push(30, &[0; 481]), Err(TooLong));
        assert_eq!(assembly.push(2, &[]), Err(TooLong), "a part without bytes");
        for parts in [0, -1, PARTS_MAX + 1, i64::MAX] {
            assert_eq!(assembly.push(parts, &[1]), Err(TooLong), "{parts} parts");
        }
        assert_eq!(assembly.push(2, &[1]), Ok(None));
        assert_eq!(assembly.push(1, &[2]), Ok(Some(vec![2])), "another number starts again");
    }
}
