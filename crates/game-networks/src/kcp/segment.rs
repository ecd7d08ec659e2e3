//! The segments of KCP: a header of 24 bytes, little-endian, and its payload. Several may share a datagram.

/// The size of the header of every segment, in bytes.
pub const HEADER_BYTES: usize = 24;

/// The purpose of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Command {
    /// Carries a message or a part of one.
    Push = 81,
    /// Acknowledges that a [`Push`](Self::Push) has arrived.
    Acknowledge = 82,
    /// Asks for the other side's receive window.
    AskWindow = 83,
    /// Reports this side's receive window.
    TellWindow = 84,
}

impl Command {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Push, Self::Acknowledge, Self::AskWindow, Self::TellWindow]
            .into_iter()
            .find(|command| *command as u8 == byte)
    }
}

/// One segment. Its conversation number is always 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Its command.
    pub command: Command,
    /// The number of parts of the message after this one.
    pub fragments_after: u8,
    /// The number of further segments that the sender can take.
    pub window: u16,
    /// The sender's clock in milliseconds when this was sent; an acknowledgement has the time of the segment that it
    /// acknowledges.
    pub time_ms: u32,
    /// The number among the pushed segments of each side, from 0; an acknowledgement has the number of the segment
    /// that it acknowledges.
    pub number: u32,
    /// All numbers below this one have arrived at the sender.
    pub expected: u32,
    /// The pushed bytes; empty for all other commands.
    pub payload: &'a [u8],
}

impl Segment<'_> {
    /// Appends the segment.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&0_u32.to_le_bytes());
        out.extend_from_slice(&[self.command as u8, self.fragments_after]);
        out.extend_from_slice(&self.window.to_le_bytes());
        out.extend_from_slice(&self.time_ms.to_le_bytes());
        out.extend_from_slice(&self.number.to_le_bytes());
        out.extend_from_slice(&self.expected.to_le_bytes());
        out.extend_from_slice(&(self.payload.len() as u32).to_le_bytes());
        out.extend_from_slice(self.payload);
    }
}

/// The segments of a datagram, up to the first invalid one. A remainder too short for a header is ignored.
#[derive(Clone, Debug)]
pub struct Segments<'a> {
    rest: &'a [u8],
}

impl<'a> Segments<'a> {
    /// Parses the segments in these bytes, which begin after all prefixes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let (header, rest) = std::mem::take(&mut self.rest).split_at_checked(HEADER_BYTES)?;
        let word =
            |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let (payload, rest) = rest.split_at_checked(word(20) as usize)?;
        let command = Command::from_byte(header[4]).filter(|_| word(0) == 0)?;
        self.rest = rest;
        Some(Segment {
            command,
            fragments_after: header[5],
            window: u16::from_le_bytes([header[6], header[7]]),
            time_ms: word(8),
            number: word(12),
            expected: word(16),
            payload,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn push(number: u32, payload: &[u8]) -> Segment<'_> {
        let (command, fragments_after, window) = (Command::Push, 3, 4096);
        Segment { command, fragments_after, window, time_ms: 0x42, number, expected: 7, payload }
    }

    fn written(segments: &[Segment<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for segment in segments {
            segment.write(&mut bytes);
        }
        bytes
    }

    #[test]
    fn a_short_remainder_is_ignored() {
        let segments = [push(0, b"one"), push(1, b"")];
        let mut bytes = written(&segments);
        bytes.extend_from_slice(&[0; HEADER_BYTES - 1]);
        assert!(Segments::new(&bytes).eq(segments));
    }

    #[test]
    fn what_is_no_segment_takes_the_rest_of_the_datagram_with_it() {
        let whole = written(&[push(0, b"one"), push(1, b"two"), push(2, b"three")]);
        let second = HEADER_BYTES + 3;
        for (offset, value) in [(0, 1), (4, 80), (4, 85), (20, 200)] {
            let mut bytes = whole.clone();
            bytes[second + offset] = value;
            assert!(Segments::new(&bytes).eq([push(0, b"one")]), "byte {offset} is {value}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            number: u32,
            fragments_after: u8,
            window: u16,
            payload in prop::collection::vec(any::<u8>(), 0..50),
        ) {
            let segment = Segment { fragments_after, window, ..push(number, &payload) };
            prop_assert!(Segments::new(&written(&[segment, segment])).eq([segment, segment]));
        }

        #[test]
        fn anything_is_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Segments::new(&bytes).count() <= bytes.len() / HEADER_BYTES);
        }
    }
}
