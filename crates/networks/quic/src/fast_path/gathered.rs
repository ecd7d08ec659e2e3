//! Several packets in one datagram: each after its length as a big-endian `u16`.

/// The bytes of the length before a packet.
pub(crate) const LENGTH_BYTES: usize = 2;

/// Appends a packet.
pub(crate) fn push(packet: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(packet.len() as u16).to_be_bytes());
    out.extend_from_slice(packet);
}

/// The packets of one datagram, in the order in which they were sent.
#[derive(Clone, Debug)]
pub struct GatheredPackets<'a> {
    rest: &'a [u8],
    is_one: bool,
}

impl<'a> GatheredPackets<'a> {
    pub(crate) const NONE: Self = Self { rest: &[], is_one: false };

    pub(crate) fn one(packet: &'a [u8]) -> Self {
        Self { rest: packet, is_one: true }
    }

    /// Of a body with several. `None` if a length does not fit.
    pub(crate) fn several(body: &'a [u8]) -> Option<Self> {
        let mut rest = body;
        while !rest.is_empty() {
            (_, rest) = split(rest)?;
        }
        Some(Self { rest: body, is_one: false })
    }
}

impl<'a> Iterator for GatheredPackets<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if std::mem::take(&mut self.is_one) {
            return Some(std::mem::take(&mut self.rest));
        }
        let (packet, rest) = split(self.rest)?;
        self.rest = rest;
        Some(packet)
    }
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_packet_is_itself_even_if_it_is_empty() {
        assert_eq!(GatheredPackets::one(b"ab").collect::<Vec<_>>(), [b"ab"]);
        assert_eq!(GatheredPackets::one(b"").collect::<Vec<_>>(), [b""]);
    }

    #[test]
    fn a_body_that_ends_within_a_packet_is_refused_as_a_whole() {
        let mut body = Vec::new();
        push(b"ab", &mut body);
        push(b"", &mut body);
        push(b"c", &mut body);
        for length in 0..=body.len() {
            let is_whole = [0, 4, 6, body.len()].contains(&length);
            assert_eq!(GatheredPackets::several(&body[..length]).is_some(), is_whole, "{length} bytes");
        }
    }

    proptest! {
        #[test]
        fn packets_come_out_as_they_went_in(packets: Vec<Vec<u8>>) {
            let mut body = Vec::new();
            for packet in &packets {
                push(packet, &mut body);
            }
            prop_assert_eq!(GatheredPackets::several(&body).unwrap().collect::<Vec<_>>(), packets);
        }

        #[test]
        fn no_body_is_too_strange_to_be_judged(body: Vec<u8>) {
            let bytes: Option<usize> = GatheredPackets::several(&body)
                .map(|packets| packets.map(|packet| packet.len() + LENGTH_BYTES).sum());
            prop_assert!(bytes.is_none_or(|bytes| bytes == body.len()));
        }
    }
}
