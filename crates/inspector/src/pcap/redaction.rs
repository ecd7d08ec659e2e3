//! Redaction of the secrets and tokens in handshakes, so that capture files can be shared.

use consonance_wire::{Extension, HandshakeRequest, HandshakeResponse, MessageType, PacketHeader};

/// Items behind a handshake that are public: capabilities, and whether a place was given back.
const HARMLESS: [u8; 2] = [1, 4];

/// The mark of a block, and the tag and the length of an item.
const MARK_BYTES: usize = 2;
const ITEM_HEADER_BYTES: usize = 3;

/// Writes zeros over what stands behind a handshake, but for items that are known to be harmless: what comes later to
/// the protocol is rather hidden than shown.
pub(crate) fn hide_secrets(packet: &mut [u8]) {
    let Some(block_bytes) = block_behind_handshake(packet) else { return };
    let mut at = packet.len() - block_bytes + MARK_BYTES;
    while let Some([tag, high, low]) = packet.get(at..at + ITEM_HEADER_BYTES) {
        let (tag, length) = (*tag, usize::from(u16::from_be_bytes([*high, *low])));
        let begin = at + ITEM_HEADER_BYTES;
        let end = (begin + length).min(packet.len());
        if !HARMLESS.contains(&tag) {
            packet[begin..end].fill(0);
        }
        at = end;
    }
}

/// How many bytes the extension of a handshake has; `None` if the packet is not a handshake or has none.
fn block_behind_handshake(packet: &[u8]) -> Option<usize> {
    let (header, body) = PacketHeader::parse(packet).ok()?;
    let trailing = match header.message {
        MessageType::HandshakeRequest => HandshakeRequest::parse_body(body).ok()?.1,
        MessageType::HandshakeResponse => HandshakeResponse::parse_body(header.session?, body).ok()?.1,
        _ => return None,
    };
    Extension::find(trailing).map(|_| trailing.len())
}

#[cfg(test)]
mod tests {
    use consonance_wire::{
        Capabilities, ClientId, CodecId, CodecParameters, ExtensionWriter, HandshakeExtension, Packet,
        ResumeTicket, SessionId, SharedSecret, WireStr, Writer,
    };

    use super::*;

    fn request() -> HandshakeRequest<'static> {
        let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
        HandshakeRequest { codec, name: Some(WireStr::from("Alice")) }
    }

    fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
        let mut buffer = [0; 1024];
        let mut writer = Writer::new(&mut buffer);
        write(&mut writer);
        writer.written().to_vec()
    }

    #[test]
    fn a_ticket_is_hidden_and_what_a_client_can_do_is_not() {
        let secret = SharedSecret([0xaa; 16]);
        let ticket = ResumeTicket { session: SessionId(9), id: ClientId(3), secret };
        let block = HandshakeExtension {
            capabilities: Capabilities::ALL,
            ticket: Some(ticket),
            secret: Some(secret),
            resumed: true,
            join_token: Some(&[0xaa; 20]),
        };
        let mut packet = written(|writer| {
            request().write(writer).unwrap();
            block.write(writer).unwrap();
        });
        let length = packet.len();
        hide_secrets(&mut packet);
        assert_eq!(packet.len(), length);
        assert!(!packet.contains(&0xaa), "{packet:02x?}");
        let (_, trailing) = Packet::parse_with_trailing(&packet).unwrap();
        let found = HandshakeExtension::find(trailing).unwrap();
        assert_eq!((found.capabilities, found.resumed), (Capabilities::ALL, true));
    }

    #[test]
    fn items_of_tomorrow_are_hidden_and_a_damaged_block_too() {
        let mut packet = written(|writer| {
            request().write(writer).unwrap();
            let mut block = ExtensionWriter::begin(writer).unwrap();
            block.item(200, &[0xaa; 40]).unwrap();
        });
        packet.truncate(packet.len() - 5);
        hide_secrets(&mut packet);
        assert!(!packet.contains(&0xaa), "{packet:02x?}");
    }

    #[test]
    fn other_packets_stay_as_they_are() {
        for packet in [b"".as_slice(), b"\x8b", b"\x8b\xc7\x06\0\0\0\x01\xc0\x5a\xc8\0\x01\xaa", b"noise"] {
            let mut copy = packet.to_vec();
            hide_secrets(&mut copy);
            assert_eq!(copy, packet);
        }
    }
}
