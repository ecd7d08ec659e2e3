//! Messages within the payloads of a pipeline: each after its length, as Netcode's `UnityTransport` puts them there.

/// The size of the length field.
pub(crate) const LENGTH_BYTES: usize = 4;

/// An impossible length of a message: the messages after it cannot be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadLength;

/// A message, and the bytes after it.
type First<'a> = (&'a [u8], &'a [u8]);

/// The first message, and the bytes after it; `None` while it is not complete.
pub(crate) fn split_first(bytes: &[u8], bytes_max: usize) -> Result<Option<First<'_>>, BadLength> {
    let Some((length, rest)) = bytes.split_first_chunk() else { return Ok(None) };
    let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| BadLength)?;
    if length > bytes_max {
        return Err(BadLength);
    }
    Ok(rest.split_at_checked(length))
}

/// The header of a message.
pub(crate) fn length_of(message: &[u8]) -> [u8; LENGTH_BYTES] {
    (message.len() as u32).to_le_bytes()
}

/// Extracts messages from a stream that is cut anywhere.
#[derive(Debug, Default)]
pub(crate) struct EntryStream {
    bytes: Vec<u8>,
    /// The start of the next message.
    start: usize,
}

impl EntryStream {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        } else if self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next complete message.
    pub(crate) fn next(&mut self, bytes_max: usize) -> Result<Option<&[u8]>, BadLength> {
        let Some((message, _)) = split_first(&self.bytes[self.start..], bytes_max)? else { return Ok(None) };
        self.start += LENGTH_BYTES + message.len();
        Ok(Some(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three messages, one of them empty.
    fn stream() -> Vec<u8> {
        [b"one".as_slice(), b"", b"three"]
            .iter()
            .flat_map(|message| [&length_of(message), *message].concat())
            .collect()
    }

    #[test]
    fn messages_come_out_wherever_the_stream_is_cut() {
        let bytes = stream();
        for cut in 0..=bytes.len() {
            let mut entries = EntryStream::default();
            let mut messages = Vec::new();
            for piece in [&bytes[..cut], &bytes[cut..]] {
                entries.push(piece);
                while let Some(message) = entries.next(5).unwrap() {
                    messages.push(message.to_vec());
                }
            }
            assert_eq!(messages, [b"one".as_slice(), b"", b"three"], "cut at {cut}");
        }
    }

    #[test]
    fn a_stream_of_single_bytes_keeps_no_more_than_a_message() {
        let mut entries = EntryStream::default();
        for _ in 0..100 {
            for byte in stream() {
                entries.push(&[byte]);
                while entries.next(5).unwrap().is_some() {}
                assert!(entries.bytes.len() <= 2 * (LENGTH_BYTES + 5), "{} bytes kept", entries.bytes.len());
            }
        }
    }

    #[test]
    fn a_length_that_is_negative_or_too_large_is_none() {
        assert_eq!(split_first(&[0xff; 8], 100), Err(BadLength));
        assert_eq!(split_first(&101_u32.to_le_bytes(), 100), Err(BadLength));
        assert_eq!(split_first(&100_u32.to_le_bytes(), 100), Ok(None));
    }
}
