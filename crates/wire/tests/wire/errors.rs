//! Every cause has its own error, which says what is wrong in plain words.

use consonance_wire::limits::{PACKET_BYTES_MAX, STRING_BYTES_MAX, TEXT_BYTES_MAX, max_relayed_bytes};
use consonance_wire::{
    ClientId, ClientState, CodecId, CodecParameters, ExtensionWriter, HandshakeResponse, List, MessageType,
    Packet, PacketHeader, ParseError, RoomId, RoomMembers, RosterEntry, ServerRelay, SessionId, TextData,
    TextRecipient, VoiceData, VoiceOptions, WireStr, WriteError, Writer,
};

#[test]
fn bytes_of_another_protocol_have_a_bad_magic() {
    let error = Packet::parse(b"GET / HTTP/1.1").unwrap_err();
    assert_eq!(error, ParseError::BadMagic { found: 0x4745 });
    assert_eq!(error.to_string(), "not a voice packet: it begins with 0x4745 instead of 0x8bc7");
}

#[test]
fn the_type_is_judged_before_the_session_is_read() {
    let error = PacketHeader::parse(&[0x8B, 0xC7, 12]).unwrap_err();
    assert_eq!(error, ParseError::UnknownType { found: 12 });
    assert_eq!(error.to_string(), "unknown message type 12");
    assert_eq!(MessageType::peek(&[0x8B, 0xC7, 7]), Ok(MessageType::ServerRelayReliable));
    let error = PacketHeader::parse(&[0x8B, 0xC7, 7]).unwrap_err();
    assert_eq!(error, ParseError::Truncated { reading: "session id", missing: 4 });
}

#[test]
fn a_truncated_packet_names_the_field_and_the_missing_bytes() {
    let mut text = [0; 64];
    let length = text_of("hello").write(&mut text).unwrap();
    let error = Packet::parse(&text[..length - 3]).unwrap_err();
    assert_eq!(error, ParseError::Truncated { reading: "text", missing: 3 });
    assert_eq!(error.to_string(), "the packet ends within its text: 3 more bytes expected");
}

#[test]
fn a_roster_with_one_id_twice_is_refused() {
    let clients = [client(4), client(5), client(4)];
    let response = HandshakeResponse { clients: List::from(&clients), ..empty_response() };
    let error = reparse_error(&response.into());
    assert_eq!(error, ParseError::DuplicateClient { id: ClientId(4) });
    assert_eq!(error.to_string(), "the roster lists client 4 twice");
}

#[test]
fn a_roster_with_members_of_a_nameless_room_is_refused() {
    let names = [None, Some(WireStr::from("Red"))];
    let members = [RoomId::of("Red"), RoomId::of("Blue")]
        .map(|room| RoomMembers { room, clients: List::from(&[ClientId(1)]) });
    let room_names = List::from(&names);
    let both = HandshakeResponse { room_names, room_members: List::from(&members), ..empty_response() };
    let error = reparse_error(&both.into());
    assert_eq!(error, ParseError::UnnamedRoom { room: RoomId::of("Blue") });
    let red = HandshakeResponse { room_names, room_members: List::from(&members[..1]), ..empty_response() };
    assert_eq!(reparse(&red.into()), None);
}

#[test]
fn a_delta_without_a_room_is_refused() {
    let error = Packet::parse(&[0x8B, 0xC7, 9, 0, 0, 0, 1, 1, 0, 2, 0, 0]).unwrap_err();
    assert_eq!(error, ParseError::Missing { what: "room name" });
    assert_eq!(error.to_string(), "the packet has no room name");
}

#[test]
fn a_full_buffer_says_how_much_was_needed() {
    let error = text_of("hello").write(&mut [0; 16]).unwrap_err();
    assert_eq!(error, WriteError::BufferFull { needed: 19, capacity: 16 });
    assert_eq!(error.to_string(), "the packet needs at least 19 bytes but its buffer has 16");
}

#[test]
fn a_list_longer_than_its_count_is_refused() {
    let ids = [ClientId(0); 256];
    let relay = ServerRelay { session: SESSION, destinations: List::from(&ids), packet: &[] };
    let error = Packet::ServerRelayReliable(relay).write(&mut [0; 1024]).unwrap_err();
    assert_eq!(error, WriteError::TooManyItems { what: "relay destinations", count: 256, limit: 255 });
    assert_eq!(error.to_string(), "256 relay destinations are too many for one packet: at most 255 fit");

    let rooms = vec!["r"; 65_536];
    let mut buffer = [0; 64];
    let written =
        ClientState::write_with_rooms(&mut Writer::new(&mut buffer), SESSION, &client(0), rooms.into_iter());
    assert_eq!(written, Err(WriteError::TooManyItems { what: "room names", count: 65_536, limit: 65_535 }));
}

#[test]
fn what_is_longer_than_its_prefix_can_say_is_refused() {
    let mut buffer = vec![0; 100_000];
    let longest = "t".repeat(STRING_BYTES_MAX);
    assert_eq!(text_of(&longest).write(&mut buffer), Ok(14 + STRING_BYTES_MAX));
    let error = text_of(&(longest + "t")).write(&mut buffer).unwrap_err();
    assert_eq!(error, WriteError::TooLong { what: "text", bytes: 65_535, limit: 65_534 });
    assert_eq!(error.to_string(), "the text has 65535 bytes: at most 65534 fit");

    let frame = vec![0; 65_536];
    let too_long = |what| WriteError::TooLong { what, bytes: 65_536, limit: 65_535 };
    let voice = VoiceData {
        session: SESSION,
        sender: ClientId(0),
        options: VoiceOptions::new(0),
        sequence: 0,
        channels: List::default(),
        frame: &frame,
    };
    assert_eq!(Packet::from(voice).write(&mut buffer), Err(too_long("voice frame")));
    let mut writer = Writer::new(&mut buffer);
    let mut extension = ExtensionWriter::begin(&mut writer).unwrap();
    assert_eq!(extension.item(1, &frame), Err(too_long("extension item")));
}

#[test]
fn a_packet_too_long_for_any_relay_is_refused() {
    let ids = [ClientId(1)];
    let packet = [0; 1013];
    let Err(error) = ServerRelay::split(SESSION, &ids, &packet, PACKET_BYTES_MAX) else {
        panic!("1013 bytes were accepted")
    };
    assert_eq!(error, WriteError::TooLong { what: "relayed packet", bytes: 1013, limit: 1012 });
    assert_eq!(
        ServerRelay::split(SESSION, &ids, &packet[1..], PACKET_BYTES_MAX).map(|split| split.len()),
        Ok(1)
    );
    assert_eq!(
        ServerRelay::split(SESSION, &[], &packet[1..], PACKET_BYTES_MAX).map(|split| split.len()),
        Ok(0)
    );
}

#[test]
fn the_longest_text_fits_one_listener_and_no_more() {
    assert_eq!(
        (TEXT_BYTES_MAX, max_relayed_bytes(1), max_relayed_bytes(255), max_relayed_bytes(600)),
        (998, 1012, 504, 0)
    );
    let mut text = [0; PACKET_BYTES_MAX];
    let length = text_of(&"t".repeat(TEXT_BYTES_MAX)).write(&mut text).unwrap();
    let ids = [ClientId(1)];
    let relay = ServerRelay { session: SESSION, destinations: List::from(&ids), packet: &text[..length] };
    let written = Packet::ServerRelayReliable(relay).write(&mut [0; 2048]);
    assert_eq!(written, Ok(PACKET_BYTES_MAX));
}

fn text_of(text: &str) -> Packet<'_> {
    let recipient = TextRecipient::Player(ClientId(2));
    TextData { session: SESSION, recipient, sender: ClientId(1), text: Some(WireStr::from(text)) }.into()
}

fn client(id: u16) -> RosterEntry<'static> {
    let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
    RosterEntry { name: Some(WireStr::from("Ann")), id: ClientId(id), codec }
}

fn empty_response() -> HandshakeResponse<'static> {
    let (clients, room_names, room_members) = (List::default(), List::default(), List::default());
    HandshakeResponse { session: SESSION, id: ClientId(0), clients, room_names, room_members }
}

fn reparse_error(packet: &Packet<'_>) -> ParseError {
    reparse(packet).expect("the packet is refused")
}

/// Writes the packet, parses the bytes, and returns the error.
fn reparse(packet: &Packet<'_>) -> Option<ParseError> {
    let mut buffer = [0; 1024];
    let length = packet.write(&mut buffer).expect("the packet fits");
    Packet::parse(&buffer[..length]).err()
}

const SESSION: SessionId = SessionId(0x1234_5678);
