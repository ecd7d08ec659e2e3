//! Messages of a server on its reliable channel.

use super::{LinkNumber, kind};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ServerMessage<'a> {
    Packet(&'a [u8]),
    Up(LinkNumber),
    Ended { link: LinkNumber, words: &'a [u8] },
    NoLink,
}

impl<'a> ServerMessage<'a> {
    /// Parses a message; `None` if it is not one of this protocol.
    pub(super) fn parse(message: &'a [u8]) -> Option<Self> {
        let (&kind, body) = message.split_first()?;
        Some(match kind {
            kind::PACKET => Self::Packet(body),
            kind::UP => match LinkNumber::split(body)? {
                (link, []) => Self::Up(link),
                _ => return None,
            },
            kind::ENDED => {
                let (link, words) = LinkNumber::split(body)?;
                Self::Ended { link, words }
            }
            kind::NO_LINK if body.is_empty() => Self::NoLink,
            _ => return None,
        })
    }

    /// Writes it to the buffer, replacing its content.
    pub(super) fn write(&self, message: &mut Vec<u8>) {
        message.clear();
        match self {
            Self::Packet(packet) => {
                message.push(kind::PACKET);
                message.extend_from_slice(packet);
            }
            Self::Up(link) => {
                message.push(kind::UP);
                message.extend_from_slice(&link.0.to_be_bytes());
            }
            Self::Ended { link, words } => {
                message.push(kind::ENDED);
                message.extend_from_slice(&link.0.to_be_bytes());
                message.extend_from_slice(words);
            }
            Self::NoLink => message.push(kind::NO_LINK),
        }
    }
}
