//! Any bytes as a packet.

use consonance_wire::limits::RELAY_DESTINATIONS_MAX;
use consonance_wire::{Extension, MAGIC, MessageType, Packet, PacketHeader, ServerRelay, WriteError};

/// Parses bytes as a packet; whatever is one can be written, and is the same packet then.
///
/// # Panics
/// If it is not, or if the parts of a packet contradict each other.
pub fn wire_parse(bytes: &[u8]) {
    let (packet, trailing) = match Packet::parse_with_trailing(bytes) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "an error says what is wrong");
            return;
        }
    };
    assert_eq!(MessageType::peek(bytes), Ok(packet.message_type()));
    assert!(PacketHeader::parse(bytes).is_ok(), "a packet begins with a header");
    assert!(bytes.ends_with(trailing), "what follows the body stands at the end");
    let body_bytes = match packet {
        // A state may end before its number of rooms, or within it.
        Packet::ClientState(state) if state.rooms.is_empty() => {
            let name_bytes = state.client.name.map_or(0, |name| name.as_bytes().len());
            STATE_BYTES + name_bytes
        }
        _ => bytes.len() - trailing.len(),
    };

    if let Packet::ServerRelayReliable(relay) | Packet::ServerRelayUnreliable(relay) = packet
        && relay.destinations.len() > RELAY_DESTINATIONS_MAX
    {
        wrapped_relay(&relay, body_bytes, trailing);
        return;
    }
    let written = write(&packet, body_bytes);
    assert_eq!(written.len(), body_bytes, "{packet:?} has one length");
    assert_eq!(Packet::parse_with_trailing(&written), Ok((packet, &[][..])), "the same comes back");
    assert_eq!(write(&packet, body_bytes), written, "writing again changes nothing");
    let too_small = &mut vec![0; body_bytes - 1];
    assert!(packet.write(too_small).is_err(), "a buffer that is too small is refused");
    // Formatting with `Debug` visits every list and string.
    assert!(!format!("{packet:?}").is_empty());
    if let Some(extension) = Extension::find(trailing) {
        assert!(extension.items().count() <= trailing.len());
    }
}

/// Header, name's length, id, codec and number of rooms of a client's state.
const STATE_BYTES: usize = 7 + 2 + 2 + 9 + 2;

/// Header, destination count and length of a relay.
const RELAY_OVERHEAD_BYTES: usize = 7 + 1 + 2;

/// A relay with a wrapped count fills its packet exactly, and is never written as one relay, but split.
fn wrapped_relay(relay: &ServerRelay<'_>, body_bytes: usize, trailing: &[u8]) {
    assert!(trailing.is_empty(), "a wrapped count fits exactly");
    assert!(relay.packet.starts_with(&MAGIC.to_be_bytes()), "the inner packet has a magic number");
    assert_eq!(relay.packet.get(3..7), Some(&relay.session.0.to_be_bytes()[..]), "and is of the session");
    let destinations: Vec<_> = relay.destinations.iter().collect();
    assert_eq!(body_bytes, RELAY_OVERHEAD_BYTES + 2 * destinations.len() + relay.packet.len());
    let whole = Packet::ServerRelayUnreliable(*relay).write(&mut vec![0; body_bytes]);
    assert!(matches!(whole, Err(WriteError::TooManyItems { .. })), "{whole:?}");
    let limit = RELAY_OVERHEAD_BYTES + 2 * RELAY_DESTINATIONS_MAX + relay.packet.len();
    let parts =
        ServerRelay::split(relay.session, &destinations, relay.packet, limit).expect("one destination fits");
    let reached: Vec<_> = parts.flat_map(|part| part.destinations).collect();
    assert_eq!(reached, destinations, "split relays reach the same clients");
}

fn write(packet: &Packet<'_>, bytes: usize) -> Vec<u8> {
    let mut buffer = vec![0; bytes];
    let length = packet.write(&mut buffer).expect("what was parsed from so many bytes fits them");
    buffer.truncate(length);
    buffer
}
