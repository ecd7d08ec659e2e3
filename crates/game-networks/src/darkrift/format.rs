//! The bytes around messages: lengths, tokens, acknowledgements, the Configure command. All numbers are big-endian.

use consonance_settings::{PlainValue, SettingKind, SettingType};

/// The form of the handshake that a client understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProtocolVersion {
    /// The old one: the acknowledgement of the token is a single byte.
    Zero,
    /// The present one, of DarkRift 2.
    #[default]
    One,
}

/// Its number, 0 or 1.
impl SettingType for ProtocolVersion {
    fn kind() -> SettingKind {
        SettingKind::Whole(1)
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::Whole(self.byte().into())
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        [Self::Zero, Self::One].into_iter().find(|version| version.to_plain() == *value)
    }
}

impl ProtocolVersion {
    /// The version byte before the token.
    pub fn byte(self) -> u8 {
        match self {
            Self::Zero => 0,
            Self::One => 1,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Zero),
            1 => Some(Self::One),
            _ => None,
        }
    }
}

/// The token that ties an address to a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token(pub(crate) [u8; 8]);

impl Token {
    /// The packet with the token: from the server over TCP, unframed, and from the client over UDP.
    pub(crate) fn packet(self, version: ProtocolVersion) -> [u8; TOKEN_PACKET_BYTES] {
        let mut packet = [version.byte(); TOKEN_PACKET_BYTES];
        packet[1..].copy_from_slice(&self.0);
        packet
    }

    /// The version byte and the token of such a packet.
    pub(crate) fn of_packet(packet: &[u8]) -> Option<(u8, Self)> {
        let (version, token) = packet.split_first()?;
        Some((*version, Self(token.try_into().ok()?)))
    }

    /// The server's acknowledgement over UDP.
    pub(crate) fn acknowledgement(self, version: ProtocolVersion) -> Vec<u8> {
        match version {
            ProtocolVersion::Zero => vec![0],
            ProtocolVersion::One => [self.0.as_slice(), &[0; 4]].concat(),
        }
    }
}

/// The length before each message over TCP.
pub(crate) fn length(message: &[u8]) -> [u8; LENGTH_BYTES] {
    (message.len() as u32).to_be_bytes()
}

/// The first message of a stream and the number of bytes it takes there; `None` while it is incomplete.
///
/// # Errors
///
/// The announced length is negative or above `bytes_max`.
pub(crate) fn next_message(stream: &[u8], bytes_max: usize) -> Result<Option<(usize, &[u8])>, BadLength> {
    let Some((length, rest)) = stream.split_first_chunk() else { return Ok(None) };
    let length = usize::try_from(i32::from_be_bytes(*length)).map_err(|_| BadLength)?;
    if length > bytes_max {
        return Err(BadLength);
    }
    Ok(rest.get(..length).map(|message| (LENGTH_BYTES + length, message)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadLength;

/// The message that tells a client its number, framed for TCP.
pub(crate) fn configure(body: &[u8]) -> Vec<u8> {
    let message = [&CONFIGURE, body].concat();
    [length(&message).as_slice(), &message].concat()
}

/// The body of that message.
pub(crate) fn configure_body(message: &[u8]) -> Option<&[u8]> {
    message.strip_prefix(&CONFIGURE).filter(|body| body.len() >= CLIENT_ID_BYTES)
}

pub(crate) const LENGTH_BYTES: usize = 4;
pub(crate) const TOKEN_PACKET_BYTES: usize = 9;
/// Flags and tag: no message is shorter.
pub(crate) const HEADER_BYTES: usize = 3;

const CLIENT_ID_BYTES: usize = 2;
/// The flag of commands, and 0 as the tag.
const CONFIGURE: [u8; HEADER_BYTES] = [0x80, 0, 0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_found_when_it_is_whole_and_not_before() {
        let stream = [0, 0, 0, 5, 0x80, 0, 0, 0, 7, 0, 0];
        for cut in 0..9 {
            assert_eq!(next_message(&stream[..cut], 100), Ok(None));
        }
        assert_eq!(next_message(&stream, 100), Ok(Some((9, &stream[4..9]))));
        assert_eq!(next_message(&[0, 0, 0, 0], 100), Ok(Some((4, [].as_slice()))));
    }

    #[test]
    fn negative_and_huge_lengths_are_refused_as_soon_as_they_are_read() {
        for (length, is_good) in
            [(100, true), (101, false), (i32::MAX, false), (-1, false), (i32::MIN, false)]
        {
            assert_eq!(next_message(&length.to_be_bytes(), 100).is_ok(), is_good, "{length}");
        }
    }
}
