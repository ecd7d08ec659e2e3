//! The pipelines whose messages may be lost: fragments, and for one of them an order.

use crate::utp::entries::length_of;
use crate::utp::pipeline::PAYLOAD_BYTES_MAX;

const FIRST: u16 = 1 << 15;
const LAST: u16 = 1 << 14;
/// The bits of a fragment's number.
const NUMBER: u16 = LAST - 1;

/// Messages on their way out on one pipeline: as many in one datagram as fit, and those
/// that are too large in fragments.
#[derive(Debug)]
pub(crate) struct UnreliableSender {
    /// Messages that wait for company, each after its length.
    collected: Vec<u8>,
    /// The number of the next fragment.
    number: u16,
    /// The sequence number of the next datagram, on the pipeline that keeps an order.
    sequence: Option<u16>,
}

impl UnreliableSender {
    pub(crate) fn new(is_sequenced: bool) -> Self {
        Self { collected: Vec::new(), number: 0, sequence: is_sequenced.then_some(0) }
    }

    /// Adds a message; writes what was collected before if the two do not fit together.
    pub(crate) fn push(&mut self, message: &[u8], write: impl FnMut(&[&[u8]])) {
        let length = length_of(message);
        if self.collected.len() + length.len() + message.len() > PAYLOAD_BYTES_MAX {
            self.transmit(write);
        }
        self.collected.extend_from_slice(&length);
        self.collected.extend_from_slice(message);
    }

    /// Writes what was collected, as the bytes of one datagram or more.
    pub(crate) fn transmit(&mut self, mut write: impl FnMut(&[&[u8]])) {
        let mut collected = std::mem::take(&mut self.collected);
        let fragments = collected.chunks(PAYLOAD_BYTES_MAX);
        let last = fragments.len().saturating_sub(1);
        for (index, fragment) in fragments.enumerate() {
            let first_flag = if index == 0 { FIRST } else { 0 };
            let last_flag = if index == last { LAST } else { 0 };
            let flags = (first_flag | last_flag | self.number).to_le_bytes();
            self.number = (self.number + 1) & NUMBER;
            match &mut self.sequence {
                None => write(&[&flags, fragment]),
                Some(sequence) => {
                    write(&[&sequence.to_le_bytes(), &flags, fragment]);
                    *sequence = sequence.wrapping_add(1);
                }
            }
        }
        collected.clear();
        self.collected = collected;
    }
}

/// The receiving end of one pipeline.
#[derive(Debug)]
pub(crate) struct UnreliableReceiver {
    /// The newest sequence number, on the sequenced pipeline.
    newest: Option<u16>,
    /// The number of the next fragment of the payload in `assembled`, if one is incomplete.
    assembly: Option<u16>,
    assembled: Vec<u8>,
    payload_bytes_max: usize,
}

/// A datagram's bytes do not match the pipeline's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadHeader;

impl UnreliableReceiver {
    pub(crate) fn new(is_sequenced: bool, payload_bytes_max: usize) -> Self {
        Self {
            newest: is_sequenced.then_some(u16::MAX),
            assembly: None,
            assembled: Vec::new(),
            payload_bytes_max,
        }
    }

    /// The payload that is complete with this datagram, if one is.
    pub(crate) fn receive<'a>(&'a mut self, mut body: &'a [u8]) -> Result<Option<&'a [u8]>, BadHeader> {
        if let Some(newest) = &mut self.newest {
            let (sequence, rest) = split_u16(body)?;
            let newer_by = sequence.wrapping_sub(*newest);
            if newer_by == 0 || newer_by >= 1 << 15 {
                return Ok(None);
            }
            *newest = sequence;
            body = rest;
        }
        let (flags, fragment) = split_u16(body)?;
        let number = flags & NUMBER;
        if flags & (FIRST | LAST) == FIRST | LAST {
            self.assembly = None;
            return Ok(Some(fragment));
        }
        if flags & FIRST != 0 {
            self.assembled.clear();
        } else if self.assembly != Some(number) {
            self.assembly = None;
            return Ok(None);
        }
        if self.assembled.len() + fragment.len() > self.payload_bytes_max {
            self.assembly = None;
            return Ok(None);
        }
        self.assembled.extend_from_slice(fragment);
        if flags & LAST != 0 {
            self.assembly = None;
            return Ok(Some(&self.assembled));
        }
        self.assembly = Some((number + 1) & NUMBER);
        Ok(None)
    }
}

fn split_u16(bytes: &[u8]) -> Result<(u16, &[u8]), BadHeader> {
    let (value, rest) = bytes.split_first_chunk().ok_or(BadHeader)?;
    Ok((u16::from_le_bytes(*value), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datagrams(sender: &mut UnreliableSender, messages: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut datagrams = Vec::new();
        for message in messages {
            sender.push(message, |parts| datagrams.push(parts.concat()));
        }
        sender.transmit(|parts| datagrams.push(parts.concat()));
        datagrams
    }

    fn entry(message: &[u8]) -> Vec<u8> {
        [&length_of(message), message].concat()
    }

    fn large() -> Vec<u8> {
        (0..3 * PAYLOAD_BYTES_MAX).map(|at| at as u8).collect()
    }

    #[test]
    fn messages_share_a_datagram_as_long_as_they_fit() {
        let mut sender = UnreliableSender::new(false);
        let half = [7; PAYLOAD_BYTES_MAX / 2 - 4];
        assert_eq!(
            datagrams(&mut sender, &[&half, &half, b"x"]),
            [
                [&[0, 0xc0][..], &entry(&half), &entry(&half)].concat(),
                [&[1, 0xc0][..], &entry(b"x")].concat()
            ]
        );
        assert!(datagrams(&mut sender, &[]).is_empty());
    }

    #[test]
    fn a_large_message_is_put_together_again_even_where_numbers_go_round() {
        for is_sequenced in [false, true] {
            let mut sender = UnreliableSender::new(is_sequenced);
            let mut receiver = UnreliableReceiver::new(is_sequenced, 10_000);
            for round in 0..50 {
                let message = large();
                let datagrams = datagrams(&mut sender, &[&message]);
                assert_eq!(datagrams.len(), 4);
                for (index, datagram) in datagrams.iter().enumerate() {
                    let expected = (index == 3).then(|| entry(&message));
                    assert_eq!(receiver.receive(datagram), Ok(expected.as_deref()), "round {round}");
                }
                sender.number = (sender.number + 2003) & NUMBER;
            }
        }
    }

    #[test]
    fn a_gap_costs_one_message_and_the_next_one_starts_again() {
        let mut sender = UnreliableSender::new(false);
        let mut receiver = UnreliableReceiver::new(false, 10_000);
        let first = datagrams(&mut sender, &[&large()]);
        let second = datagrams(&mut sender, &[&large()]);
        for datagram in [&first[0], &first[2], &first[3], &second[0], &second[1], &second[2]] {
            assert_eq!(receiver.receive(datagram), Ok(None));
        }
        assert_eq!(receiver.receive(&second[3]), Ok(Some(entry(&large()).as_slice())));
    }

    #[test]
    fn fragments_without_an_end_are_kept_up_to_a_bound() {
        let mut receiver = UnreliableReceiver::new(false, 100);
        for number in 0..1000_u16 {
            let flags = if number == 0 { FIRST } else { number };
            assert_eq!(receiver.receive(&[&flags.to_le_bytes()[..], &[7; 40]].concat()), Ok(None));
            assert!(receiver.assembled.len() <= 100);
        }
    }

    #[test]
    fn what_is_not_newer_is_dropped_where_an_order_is_kept() {
        let mut receiver = UnreliableReceiver::new(true, 100);
        let mut receive = |sequence: u16| {
            let datagram = [&sequence.to_le_bytes()[..], &[0, 0xc0, 7]].concat();
            receiver.receive(&datagram).unwrap().is_some()
        };
        assert!(receive(0) && !receive(0) && receive(2) && !receive(1) && receive(0x8001));
        assert!(receive(0xffff) && receive(3) && !receive(0xffff));
    }

    #[test]
    fn headers_that_are_cut_off_are_told() {
        for (is_sequenced, bytes) in [(false, 1), (true, 1), (true, 3)] {
            let mut receiver = UnreliableReceiver::new(is_sequenced, 100);
            assert_eq!(receiver.receive(&[0; 4][..bytes]), Err(BadHeader));
        }
    }
}
