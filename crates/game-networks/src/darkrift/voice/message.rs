//! A message of DarkRift: a header of 3 or 5 bytes and a body. Numbers are big-endian.

/// One message, as it travels over TCP behind its length or alone in a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DarkRiftMessage<'a> {
    /// Whether it is a command of the network instead of a message of the game.
    pub is_command: bool,
    /// The tag: the game's own number, or the command's.
    pub tag: u16,
    /// A measurement of the round trip, if the sender requests or answers one.
    pub ping: Option<DarkRiftPing>,
    /// The body.
    pub body: &'a [u8],
}

/// A measurement of the round trip: the receiver may send a message back that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DarkRiftPing {
    /// The number of the ping.
    pub code: u16,
    /// Whether it is an answer.
    pub is_answer: bool,
}

impl<'a> DarkRiftMessage<'a> {
    /// `None` if there is no whole header.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[flags, tag_high, tag_low], rest) = bytes.split_first_chunk()?;
        let is_answer = flags & PING_ANSWER != 0;
        let (ping, body) = if flags & PING == 0 {
            (None, rest)
        } else {
            let (code, body) = rest.split_first_chunk()?;
            (Some(DarkRiftPing { code: u16::from_be_bytes(*code), is_answer }), body)
        };
        let tag = u16::from_be_bytes([tag_high, tag_low]);
        Some(Self { is_command: flags & COMMAND != 0, tag, ping, body })
    }

    /// Appends the message.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        let ping = self.ping.map_or(0, |ping| if ping.is_answer { PING | PING_ANSWER } else { PING });
        bytes.push(if self.is_command { COMMAND | ping } else { ping });
        bytes.extend_from_slice(&self.tag.to_be_bytes());
        if let Some(ping) = self.ping {
            bytes.extend_from_slice(&ping.code.to_be_bytes());
        }
        bytes.extend_from_slice(self.body);
    }
}

const COMMAND: u8 = 0x80;
const PING: u8 = 0x40;
const PING_ANSWER: u8 = 0x20;
