//! How many frames without content the other end may send.
//!
//! A message may come in pieces, which may be empty, and pings may come in between (RFC 6455, sections 5.4 and 5.5). No
//! length limits them, and each costs this end as much as a message that is used.

use std::time::Instant;

use crate::gateway::Allowance;

/// Counts the pieces of messages and the control frames in the bytes of the other end's frames, as they come.
#[derive(Debug)]
pub struct FrameBudget {
    header: Header,
    /// Bytes of the present frame's payload that have not come.
    payload_left: u64,
    /// Pieces of the present message.
    pieces: u32,
    /// Pieces and control frames of all messages.
    frames: Allowance,
}

/// The beginning of a frame, as far as it has come.
#[derive(Clone, Copy, Debug, Default)]
struct Header {
    bytes: [u8; HEADER_BYTES_MAX],
    length: usize,
}

/// There are more than any message needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many message fragments, pings or pongs")]
pub struct TooManyFrames;

impl FrameBudget {
    /// The budget of a connection that begins now.
    pub fn new(now: Instant) -> Self {
        let frames = Allowance::new(now, FRAMES_PER_SECOND_MAX);
        Self { header: Header::default(), payload_left: 0, pieces: 0, frames }
    }

    /// Notes bytes of the other end, in any portions. It does not judge whether they are frames: those that are not
    /// count as if they were.
    ///
    /// # Errors
    ///
    /// A message has more than 128 pieces, or there are more than 1000 pieces and control frames in a second.
    pub fn note(&mut self, now: Instant, mut bytes: &[u8]) -> Result<(), TooManyFrames> {
        loop {
            let skipped = usize::try_from(self.payload_left).unwrap_or(usize::MAX).min(bytes.len());
            self.payload_left -= skipped as u64;
            bytes = &bytes[skipped..];
            let Some((&next, rest)) = bytes.split_first() else { return Ok(()) };
            bytes = rest;
            if let Some(payload_bytes) = self.header.push(next) {
                self.payload_left = payload_bytes;
                let first = std::mem::take(&mut self.header).bytes[0];
                self.count(now, first)?;
            }
        }
    }

    /// Whether the bytes noted so far end with a message, or with a control frame between messages.
    pub(super) fn is_between_messages(&self) -> bool {
        self.payload_left == 0 && self.header.length == 0 && self.pieces == 0
    }

    fn count(&mut self, now: Instant, first: u8) -> Result<(), TooManyFrames> {
        let (is_final, code) = (first & 0x80 != 0, first & 0x0f);
        let is_control = code & 0x08 != 0;
        if is_final && !is_control && code != CONTINUATION {
            // A whole message, which its reader counts.
            return Ok(());
        }
        if !is_control {
            self.pieces += 1;
            if self.pieces > PIECES_MAX {
                return Err(TooManyFrames);
            }
            if is_final {
                self.pieces = 0;
            }
        }
        if self.frames.take(now) { Ok(()) } else { Err(TooManyFrames) }
    }
}

impl Header {
    /// Adds a byte; once the header is complete, the length of the payload.
    fn push(&mut self, byte: u8) -> Option<u64> {
        self.bytes[self.length] = byte;
        self.length += 1;
        let second = *self.bytes[..self.length].get(1)?;
        let length_bytes = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask_bytes = if second & 0x80 == 0 { 0 } else { 4 };
        if self.length < 2 + length_bytes + mask_bytes {
            return None;
        }
        let digits = &self.bytes[2..2 + length_bytes];
        let long = digits.iter().fold(0, |length, digit| length << 8 | u64::from(*digit));
        Some(if length_bytes == 0 { u64::from(second & 0x7f) } else { long })
    }
}

/// Two bytes, a length and a mask (section 5.2).
const HEADER_BYTES_MAX: usize = 14;

/// The code of a piece after a message's first.
const CONTINUATION: u8 = 0;

/// Pieces of one message: the longest has 64 KiB, and what cuts messages cuts them at hundreds of bytes.
const PIECES_MAX: u32 = 128;

/// Pieces and control frames in a second.
const FRAMES_PER_SECOND_MAX: u32 = 1000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const FIRST: &[u8] = &[0x02, 0x80, 1, 2, 3, 4];
    const EMPTY: &[u8] = &[0x00, 0x80, 1, 2, 3, 4];
    const LAST: &[u8] = &[0x80, 0x81, 1, 2, 3, 4, 9];
    const PING: &[u8] = &[0x89, 0x80, 1, 2, 3, 4];

    fn budget() -> (FrameBudget, Instant) {
        let now = Instant::now();
        (FrameBudget::new(now), now)
    }

    #[test]
    fn a_message_has_at_most_128_pieces_in_whatever_portions_they_come() {
        for portion in [1, 3, 7, 1000] {
            let (mut budget, now) = budget();
            let allowed = [FIRST, &EMPTY.repeat(126), LAST].concat();
            for bytes in allowed.repeat(3).chunks(portion) {
                assert_eq!(budget.note(now, bytes), Ok(()), "in portions of {portion}");
            }
            let endless = [FIRST, &EMPTY.repeat(128)].concat();
            let noted: Vec<_> = endless.chunks(portion).map(|bytes| budget.note(now, bytes)).collect();
            assert!(noted.contains(&Err(TooManyFrames)), "in portions of {portion}");
        }
    }

    #[test]
    fn pieces_and_pings_are_limited_per_second_and_whole_messages_are_not() {
        let (mut budget, now) = budget();
        assert_eq!(budget.note(now, &PING.repeat(1000)), Ok(()));
        assert_eq!(budget.note(now, PING), Err(TooManyFrames));
        assert_eq!(budget.note(now + Duration::from_millis(500), &PING.repeat(500)), Ok(()));
        let message = [0x82, 0x81, 1, 2, 3, 4, 9];
        assert_eq!(budget.note(now, &message.repeat(100_000)), Ok(()));
        assert_eq!(budget.note(now + Duration::from_millis(500), EMPTY), Err(TooManyFrames));
    }

    #[test]
    fn what_is_inside_of_a_message_is_not_a_frame() {
        for length in [100_u64, 200, 70_000] {
            let header = match length {
                0..=125 => vec![0x82, length as u8],
                126..=0xffff => [&[0x82, 126], &(length as u16).to_be_bytes()[..]].concat(),
                _ => [&[0x82, 127], &length.to_be_bytes()[..]].concat(),
            };
            let (mut budget, now) = budget();
            let message = [&header[..], &vec![0; length as usize]].concat();
            assert_eq!(budget.note(now, &message.repeat(3)), Ok(()), "{length} bytes");
            assert_eq!(budget.note(now, &PING.repeat(1001)), Err(TooManyFrames), "{length} bytes");
        }
    }

    #[test]
    fn a_length_beyond_all_memory_is_waited_for_without_any() {
        let (mut budget, now) = budget();
        let header = [&[0x82, 0x7f], &[0xff; 8][..]].concat();
        assert_eq!(budget.note(now, &header), Ok(()));
        assert_eq!(budget.note(now, &vec![0; 100_000]), Ok(()));
    }
}
