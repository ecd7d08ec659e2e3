//! Frames, and the datagrams that carry them. Numbers are little-endian, but for a frame's length.

/// The type of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Error,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// One frame, reassembled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) control: Control,
    /// The part of Forge that it is for, in binary frames; 0 is the game.
    pub(crate) router: u8,
    pub(crate) payload: &'a [u8],
    /// Its position in the order of reliable frames.
    pub(crate) reliable_id: Option<u64>,
    /// The sender's clock, in milliseconds.
    pub(crate) time_step: u64,
    pub(crate) unique_id: u64,
}

/// One datagram: a piece of a frame, or the confirmation of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) unique_id: u64,
    pub(crate) group: i32,
    /// The index of the piece in the frame, from 0.
    pub(crate) order: u32,
    pub(crate) meta: Meta,
    /// The bytes of the frame.
    pub(crate) bytes: &'a [u8],
}

/// The last byte of each datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meta(pub(crate) u8);

impl Control {
    fn byte(self) -> u8 {
        match self {
            Self::Error => 0,
            Self::Text => 129,
            Self::Binary => 130,
            Self::Close => 136,
            Self::Ping => 137,
            Self::Pong => 138,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        let all = [Self::Error, Self::Text, Self::Binary, Self::Close, Self::Ping, Self::Pong];
        all.into_iter().find(|control| control.byte() == byte)
    }
}

impl<'a> Frame<'a> {
    /// `None` if the bytes are not a frame. The length is ignored, as by all ends over UDP.
    pub(crate) fn parse(bytes: &'a [u8], is_reliable: bool) -> Option<Self> {
        let (&[control, length], rest) = bytes.split_first_chunk()?;
        let control = Control::from_byte(control)?;
        let rest = match length {
            LENGTH_OF_2 => rest.get(2..)?,
            LENGTH_OF_8 => rest.get(8..)?,
            _ => rest,
        };
        let (router, rest) = if control == Control::Binary {
            let (router, rest) = rest.split_first()?;
            (*router, rest)
        } else {
            (0, rest)
        };
        let (rest, unique_id) = take_u64(rest)?;
        let (rest, time_step) = take_u64(rest)?;
        let (payload, reliable_id) = if is_reliable {
            let (payload, id) = take_u64(rest)?;
            (payload, Some(id))
        } else {
            (rest, None)
        };
        Some(Self { control, router, payload, reliable_id, time_step, unique_id })
    }

    /// Appends the frame.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        let is_binary = self.control == Control::Binary;
        let length = self.payload.len() + 16 + usize::from(is_binary);
        bytes.push(self.control.byte());
        match u16::try_from(length) {
            Ok(length) if length < u16::from(LENGTH_OF_2) => bytes.push(length as u8),
            Ok(length) => {
                bytes.push(LENGTH_OF_2);
                bytes.extend_from_slice(&length.to_be_bytes());
            }
            Err(_) => {
                bytes.push(LENGTH_OF_8);
                bytes.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        if is_binary {
            bytes.push(self.router);
        }
        bytes.extend_from_slice(self.payload);
        bytes.extend(self.reliable_id.iter().flat_map(|id| id.to_le_bytes()));
        bytes.extend_from_slice(&self.time_step.to_le_bytes());
        bytes.extend_from_slice(&self.unique_id.to_le_bytes());
    }
}

impl<'a> Piece<'a> {
    /// `None` if the datagram is not a piece.
    pub(crate) fn parse(datagram: &'a [u8]) -> Option<Self> {
        let (bytes, trailer) = datagram.split_last_chunk::<TRAILER_BYTES>()?;
        let [g0, g1, g2, g3, o0, o1, o2, o3, meta] = *trailer;
        let (before, unique_id) = take_u64(bytes)?;
        let meta = Meta(meta);
        Some(Self {
            unique_id,
            group: i32::from_le_bytes([g0, g1, g2, g3]),
            order: u32::from_le_bytes([o0, o1, o2, o3]),
            meta,
            // The last piece ends with the frame's own id; earlier pieces carry the id in addition.
            bytes: if meta.is_last() { bytes } else { before },
        })
    }

    /// Appends the datagram that says that this one has arrived.
    pub(crate) fn write_confirmation(&self, datagram: &mut Vec<u8>) {
        datagram.extend_from_slice(&self.unique_id.to_le_bytes());
        write_trailer(self.group, self.order, Meta(self.meta.0 | Meta::CONFIRMATION), datagram);
    }
}

impl Meta {
    const RELIABLE: u8 = 0x01;
    const LAST: u8 = 0x02;
    const CONFIRMATION: u8 = 0x04;

    /// Of the last piece of a frame to these receivers.
    pub(crate) fn last(is_reliable: bool, receivers: u8) -> Self {
        Self(u8::from(is_reliable) | Self::LAST | receivers << 4)
    }

    pub(crate) fn is_reliable(self) -> bool {
        self.0 & Self::RELIABLE != 0
    }

    pub(crate) fn is_last(self) -> bool {
        self.0 & Self::LAST != 0
    }

    pub(crate) fn is_confirmation(self) -> bool {
        self.0 & Self::CONFIRMATION != 0
    }
}

/// Appends what comes behind the only piece of a frame.
pub(crate) fn write_trailer(group: i32, order: u32, meta: Meta, datagram: &mut Vec<u8>) {
    datagram.extend_from_slice(&group.to_le_bytes());
    datagram.extend_from_slice(&order.to_le_bytes());
    datagram.push(meta.0);
}

fn take_u64(bytes: &[u8]) -> Option<(&[u8], u64)> {
    let (before, number) = bytes.split_last_chunk()?;
    Some((before, u64::from_le_bytes(*number)))
}

/// A client asks for its number, and the server gives it.
pub(crate) const GROUP_ID: i32 = 1;
/// Why a client is refused: there are too many.
pub(crate) const GROUP_FULL: i32 = 7;
/// A connection ends.
pub(crate) const GROUP_CLOSE: i32 = 8;
pub(crate) const GROUP_PING: i32 = 12;
pub(crate) const GROUP_PONG: i32 = 13;
/// Why a client is refused: the server does not accept it.
pub(crate) const GROUP_REFUSED: i32 = 18;

/// The receivers of a frame: the one at the other end, as servers say.
pub(crate) const TO_TARGET: u8 = 0;
/// The same, as clients say.
pub(crate) const TO_SERVER: u8 = 5;

/// The largest datagram.
pub(crate) const DATAGRAM_BYTES_MAX: usize = 1200;
/// The largest payload that fits a frame in one datagram.
pub(crate) const PAYLOAD_BYTES_MAX: usize = DATAGRAM_BYTES_MAX - AROUND_PAYLOAD_BYTES;
/// The most bytes around a payload: length 4, router 1, three numbers of 8, trailer 9.
pub(crate) const AROUND_PAYLOAD_BYTES: usize = 38;

const TRAILER_BYTES: usize = 9;
const LENGTH_OF_2: u8 = 126;
const LENGTH_OF_8: u8 = 127;
