//! Messages about a session between the nodes that have clients in it: changes, and voice.

use serde::{Deserialize, Serialize};

use crate::message::{BusMessageError, append};

/// A message from the owner of a session to the edges at other nodes, or between any of these nodes.
///
/// Encoded like [`ToEdge`](crate::ToEdge): a kind is never removed and its fields never change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum SessionMessage<'a> {
    /// Everything about a session follows, as changes.
    CopyBegins {
        /// The name of the session.
        #[serde(borrow)]
        session: &'a str,
        /// Its number.
        number: u32,
    },
    /// Something has changed.
    Changed {
        /// The name of the session.
        session: &'a str,
        /// The number of changes that a copy then knows of.
        version: u64,
        /// The change, as the session's owner writes it.
        change: &'a [u8],
    },
    /// The copy is complete: anything not mentioned since it began no longer exists.
    CopyIsWhole {
        /// The name of the session.
        session: &'a str,
        /// The number of changes that the copy knows of.
        version: u64,
    },
    /// Whether the owner wants all voice, even without listeners: it is recording or being inspected.
    WantsAllVoice {
        /// The name of the session.
        session: &'a str,
        /// Whether it does.
        is_all: bool,
    },
    /// A voice packet of a client of the sender, which has checked it, for the clients of the receiver.
    Voice {
        /// The name of the session.
        session: &'a str,
        /// The speaker.
        client: u16,
        /// The packet.
        packet: &'a [u8],
    },
    /// The same for a client that has reported its position.
    PlacedVoice {
        /// The name of the session.
        session: &'a str,
        /// The speaker.
        client: u16,
        /// Its position, in metres along the game's axes.
        place: [f32; 3],
        /// The packet.
        packet: &'a [u8],
    },
}

impl<'a> SessionMessage<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// [`BusMessageError`] if it cannot be read.
    pub fn read(message: &'a [u8]) -> Result<Self, BusMessageError> {
        postcard::from_bytes(message).map_err(|cause| BusMessageError { bytes: message.len(), cause })
    }

    /// Writes a message into the buffer, replacing its content.
    pub fn write<'b>(&self, buffer: &'b mut Vec<u8>) -> &'b [u8] {
        buffer.clear();
        append(buffer, self);
        buffer
    }

    /// The name of the session that it is about.
    pub fn session(&self) -> &'a str {
        match *self {
            Self::CopyBegins { session, .. }
            | Self::Changed { session, .. }
            | Self::CopyIsWhole { session, .. }
            | Self::WantsAllVoice { session, .. }
            | Self::Voice { session, .. }
            | Self::PlacedVoice { session, .. } => session,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_about_a_session_arrive_as_they_were_and_keep_their_bytes() {
        let mut buffer = Vec::new();
        for message in [
            SessionMessage::CopyBegins { session: "arena", number: 77 },
            SessionMessage::Changed { session: "arena", version: 5, change: b"change" },
            SessionMessage::CopyIsWhole { session: "arena", version: 6 },
            SessionMessage::WantsAllVoice { session: "arena", is_all: true },
            SessionMessage::Voice { session: "arena", client: 300, packet: b"voice" },
            SessionMessage::PlacedVoice {
                session: "arena",
                client: 300,
                place: [1.0, -2.5, 0.0],
                packet: b"voice",
            },
        ] {
            let written = message.write(&mut buffer);
            assert_eq!(SessionMessage::read(written), Ok(message));
            assert!((0..written.len()).all(|length| SessionMessage::read(&written[..length]).is_err()));
            assert_eq!(message.session(), "arena");
        }
        let voice = SessionMessage::Voice { session: "a", client: 300, packet: b"xy" };
        assert_eq!(voice.write(&mut buffer), [4, 1, b'a', 0xAC, 2, 2, b'x', b'y']);
    }
}
