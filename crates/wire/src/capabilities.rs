//! The capabilities that our peers announce in the handshake, after the body that all implementations read.

use core::fmt;

use crate::limits::JOIN_TOKEN_BYTES_MAX;
use crate::{ClientId, Extension, ExtensionWriter, Reader, SessionId, WriteError, Writer};

/// The features of a peer beyond the original. None of them is used with a peer that did not announce it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(pub u32);

/// 128 bits that are known only to a server and one of its clients.
#[derive(Clone, Copy)]
pub struct SharedSecret(pub [u8; 16]);

/// The ticket with which a client gets its lost place back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResumeTicket {
    /// The session of the place; in any other session the ticket is invalid.
    pub session: SessionId,
    /// The id that the client had.
    pub id: ClientId,
    /// The secret that the server issued for this purpose.
    pub secret: SharedSecret,
}

/// The block behind a handshake and behind its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandshakeExtension<'a> {
    /// The sender's capabilities.
    pub capabilities: Capabilities,
    /// Client to server: the ticket of the place to resume.
    pub ticket: Option<ResumeTicket>,
    /// Server to client: the secret for the ticket that resumes a lost link.
    pub secret: Option<SharedSecret>,
    /// Server to client: the ticket was valid.
    pub resumed: bool,
    /// Client to server: the permission to join, in whatever form the server's operator requires; at most
    /// [`JOIN_TOKEN_BYTES_MAX`](crate::limits::JOIN_TOKEN_BYTES_MAX).
    pub join_token: Option<&'a [u8]>,
}

impl Capabilities {
    /// No capabilities: an original.
    pub const NONE: Self = Self(0);
    /// Voice may go to the server without a list of destinations; the server finds the listeners in its tables.
    pub const SERVER_ROUTING: Self = Self(1);
    /// A lost link may be followed by another one that gets the same place in the session.
    pub const RESUME: Self = Self(2);
    /// Both sides report how voice arrives: see [`VoiceReport`](crate::VoiceReport).
    pub const VOICE_REPORTS: Self = Self(4);
    /// The server may route by distance, and needs the client's position: see
    /// [`PositionReport`](crate::PositionReport).
    pub const PROXIMITY: Self = Self(8);
    /// The server tells the client about an operator's decisions that concern it: see [`Notice`](crate::Notice).
    pub const MODERATION: Self = Self(16);
    /// The server names the server to move to when it closes: see [`Closing`](crate::Closing).
    pub const HAND_OVER: Self = Self(32);
    /// The server accepts requests from moderators: see [`ModeratorCommand`](crate::ModeratorCommand).
    pub const MODERATORS: Self = Self(64);
    /// The server sends the reason for which it closes the link in a packet, where the network cannot carry it: see
    /// [`EndNotice`](crate::EndNotice).
    pub const END_REASONS: Self = Self(128);
    /// The server lists the other servers that share the session: see [`ServerList`](crate::ServerList).
    pub const SERVER_LIST: Self = Self(256);
    /// The client can be in the group of an encrypted session, whose delivery service the server is: see
    /// [`GroupPart`](crate::GroupPart). Only clients that have keys announce it.
    pub const GROUPS: Self = Self(512);
    /// Every capability of this version but [`GROUPS`](Self::GROUPS), for which a client needs keys.
    pub const ALL: Self = Self(
        Self::SERVER_ROUTING.0
            | Self::RESUME.0
            | Self::VOICE_REPORTS.0
            | Self::PROXIMITY.0
            | Self::MODERATION.0
            | Self::HAND_OVER.0
            | Self::MODERATORS.0
            | Self::END_REASONS.0
            | Self::SERVER_LIST.0,
    );

    /// Whether all of `other` is among these.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The capabilities of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// Compares all bytes even after a difference, so that the time reveals nothing.
impl PartialEq for SharedSecret {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

impl Eq for SharedSecret {}

/// Does not show the secret.
impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret(…)")
    }
}

impl<'a> HandshakeExtension<'a> {
    /// The extension behind a handshake's body; `None` if an original sent it.
    ///
    /// Unknown items are skipped, and so are items of a wrong length.
    pub fn find(trailing: &'a [u8]) -> Option<Self> {
        let mut found = Self::default();
        for (tag, bytes) in Extension::find(trailing)?.items() {
            match tag {
                CAPABILITIES => {
                    found.capabilities = bytes
                        .try_into()
                        .map_or(found.capabilities, |bits| Capabilities(u32::from_be_bytes(bits)));
                }
                SECRET => found.secret = bytes.try_into().ok().map(SharedSecret),
                TICKET => found.ticket = read_ticket(bytes),
                RESUMED => found.resumed = true,
                JOIN_TOKEN => {
                    found.join_token = Some(bytes).filter(|bytes| bytes.len() <= JOIN_TOKEN_BYTES_MAX);
                }
                _ => {}
            }
        }
        Some(found)
    }

    /// Writes the block behind the packet that `writer` has just written.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        let mut block = ExtensionWriter::begin(writer)?;
        block.item(CAPABILITIES, &self.capabilities.0.to_be_bytes())?;
        if let Some(secret) = &self.secret {
            block.item(SECRET, &secret.0)?;
        }
        if let Some(ticket) = &self.ticket {
            block.item(TICKET, &ticket_bytes(ticket))?;
        }
        if self.resumed {
            block.item(RESUMED, &[])?;
        }
        if let Some(token) = self.join_token {
            block.item(JOIN_TOKEN, token)?;
        }
        Ok(())
    }
}

/// `u32`, the bits.
const CAPABILITIES: u8 = 1;
/// 16 bytes.
const SECRET: u8 = 2;
/// `u32` session, `u16` id, 16 bytes.
const TICKET: u8 = 3;
/// Nothing.
const RESUMED: u8 = 4;
/// Any bytes.
const JOIN_TOKEN: u8 = 9;

const TICKET_BYTES: usize = 4 + 2 + 16;

fn read_ticket(bytes: &[u8]) -> Option<ResumeTicket> {
    let mut reader = Reader::new(bytes);
    let session = SessionId(reader.u32("ticket").ok()?);
    let id = ClientId(reader.u16("ticket").ok()?);
    let secret = SharedSecret(reader.rest().try_into().ok()?);
    Some(ResumeTicket { session, id, secret })
}

fn ticket_bytes(ticket: &ResumeTicket) -> [u8; TICKET_BYTES] {
    let mut bytes = [0; TICKET_BYTES];
    bytes[..4].copy_from_slice(&ticket.session.0.to_be_bytes());
    bytes[4..6].copy_from_slice(&ticket.id.0.to_be_bytes());
    bytes[6..].copy_from_slice(&ticket.secret.0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_found_again(extension: &HandshakeExtension<'_>) -> bool {
        let mut buffer = [0; 1024];
        let mut writer = Writer::new(&mut buffer);
        extension.write(&mut writer).unwrap();
        HandshakeExtension::find(writer.written()) == Some(*extension)
    }

    #[test]
    fn what_is_written_is_found() {
        let secret = SharedSecret([7; 16]);
        let ticket = ResumeTicket { session: SessionId(9), id: ClientId(3), secret };
        for extension in [
            HandshakeExtension::default(),
            HandshakeExtension { capabilities: Capabilities::ALL, ..Default::default() },
            HandshakeExtension { ticket: Some(ticket), ..Default::default() },
            HandshakeExtension { secret: Some(secret), resumed: true, ..Default::default() },
            HandshakeExtension { join_token: Some(b"any bytes"), ..Default::default() },
            HandshakeExtension { join_token: Some(&[7; JOIN_TOKEN_BYTES_MAX]), ..Default::default() },
        ] {
            assert!(is_found_again(&extension), "{extension:?}");
        }
    }

    #[test]
    fn an_original_has_no_extension() {
        assert_eq!(HandshakeExtension::find(&[]), None);
        assert_eq!(HandshakeExtension::find(b"whatever follows"), None);
    }

    #[test]
    fn unknown_and_damaged_items_are_skipped() {
        let mut buffer = [0; 64];
        let mut writer = Writer::new(&mut buffer);
        let mut block = ExtensionWriter::begin(&mut writer).unwrap();
        block.item(200, b"from the future").unwrap();
        block.item(SECRET, b"too short").unwrap();
        block.item(CAPABILITIES, &[0, 0, 0, 2]).unwrap();
        let found = HandshakeExtension::find(writer.written()).unwrap();
        assert_eq!(found, HandshakeExtension { capabilities: Capabilities::RESUME, ..Default::default() });
    }

    #[test]
    fn a_join_token_that_is_too_long_is_none() {
        let long = [7; JOIN_TOKEN_BYTES_MAX + 1];
        let mut buffer = [0; 1024];
        let mut writer = Writer::new(&mut buffer);
        let extension = HandshakeExtension { join_token: Some(&long), ..Default::default() };
        extension.write(&mut writer).unwrap();
        assert_eq!(HandshakeExtension::find(writer.written()), Some(HandshakeExtension::default()));
    }

    #[test]
    fn a_secret_does_not_show_in_logs() {
        extern crate std;
        assert_eq!(std::format!("{:?}", SharedSecret([42; 16])), "SharedSecret(…)");
    }
}
