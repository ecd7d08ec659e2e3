//! The delivery of a voice packet, derived from its type: Steam does not report how a packet was sent.

use consonance_link::Delivery;

use crate::steam::steam_p2p::{Arrival, SendKind};

/// The delivery of a received packet: as Steam reports it, or else as packets of its type are sent.
pub(crate) fn delivery_of(arrival: Arrival, packet: &[u8]) -> Delivery {
    let is_reliable = match arrival.kind {
        Some(kind) => kind.is_reliable(),
        None => !matches!(message_type(packet), Some(VOICE_DATA | SERVER_RELAY_UNRELIABLE)),
    };
    if is_reliable { Delivery::Reliable } else { Delivery::Unreliable }
}

/// Whether this is the announcement of a player to others.
pub(crate) fn is_announcement(packet: &[u8]) -> bool {
    message_type(packet) == Some(HANDSHAKE_P2P)
}

/// The way to send a packet: as the originals send it.
pub(crate) fn kind_of(delivery: Delivery, packet: &[u8]) -> SendKind {
    match delivery {
        Delivery::Unreliable => SendKind::UnreliableNoDelay,
        Delivery::Reliable if is_announcement(packet) => SendKind::ReliableWithBuffering,
        Delivery::Reliable => SendKind::Reliable,
    }
}

/// A header is `8b c7 | type u8`, followed by the fields of the type.
fn message_type(packet: &[u8]) -> Option<u8> {
    packet.strip_prefix(&[0x8b, 0xc7])?.first().copied()
}

const VOICE_DATA: u8 = 2;
const SERVER_RELAY_UNRELIABLE: u8 = 8;
const HANDSHAKE_P2P: u8 = 11;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steam::SteamId;

    #[test]
    fn a_packets_own_type_tells_how_it_came_where_steam_does_not() {
        let unknown = Arrival { from: SteamId(1), kind: None };
        for message_type in 0..=255 {
            let is_voice = [2, 8].contains(&message_type);
            let expected = if is_voice { Delivery::Unreliable } else { Delivery::Reliable };
            assert_eq!(delivery_of(unknown, &[0x8b, 0xc7, message_type]), expected, "type {message_type}");
        }
        assert_eq!(delivery_of(unknown, b"\x8b"), Delivery::Reliable);
        let told = Arrival { kind: Some(SendKind::Reliable), ..unknown };
        assert_eq!(delivery_of(told, &[0x8b, 0xc7, 2]), Delivery::Reliable);
    }

    #[test]
    fn packets_are_sent_as_the_originals_send_them() {
        let rows = [
            (Delivery::Unreliable, 2, SendKind::UnreliableNoDelay, 1),
            (Delivery::Reliable, 4, SendKind::Reliable, 2),
            (Delivery::Reliable, 11, SendKind::ReliableWithBuffering, 3),
        ];
        for (delivery, message_type, kind, number) in rows {
            assert_eq!(kind_of(delivery, &[0x8b, 0xc7, message_type]), kind);
            assert_eq!(kind as u8, number);
        }
    }
}
