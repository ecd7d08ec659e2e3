//! Clients that the server admits, and its answer to them.

use consonance_session::{ClientId, LinkId};
use consonance_wire::{HandshakeExtension, Packet};

/// A client that the server admitted, again or in its old place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) id: ClientId,
    pub(super) link: LinkId,
    pub(super) resumes: bool,
}

/// The extension after an answer to a handshake.
pub(super) fn answer(packet: &[u8]) -> Option<HandshakeExtension<'_>> {
    match Packet::parse_with_trailing(packet) {
        Ok((Packet::HandshakeResponse(_), trailing)) => {
            Some(HandshakeExtension::find(trailing).unwrap_or_default())
        }
        _ => None,
    }
}
