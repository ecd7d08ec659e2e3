//! Encoded messages: those of the stock server, truncated ones, and invalid ones.

use consonance_game_networks::webrtc_network::signalling::{
    Data, SignalKind, SignalLinkId, SignalMessage, SignalMessageError,
};

use crate::webrtc_network::signalling::hex::bytes;

/// Recorded from the stock signalling server: a description, and the bytes.
fn golden() -> [(&'static str, &'static str, SignalMessage); 14] {
    let room = |kind| SignalMessage::address(kind, SignalLinkId::NONE, "room1");
    let relayed =
        |link| SignalMessage::Relayed { is_reliable: true, link, data: Data::Bytes(utf16(r#"{"sdp":""}"#)) };
    [
        ("version", "c9 02", SignalMessage::Version(2)),
        ("heartbeat", "ca", SignalMessage::Heartbeat),
        ("listen", "03 02 ffff 05000000 72006f006f006d003100", room(SignalKind::ServerInitialized)),
        ("address taken", "04 02 ffff 05000000 72006f006f006d003100", room(SignalKind::ServerInitFailed)),
        (
            "connect",
            "06 02 0100 05000000 72006f006f006d003100",
            SignalMessage::address(SignalKind::NewConnection, SignalLinkId(1), "room1"),
        ),
        (
            "new link, of a listener",
            "06 00 0040",
            SignalMessage::event(SignalKind::NewConnection, SignalLinkId(16384)),
        ),
        (
            "new link, of a connector",
            "06 00 0100",
            SignalMessage::event(SignalKind::NewConnection, SignalLinkId(1)),
        ),
        ("relay", "02 01 0100 14000000 7b00220073006400700022003a00220022007d00", relayed(SignalLinkId(1))),
        (
            "relayed",
            "02 01 0040 14000000 7b00220073006400700022003a00220022007d00",
            relayed(SignalLinkId(16384)),
        ),
        (
            "connect to an address without a listener",
            "06 02 0200 06000000 6e006f0062006f0064007900",
            SignalMessage::address(SignalKind::NewConnection, SignalLinkId(2), "nobody"),
        ),
        (
            "connection failed",
            "07 00 0200",
            SignalMessage::event(SignalKind::ConnectionFailed, SignalLinkId(2)),
        ),
        ("drop", "08 00 0100", SignalMessage::event(SignalKind::Disconnected, SignalLinkId(1))),
        (
            "dropped, at the listener",
            "08 00 0040",
            SignalMessage::event(SignalKind::Disconnected, SignalLinkId(16384)),
        ),
        ("stop listening", "05 00 ffff", SignalMessage::event(SignalKind::ServerClosed, SignalLinkId::NONE)),
    ]
}

#[test]
fn messages_of_the_stock_server_are_read_and_written_byte_for_byte() {
    for (what, hex, message) in golden() {
        assert_eq!(SignalMessage::parse(&bytes(hex)).as_ref(), Ok(&message), "{what} is read");
        assert_eq!(message.to_bytes(), bytes(hex), "{what} is written");
    }
}

#[test]
fn a_message_that_is_cut_or_goes_on_is_none() {
    for (what, hex, _) in golden() {
        let whole = bytes(hex);
        for length in 0..whole.len() {
            assert!(SignalMessage::parse(&whole[..length]).is_err(), "{what}, {length} bytes of it");
        }
        assert!(SignalMessage::parse(&[&whole[..], &[0]].concat()).is_err(), "{what} with a byte more");
    }
}

#[test]
fn a_message_of_an_unknown_kind_says_which() {
    assert_eq!(SignalMessage::parse(&bytes("09 00 0100")), Err(SignalMessageError::UnknownType(9)));
    assert_eq!(SignalMessage::parse(&bytes("02 03 0100 00000000")), Err(SignalMessageError::UnknownData(3)));
    assert_eq!(SignalMessage::parse(&bytes("02 02 0100 ffffffff 0000")), Err(SignalMessageError::Truncated));
}

#[test]
fn texts_that_are_no_unicode_travel_unchanged() {
    let half_a_pair = bytes("03 02 ffff 01000000 00d8");
    let message = SignalMessage::parse(&half_a_pair).unwrap();
    let SignalMessage::Event { data, .. } = &message else { panic!("it is an event: {message:?}") };
    assert_eq!(data.to_text(), None);
    assert_eq!(message.to_bytes(), half_a_pair);
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
