//! Messages of a client on its reliable channel.

use super::{LinkNumber, SESSION_BYTES_MAX, kind};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ClientMessage<'a> {
    Packet(&'a [u8]),
    Asked { link: LinkNumber, session: &'a str },
    Left,
    Overflowed,
}

impl<'a> ClientMessage<'a> {
    /// Parses a message; `None` if it is not one of this protocol.
    pub(super) fn parse(message: &'a [u8]) -> Option<Self> {
        let (&kind, body) = message.split_first()?;
        Some(match kind {
            kind::PACKET => Self::Packet(body),
            kind::ASKED => {
                let (link, session) = LinkNumber::split(body)?;
                if session.len() > SESSION_BYTES_MAX {
                    return None;
                }
                Self::Asked { link, session: std::str::from_utf8(session).ok()? }
            }
            kind::LEFT if body.is_empty() => Self::Left,
            kind::OVERFLOWED if body.is_empty() => Self::Overflowed,
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
            Self::Asked { link, session } => {
                message.push(kind::ASKED);
                message.extend_from_slice(&link.0.to_be_bytes());
                message.extend_from_slice(session.as_bytes());
            }
            Self::Left => message.push(kind::LEFT),
            Self::Overflowed => message.push(kind::OVERFLOWED),
        }
    }
}
