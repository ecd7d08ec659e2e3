//! The parts of a voice packet that this crate reads: its first three bytes.
//!
//! All players of such a room send to all others, so the type of a message decides which link it belongs to.

/// The first bytes of every packet of the protocol: see `consonance_wire::PacketHeader`.
pub(crate) const MAGIC: [u8; 2] = [0x8b, 0xc7];

/// A client's request to join: `HandshakeRequest`.
const ASKS_TO_JOIN: u8 = 4;
/// A player's direct introduction to another: `HandshakeP2P`.
const INTRODUCES: u8 = 11;
/// The other packets between players: `VoiceData`, `TextData`.
const BETWEEN_PLAYERS: [u8; 2] = [2, 3];

pub(crate) fn asks_to_join(packet: &[u8]) -> bool {
    kind(packet) == Some(ASKS_TO_JOIN)
}

pub(crate) fn introduces(packet: &[u8]) -> bool {
    kind(packet) == Some(INTRODUCES)
}

/// Whether a player may send this packet to another one without the server.
pub(crate) fn is_between_players(packet: &[u8]) -> bool {
    kind(packet).is_some_and(|kind| kind == INTRODUCES || BETWEEN_PLAYERS.contains(&kind))
}

fn kind(packet: &[u8]) -> Option<u8> {
    match packet {
        [first, second, kind, ..] if [*first, *second] == MAGIC => Some(*kind),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_known_by_its_first_three_bytes() {
        assert!(asks_to_join(&[0x8b, 0xc7, 4]));
        assert!(introduces(&[0x8b, 0xc7, 11, 0, 0]));
        let between: Vec<u8> = (0..=255).filter(|kind| is_between_players(&[0x8b, 0xc7, *kind])).collect();
        assert_eq!(between, [2, 3, 11]);
        assert!(!asks_to_join(&[0x8b, 0xc7]) && !introduces(&[0xc7, 0x8b, 11]));
    }
}
