//! The connection that an ICE check is for, read out of a STUN message (RFC 8489) without the rest of it.

/// Our own part of the user name of a request: `ours:theirs` (RFC 8445, section 7.2.2). `None` if it is not such a
/// request.
pub fn user_fragment(datagram: &[u8]) -> Option<&str> {
    let (header, mut attributes) = datagram.split_first_chunk::<HEADER_BYTES>()?;
    if header[0] & 0xc0 != 0 || header[4..8] != MAGIC_COOKIE {
        return None;
    }
    loop {
        let (&[kind_high, kind_low, high, low], rest) = attributes.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let value = rest.get(..length)?;
        if [kind_high, kind_low] == USERNAME {
            return std::str::from_utf8(value).ok()?.split(':').next();
        }
        attributes = rest.get(length.next_multiple_of(4)..)?;
    }
}

pub(crate) const HEADER_BYTES: usize = 20;
pub(crate) const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
pub(crate) const USERNAME: [u8; 2] = [0x00, 0x06];

#[cfg(test)]
mod tests {
    use super::*;

    /// A binding request with an attribute before the user name.
    fn request() -> Vec<u8> {
        let mut bytes = vec![0x00, 0x01, 0x00, 0x14];
        bytes.extend(MAGIC_COOKIE);
        bytes.extend([7; 12]);
        bytes.extend([0x80, 0x22, 0x00, 0x03, b'a', b'b', b'c', 0]);
        bytes.extend([0x00, 0x06, 0x00, 0x09]);
        bytes.extend(b"ours:them\0\0\0");
        bytes
    }

    #[test]
    fn a_check_names_its_connection() {
        assert_eq!(user_fragment(&request()), Some("ours"));
    }

    #[test]
    fn a_cut_or_other_packet_names_no_peer() {
        let request = request();
        for length in 0..request.len() - 3 {
            assert_eq!(user_fragment(&request[..length]), None, "{length} bytes");
        }
        let handshake = [&[0x16], &request[1..]].concat();
        let elsewhere = [&request[..4], &[0; 4], &request[8..]].concat();
        assert_eq!((user_fragment(&elsewhere), user_fragment(&[])), (None, None));
        assert_eq!(user_fragment(&[&[0xff], &handshake[1..]].concat()), None);
    }
}
