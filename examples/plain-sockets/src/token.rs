//! The token that ties a UDP source to a TCP connection.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A number that only the two ends of one TCP connection know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Token(u32);

const PREFIX: [u8; 8] = *b"UDPTOKEN";

impl Token {
    /// From the operating system's randomness, which is what seeds the standard library's hashers.
    pub(crate) fn random() -> Self {
        Self(RandomState::new().build_hasher().finish() as u32)
    }

    pub(crate) fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&PREFIX);
        bytes[8..].copy_from_slice(&self.0.to_be_bytes());
        bytes
    }

    /// `None` if this is something else.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let number = bytes.strip_prefix(&PREFIX)?;
        Some(Self(u32::from_be_bytes(number.try_into().ok()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_eight_letters_and_a_number_in_big_endian_order() {
        assert_eq!(Token(0x0102_0304).to_bytes(), *b"UDPTOKEN\x01\x02\x03\x04");
        assert_eq!(Token::parse(b"UDPTOKEN\x01\x02\x03\x04"), Some(Token(0x0102_0304)));
        for other in [b"".as_slice(), b"UDPTOKEN", b"UDPTOKEN123", b"UDPTOKEN12345", b"udptoken1234"] {
            assert_eq!(Token::parse(other), None);
        }
    }
}
