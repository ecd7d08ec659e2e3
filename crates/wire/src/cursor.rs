//! Reading and writing of a packet's bytes.

use crate::{ParseError, WriteError};

/// Reads fields from the front of borrowed bytes.
///
/// Each method names the field that it reads, for the error if the bytes end early.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes not yet read.
    #[inline]
    pub const fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// One byte.
    ///
    /// # Errors
    /// [`ParseError::Truncated`], here and in the methods below, if the bytes end before the field does.
    #[inline]
    pub fn u8(&mut self, what: &'static str) -> Result<u8, ParseError> {
        self.array(what).map(u8::from_be_bytes)
    }

    /// Two bytes, big-endian.
    ///
    /// # Errors
    /// As [`Reader::u8`].
    #[inline]
    pub fn u16(&mut self, what: &'static str) -> Result<u16, ParseError> {
        self.array(what).map(u16::from_be_bytes)
    }

    /// Four bytes, big-endian.
    ///
    /// # Errors
    /// As [`Reader::u8`].
    #[inline]
    pub fn u32(&mut self, what: &'static str) -> Result<u32, ParseError> {
        self.array(what).map(u32::from_be_bytes)
    }

    /// As many bytes as asked for.
    ///
    /// # Errors
    /// As [`Reader::u8`].
    #[inline]
    pub fn take(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], ParseError> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            return Err(self.truncated(length, what));
        };
        self.rest = rest;
        Ok(taken)
    }

    /// Bytes behind their 16-bit length.
    ///
    /// # Errors
    /// As [`Reader::u8`].
    #[inline]
    pub fn bytes(&mut self, what: &'static str) -> Result<&'a [u8], ParseError> {
        let length = self.u16(what)?;
        self.take(usize::from(length), what)
    }

    #[inline]
    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], ParseError> {
        let Some((taken, rest)) = self.rest.split_first_chunk() else {
            return Err(self.truncated(N, what));
        };
        self.rest = rest;
        Ok(*taken)
    }

    #[cold]
    fn truncated(self, length: usize, reading: &'static str) -> ParseError {
        ParseError::Truncated { reading, missing: length.saturating_sub(self.rest.len()) }
    }
}

/// Writes fields into the caller's buffer, from its front.
///
/// After an error the buffer holds the beginning of a packet, which must not be sent unless what failed is [taken
/// back](Self::truncate).
#[derive(Debug)]
pub struct Writer<'b> {
    buffer: &'b mut [u8],
    len: usize,
}

impl<'b> Writer<'b> {
    /// A writer at the start of `buffer`.
    #[inline]
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, len: 0 }
    }

    /// Bytes written so far.
    #[inline]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing has been written yet.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes back what was written behind this many bytes, such as a part that did not fit; then the beginning can be
    /// sent. Longer than what was written, it changes nothing.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// The bytes written so far.
    #[inline]
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    /// One byte.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`], here and in the methods below, if the field does not fit.
    #[inline]
    pub fn u8(&mut self, value: u8) -> Result<(), WriteError> {
        self.put(&[value])
    }

    /// Two bytes, big-endian.
    ///
    /// # Errors
    /// As [`Writer::u8`].
    #[inline]
    pub fn u16(&mut self, value: u16) -> Result<(), WriteError> {
        self.put(&value.to_be_bytes())
    }

    /// Four bytes, big-endian.
    ///
    /// # Errors
    /// As [`Writer::u8`].
    #[inline]
    pub fn u32(&mut self, value: u32) -> Result<(), WriteError> {
        self.put(&value.to_be_bytes())
    }

    /// The bytes as they are.
    ///
    /// # Errors
    /// As [`Writer::u8`].
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let (needed, capacity) = (self.len.saturating_add(bytes.len()), self.buffer.len());
        let Some(place) = self.buffer.get_mut(self.len..needed) else {
            return Err(WriteError::BufferFull { needed, capacity });
        };
        place.copy_from_slice(bytes);
        self.len = needed;
        Ok(())
    }

    /// The bytes behind their 16-bit length.
    ///
    /// # Errors
    /// As [`Writer::u8`], and [`WriteError::TooLong`] for more than 65 535 bytes.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8], what: &'static str) -> Result<(), WriteError> {
        let limit = usize::from(u16::MAX);
        let Ok(length) = u16::try_from(bytes.len()) else {
            return Err(WriteError::TooLong { what, bytes: bytes.len(), limit });
        };
        self.u16(length)?;
        self.put(bytes)
    }

    /// A list's 16-bit count.
    pub(crate) fn count16(&mut self, count: usize, what: &'static str) -> Result<(), WriteError> {
        match u16::try_from(count) {
            Ok(count) => self.u16(count),
            Err(_) => Err(WriteError::TooManyItems { what, count, limit: usize::from(u16::MAX) }),
        }
    }

    /// A list's 8-bit count.
    pub(crate) fn count8(&mut self, count: usize, what: &'static str) -> Result<(), WriteError> {
        match u8::try_from(count) {
            Ok(count) => self.u8(count),
            Err(_) => Err(WriteError::TooManyItems { what, count, limit: usize::from(u8::MAX) }),
        }
    }
}

/// The bytes that `write` puts into a buffer as large as any peer's, for tests.
#[cfg(test)]
pub(crate) fn written(write: impl FnOnce(&mut Writer<'_>) -> Result<(), WriteError>) -> alloc::vec::Vec<u8> {
    let mut buffer = [0; 1024];
    let mut writer = Writer::new(&mut buffer);
    write(&mut writer).expect("it fits");
    writer.written().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_taken_back_leaves_what_came_before_it_and_its_space() {
        let mut buffer = [0; 4];
        let mut writer = Writer::new(&mut buffer);
        writer.u16(0x0102).unwrap();
        let body = writer.len();
        writer.u8(3).unwrap();
        assert!(writer.u16(0x0405).is_err(), "it does not fit");
        writer.truncate(body);
        assert_eq!((writer.len(), writer.written()), (2, &[1, 2][..]));
        writer.u16(0x0607).unwrap();
        assert_eq!(writer.written(), [1, 2, 6, 7]);
        writer.truncate(0);
        assert!(writer.is_empty() && writer.written().is_empty());
    }

    #[test]
    fn a_length_beyond_what_was_written_takes_nothing_back_and_adds_nothing() {
        let mut buffer = [9; 4];
        let mut writer = Writer::new(&mut buffer);
        writer.u16(0x0102).unwrap();
        for len in [2, 3, 4, 5, usize::MAX] {
            writer.truncate(len);
            assert_eq!(writer.written(), [1, 2], "{len}");
        }
    }
}
