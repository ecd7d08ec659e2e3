//! The message of a full server in place of a token.

const PREFIX: [u8; 8] = *b"SRV_FULL";

pub(crate) fn to_bytes(clients_max: u32) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&PREFIX);
    bytes[8..].copy_from_slice(&clients_max.to_be_bytes());
    bytes
}

/// How many clients the server takes; `None` if this is something else.
pub(crate) fn parse(bytes: &[u8]) -> Option<u32> {
    let number = bytes.strip_prefix(&PREFIX)?;
    Some(u32::from_be_bytes(number.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_eight_letters_and_a_number_in_big_endian_order() {
        assert_eq!(to_bytes(258), *b"SRV_FULL\0\0\x01\x02");
        assert_eq!(parse(b"SRV_FULL\0\0\x01\x02"), Some(258));
        for other in [b"".as_slice(), b"SRV_FULL", b"SRV_FULL123", b"SRV_FULL12345", b"UDPTOKEN1234"] {
            assert_eq!(parse(other), None);
        }
    }
}
