//! Reads headers (RFC 9605, section 4.3).
//!
//! `SframeHeader::deserialize` allocates for each of the two fields, for every frame; they are written with that type.

use sframe::header::{Counter, KeyId};

/// The fields of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) key_id: KeyId,
    pub(crate) counter: Counter,
}

impl Header {
    /// Splits the header off. `None` if it is longer than the given bytes.
    pub(crate) fn split_off(sealed: &[u8]) -> Option<(Self, &[u8])> {
        let (config, rest) = sealed.split_first()?;
        let (key_id, rest) = field(config >> 4, rest)?;
        let (counter, rest) = field(config & 0xF, rest)?;
        Some((Self { key_id, counter }, rest))
    }
}

/// A field, by its four bits of the first byte: a flag, and the value or, if the flag is set, its length in bytes less
/// one.
fn field(config: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let low = config & 0b0111;
    if config & 0b1000 == 0 {
        return Some((low.into(), rest));
    }
    let (bytes, rest) = rest.split_at_checked(usize::from(low) + 1)?;
    Some((bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sframe::header::SframeHeader;

    use super::*;
    use crate::sframe::vectors;

    #[test]
    fn headers_of_the_rfc_are_read_and_written() {
        let headers = vectors::headers();
        assert_eq!(headers.len(), 289);
        for (key_id, counter, encoded) in headers {
            let rest = &[][..];
            assert_eq!(Header::split_off(&encoded), Some((Header { key_id, counter }, rest)), "{encoded:x?}");
            assert_eq!(Vec::from(&SframeHeader::new(key_id, counter)), encoded);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_the_type_reads_that_writes_headers(bytes: Vec<u8>) {
            let expected = SframeHeader::deserialize(&bytes).ok();
            let expected = expected.map(|header| (header.key_id(), header.counter(), header.len()));
            let read = Header::split_off(&bytes);
            let read = read.map(|(header, rest)| (header.key_id, header.counter, bytes.len() - rest.len()));
            prop_assert_eq!(read, expected);
        }
    }
}
