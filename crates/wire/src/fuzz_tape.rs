//! Turns a fuzzer's bytes into a sequence of choices, for the bodies of the fuzz targets of all crates.
//!
//! A body reads its [`Tape`] step by step: which operation, on which peer, with which bytes. Each step takes as many
//! bytes as it needs, so a small mutation changes one step and leaves the others alone. Every input is valid: a tape
//! that has ended continues with zeros.
//!
//! ```
//! use consonance_wire::fuzz_tape::Tape;
//!
//! let mut tape = Tape::new(&[2, 3, b'a', b'b', b'c', 1]);
//! let mut said = Vec::new();
//! while !tape.is_empty() {
//!     match tape.byte() % 3 {
//!         0 => said.push(&b"nothing"[..]),
//!         1 => said.push(tape.pick(&[b"yes", b"no!"])),
//!         _ => said.push(tape.counted()),
//!     }
//! }
//! assert_eq!(said, [&b"abc"[..], b"yes"]);
//! ```

/// The remaining bytes. Reading beyond their end yields zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tape<'a>(&'a [u8]);

impl<'a> Tape<'a> {
    /// All of the bytes, from the first.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether all bytes are read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    /// The next two bytes as a number, the higher one first.
    pub fn number(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// The next bytes, with the byte before them as their count, or all remaining ones if there are fewer.
    pub fn counted(&mut self) -> &'a [u8] {
        let count = self.byte();
        self.take(count.into())
    }

    /// One of the items, selected by the next byte.
    ///
    /// # Panics
    /// If there are none.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::from(self.byte()) % items.len()]
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_takes_what_it_needs_and_leaves_the_rest() {
        let mut tape = Tape::new(&[9, 1, 2, 2, 7, 8, 5, 3]);
        assert_eq!(tape.byte(), 9);
        assert_eq!(tape.number(), 0x0102);
        assert_eq!(tape.counted(), [7, 8]);
        assert_eq!(tape.pick(&['a', 'b', 'c']), 'c', "5 leaves 2 when divided by 3");
        assert_eq!(tape, Tape::new(&[3]));
    }

    #[test]
    fn a_count_that_says_more_than_there_is_gets_what_there_is() {
        let mut tape = Tape::new(&[200, 1, 2]);
        assert_eq!(tape.counted(), [1, 2]);
        assert!(tape.is_empty());
    }

    #[test]
    fn a_tape_that_has_ended_goes_on_with_zeros() {
        let mut tape = Tape::new(&[7]);
        assert_eq!(tape.number(), 0x0700, "also in the middle of a number");
        assert_eq!((tape.byte(), tape.number(), tape.counted()), (0, 0, &[][..]));
        assert_eq!(tape.pick(&['a', 'b']), 'a');
    }
}
