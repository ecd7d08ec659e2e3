//! Memory shared with JavaScript, in both directions: input for calls, and their output.

use consonance_audio::BLOCK_SAMPLES;

use crate::wasm_voice::playback::SLOTS_MAX;

/// Bytes of the longest data in one call: a control message to the page, 64 KiB.
pub const EXCHANGE_BYTES: usize = 64 * 1024;

/// Samples in the other half: a block of 10 ms for every slot, which is more than a microphone frame.
pub const SAMPLES: usize = SLOTS_MAX * BLOCK_SAMPLES;

/// Two pieces of memory that never move, one for bytes and one for samples.
#[derive(Debug)]
pub struct Exchange {
    bytes: Box<[u8]>,
    samples: Box<[f32]>,
}

impl Exchange {
    /// Both pieces, filled with zeros.
    pub fn new() -> Self {
        Self {
            bytes: vec![0; EXCHANGE_BYTES].into_boxed_slice(),
            samples: vec![0.0; SAMPLES].into_boxed_slice(),
        }
    }

    /// The input from JavaScript: the first `length` bytes, or all if it claims more.
    pub fn said(&self, length: usize) -> &[u8] {
        &self.bytes[..length.min(EXCHANGE_BYTES)]
    }

    /// Writes two pieces of output, one after the other; returns their length in bytes, `None` if they do not fit.
    pub fn tell(&mut self, first: &[u8], second: &[u8]) -> Option<usize> {
        let length = first.len() + second.len();
        let (place_of_first, place_of_second) = self.bytes.get_mut(..length)?.split_at_mut(first.len());
        place_of_first.copy_from_slice(first);
        place_of_second.copy_from_slice(second);
        Some(length)
    }

    /// All bytes.
    pub fn bytes(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// All samples: the microphone's from the front, or a block for each slot, one after the other.
    pub fn samples(&mut self) -> &mut [f32] {
        &mut self.samples
    }

    /// Both at once: samples to be read, bytes to be written.
    pub fn samples_and_bytes(&mut self) -> (&[f32], &mut [u8]) {
        (&self.samples, &mut self.bytes)
    }
}

impl Default for Exchange {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_there_is() {
        let mut exchange = Exchange::new();
        assert_eq!(exchange.tell(b"vo", b"ice"), Some(5));
        assert_eq!(exchange.said(5), b"voice");
        assert_eq!(exchange.said(0), b"");
        assert_eq!(exchange.said(usize::MAX).len(), EXCHANGE_BYTES);
    }

    #[test]
    fn what_has_no_room_is_not_told_in_part() {
        let mut exchange = Exchange::new();
        let mut long = vec![7; EXCHANGE_BYTES];
        assert_eq!(exchange.tell(&[], &long), Some(EXCHANGE_BYTES));
        long.insert(0, 9);
        assert_eq!(exchange.tell(&long, &[]), None);
        assert_eq!(exchange.said(EXCHANGE_BYTES), &long[1..]);
    }
}
