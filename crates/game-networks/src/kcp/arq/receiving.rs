//! The receiving half: reordering and reassembly.

use std::collections::{BTreeMap, VecDeque};

use super::numbers::is_before;

#[derive(Debug)]
pub(super) struct Receiving {
    /// The receive window, in segments.
    window: u32,
    /// The next number in order.
    expected: u32,
    /// Segments that arrived early, by number.
    early: BTreeMap<u32, Part>,
    /// Segments in order, until their message is complete and taken.
    in_order: VecDeque<Part>,
}

#[derive(Debug)]
struct Part {
    fragments_after: u8,
    /// Its first byte, apart from the others so that these can be handed on as they are.
    first: Option<u8>,
    rest: Vec<u8>,
}

/// The first byte of a message, unless that is empty. It is apart from the others, which are a message's body behind
/// its opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FirstByte(pub(crate) Option<u8>);

impl Receiving {
    pub(super) fn new(window: u16) -> Self {
        Self { window: window.into(), expected: 0, early: BTreeMap::new(), in_order: VecDeque::new() }
    }

    /// All numbers below this one have arrived.
    pub(super) fn expected(&self) -> u32 {
        self.expected
    }

    /// The number of further segments that fit.
    pub(super) fn free(&self) -> u16 {
        self.window.saturating_sub(self.in_order.len() as u32) as u16
    }

    /// Takes a pushed segment; returns false if it lies outside the window and must not be acknowledged.
    pub(super) fn push(&mut self, number: u32, fragments_after: u8, payload: &[u8]) -> bool {
        if !is_before(number, self.expected.wrapping_add(self.window)) {
            return false;
        }
        if !is_before(number, self.expected) {
            self.early.entry(number).or_insert_with(|| {
                let (first, rest) =
                    payload.split_first().map_or((None, payload), |(first, rest)| (Some(*first), rest));
                Part { fragments_after, first, rest: rest.to_vec() }
            });
            self.advance();
        }
        true
    }

    /// Takes the next complete message, if there is one: returns its first byte, and replaces what is in the buffer by
    /// the others.
    ///
    /// # Errors
    /// If the parts do not count down to the last one.
    pub(super) fn take(&mut self, message: &mut Vec<u8>) -> Result<Option<FirstByte>, ()> {
        let Some(front) = self.in_order.front() else { return Ok(None) };
        let parts = usize::from(front.fragments_after) + 1;
        if self.in_order.len() < parts {
            return Ok(None);
        }
        let bytes = self.in_order.iter().take(parts).map(|part| part.rest.len() + 1).sum();
        let mut first = FirstByte(None);
        for (index, part) in self.in_order.drain(..parts).enumerate() {
            if usize::from(part.fragments_after) + index + 1 != parts {
                return Err(());
            }
            if index == 0 {
                first = FirstByte(part.first);
                *message = part.rest;
                message.reserve(if parts > 1 { bytes } else { 0 });
            } else {
                message.extend(part.first);
                message.extend_from_slice(&part.rest);
            }
        }
        self.advance();
        Ok(Some(first))
    }

    fn advance(&mut self) {
        while self.free() > 0
            && let Some(part) = self.early.remove(&self.expected)
        {
            self.in_order.push_back(part);
            self.expected = self.expected.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(receiving: &mut Receiving) -> Option<Vec<u8>> {
        let mut rest = b"an earlier message".to_vec();
        let FirstByte(first) = receiving.take(&mut rest).unwrap()?;
        Some(first.into_iter().chain(rest).collect())
    }

    #[test]
    fn parts_in_any_order_and_number_become_one_message() {
        let mut receiving = Receiving::new(256);
        let parts: [(u32, u8, &[u8]); 4] = [(2, 0, b"ing"), (1, 1, b"rel"), (1, 1, b"xxx"), (0, 2, b"not")];
        for (number, fragments_after, part) in parts {
            assert_eq!(message(&mut receiving), None);
            assert!(receiving.push(number, fragments_after, part));
        }
        assert_eq!(message(&mut receiving).as_deref(), Some(b"notreling".as_slice()));
        assert_eq!((receiving.expected(), receiving.free()), (3, 256));
    }

    #[test]
    fn what_is_beyond_the_window_is_not_taken() {
        let mut receiving = Receiving::new(256);
        assert!(receiving.push(255, 0, b""));
        assert!(!receiving.push(256, 0, b""));
        assert!(receiving.push(0, 0, b""));
        assert!(receiving.push(256, 0, b""), "the window has moved");
        assert!(receiving.push(0, 0, b""), "what came before is acknowledged again");
    }

    #[test]
    fn parts_that_do_not_count_down_break_the_rules() {
        let mut receiving = Receiving::new(256);
        receiving.push(0, 1, b"one");
        receiving.push(1, 1, b"another");
        assert_eq!(receiving.take(&mut Vec::new()), Err(()));
    }

    #[test]
    fn numbers_go_round() {
        let mut receiving = Receiving { expected: u32::MAX, ..Receiving::new(256) };
        assert!(receiving.push(0, 0, b"after"));
        assert!(receiving.push(u32::MAX, 0, b"before"));
        assert_eq!(message(&mut receiving).as_deref(), Some(b"before".as_slice()));
        assert_eq!(message(&mut receiving).as_deref(), Some(b"after".as_slice()));
    }
}
