//! What nodes with clients of one session say to each other about it: what has changed, and voice.

use serde::{Deserialize, Serialize};

use crate::message::{BusMessageError, append};

/// What the owner of a session tells the edges at other nodes, and what all of them tell each other.
///
/// Written as [`ToEdge`](crate::ToEdge) is: a kind is never removed nor its fields changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum SessionMessage<'a> {
    /// Everything about a session follows, as changes.
    CopyBegins {
        /// Which session.
        #[serde(borrow)]
        session: &'a str,
        /// Its number.
        number: u32,
    },
    /// Something has changed.
    Changed {
        /// Which session.
        session: &'a str,
        /// Of how many changes a copy knows then.
        version: u64,
        /// The change, as the session's owner writes it.
        change: &'a [u8],
    },
    /// What was not mentioned since the copy began is there no longer.
    CopyIsWhole {
        /// Which session.
        session: &'a str,
        /// Of how many changes the copy knows.
        version: u64,
    },
    /// Whether the owner wants all voice, whether it has listeners or not: it records, or is looked at.
    WantsAllVoice {
        /// Which session.
        session: &'a str,
        /// Whether it does.
        is_all: bool,
    },
    /// A packet with voice of a client of the sender, which has checked it, for those of the receiver.
    Voice {
        /// Which session.
        session: &'a str,
        /// The speaker.
        client: u16,
        /// The packet.
        packet: &'a [u8],
    },
    /// The same of a client that has said where it is.
    PlacedVoice {
        /// Which session.
        session: &'a str,
        /// The speaker.
        client: u16,
        /// Where it is, in metres along the game's axes.
        place: [f32; 3],
        /// The packet.
        packet: &'a [u8],
    },
}

impl<'a> SessionMessage<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// [`BusMessageError`] if it is none.
    pub fn read(message: &'a [u8]) -> Result<Self, BusMessageError> {
        postcard::from_bytes(message).map_err(|cause| BusMessageError { bytes: message.len(), cause })
    }

    /// Writes a message over what is in the buffer.
    pub fn write<'b>(&self, buffer: &'b mut Vec<u8>) -> &'b [u8] {
        buffer.clear();
        append(buffer, self);
        buffer
    }

    /// Which session it is about.
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
