//! Mumble's control messages, as far as a client without a picture needs them: a kind, a length, and fields as
//! Protocol Buffers write them (Mumble's protocol documentation, "Protocol stack (TCP)").

/// What a message is about.
pub(super) mod kind {
    pub(in super::super) const VERSION: u16 = 0;
    pub(in super::super) const AUTHENTICATE: u16 = 2;
    pub(in super::super) const PING: u16 = 3;
    pub(in super::super) const REJECT: u16 = 4;
    pub(in super::super) const SERVER_SYNC: u16 = 5;
    pub(in super::super) const CHANNEL_STATE: u16 = 7;
    pub(in super::super) const USER_STATE: u16 = 9;
    pub(in super::super) const CRYPT_SETUP: u16 = 15;
}

/// One that is written.
pub(super) struct Message {
    bytes: Vec<u8>,
}

/// One field of a message that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// Before the fields: the kind, and how many bytes they have.
const HEAD_BYTES: usize = 6;

impl Message {
    pub(super) fn new(kind: u16) -> Self {
        let mut bytes = kind.to_be_bytes().to_vec();
        bytes.resize(HEAD_BYTES, 0);
        Self { bytes }
    }

    pub(super) fn number(mut self, field: u8, value: u64) -> Self {
        self.bytes.push(field << 3);
        self.varint(value);
        self
    }

    pub(super) fn text(mut self, field: u8, text: &str) -> Self {
        self.bytes.push(field << 3 | 2);
        self.varint(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    pub(super) fn bytes(mut self) -> Vec<u8> {
        let length = (self.bytes.len() - HEAD_BYTES) as u32;
        self.bytes[2..HEAD_BYTES].copy_from_slice(&length.to_be_bytes());
        self.bytes
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

/// The first message of these bytes, if it is whole: its kind, its fields, and how long it is.
pub(super) fn first(bytes: &[u8]) -> Option<(u16, &[u8], usize)> {
    let (head, rest) = bytes.split_first_chunk::<HEAD_BYTES>()?;
    let [high, low, length @ ..] = *head;
    let length = u32::from_be_bytes(length) as usize;
    Some((u16::from_be_bytes([high, low]), rest.get(..length)?, HEAD_BYTES + length))
}

/// The last field with this number.
pub(super) fn field(mut fields: &[u8], wanted: u64) -> Option<Field<'_>> {
    let mut found = None;
    while let Some(key) = varint(&mut fields) {
        let value = match key & 7 {
            0 => Field::Number(varint(&mut fields)?),
            2 => {
                let length = usize::try_from(varint(&mut fields)?).ok()?;
                let (bytes, rest) = fields.split_at_checked(length)?;
                fields = rest;
                Field::Bytes(bytes)
            }
            1 => {
                fields = fields.get(8..)?;
                continue;
            }
            5 => {
                fields = fields.get(4..)?;
                continue;
            }
            _ => return found,
        };
        if key >> 3 == wanted {
            found = Some(value);
        }
    }
    found
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// A number as voice packets have it ("Voice data", "Variable length integers"), for numbers below 2²¹.
pub(super) fn write_voice_number(number: u32, packet: &mut Vec<u8>) {
    match number {
        0..0x80 => packet.push(number as u8),
        0x80..0x4000 => packet.extend_from_slice(&(number as u16 | 0x8000).to_be_bytes()),
        _ => packet.extend_from_slice(&(number | 0xc0_0000).to_be_bytes()[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let bytes = Message::new(kind::USER_STATE).number(1, 300).text(3, "room").number(5, 7).bytes();
        let (kind, fields, length) = first(&bytes).unwrap();
        assert_eq!((kind, length), (kind::USER_STATE, bytes.len()));
        assert_eq!(field(fields, 1), Some(Field::Number(300)));
        assert_eq!(field(fields, 3), Some(Field::Bytes(b"room")));
        assert_eq!(field(fields, 5), Some(Field::Number(7)));
        assert_eq!(field(fields, 2), None);
        for length in 0..bytes.len() {
            assert_eq!(first(&bytes[..length]), None);
        }
        for length in 0..fields.len() {
            field(&fields[..length], 5);
        }
    }

    #[test]
    fn numbers_in_voice_have_the_length_in_their_first_bits() {
        for (number, written) in
            [(5, &[5][..]), (0x80, &[0x80, 0x80]), (0x3fff, &[0xbf, 0xff]), (0x4000, &[0xc0, 0x40, 0])]
        {
            let mut packet = Vec::new();
            write_voice_number(number, &mut packet);
            assert_eq!(packet, written);
        }
    }
}
