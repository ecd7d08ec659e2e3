//! Datagrams in a stream, each behind its length (RFC 4571, section 2).

/// How many bytes a length takes.
pub(super) const HEADER_BYTES: usize = 2;

/// The first datagram, if it is complete.
pub(super) fn first(stream: &[u8]) -> Option<&[u8]> {
    stream.get(HEADER_BYTES..HEADER_BYTES + announced(stream)?)
}

/// How long the first datagram is, in bytes.
pub(super) fn announced(stream: &[u8]) -> Option<usize> {
    let &header = stream.first_chunk::<HEADER_BYTES>()?;
    Some(u16::from_be_bytes(header).into())
}

/// The header of a datagram: its length.
pub(super) fn header(datagram: &[u8]) -> [u8; HEADER_BYTES] {
    (datagram.len() as u16).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_come_out_as_they_were_put_in_and_none_before_it_is_whole() {
        let datagrams: [&[u8]; 3] = [b"first", b"", &[7; 1500]];
        let stream: Vec<u8> = datagrams.iter().flat_map(|it| [&header(it)[..], it].concat()).collect();
        let mut at = 0;
        for datagram in datagrams {
            let end = at + HEADER_BYTES + datagram.len();
            for cut in at..end {
                assert_eq!(first(&stream[at..cut]), None);
            }
            assert_eq!(first(&stream[at..]), Some(datagram));
            at = end;
        }
        assert_eq!((first(&stream[at..]), announced(&stream[at..])), (None, None));
    }
}
