//! Any bytes as a packet.

use consonance_wire::{Extension, Header, MessageType, Packet};

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
    assert!(Header::parse(bytes).is_ok(), "a packet begins with a header");
    assert!(bytes.ends_with(trailing), "what follows the body stands at the end");
    let body_bytes = bytes.len() - trailing.len();

    let written = write(&packet, body_bytes);
    assert_eq!(written.len(), body_bytes, "{packet:?} has one length");
    assert_eq!(Packet::parse_with_trailing(&written), Ok((packet, &[][..])), "the same comes back");
    assert_eq!(write(&packet, body_bytes), written, "writing again changes nothing");
    let too_small = &mut vec![0; body_bytes - 1];
    assert!(packet.write(too_small).is_err(), "a buffer that is too small is refused");
    // Debug goes over every list and string.
    assert!(!format!("{packet:?}").is_empty());
    if let Some(extension) = Extension::find(trailing) {
        assert!(extension.items().count() <= trailing.len());
    }
}

fn write(packet: &Packet<'_>, bytes: usize) -> Vec<u8> {
    let mut buffer = vec![0; bytes];
    let length = packet.write(&mut buffer).expect("what was parsed from so many bytes fits them");
    buffer.truncate(length);
    buffer
}
