//! Packets of peers, honest or not.

use consonance_session::{Capabilities, ClientId, CodecId, CodecParameters, RoomId, SessionId};
use consonance_wire::{
    ChannelBits, ChannelKind, ClientState, CommandAction, DeltaChannelState, ErrorWrongSession, GroupPart,
    HandshakeExtension, HandshakeP2P, HandshakeRequest, HandshakeResponse, List, ModeratorCommand, Packet,
    Position, PositionReport, Reception, ReceptionReport, RemoveClient, ResumeTicket, RosterEntry,
    SealedVoice, ServerRelay, TextData, TextRecipient, UplinkReceipt, VoiceChannel, VoiceData, VoiceOptions,
    VoiceReport, WireStr, Writer,
};

/// The session of every test's server.
pub(crate) const SESSION: SessionId = SessionId(0x1234_5678);
/// Another session.
pub(crate) const OTHER_SESSION: SessionId = SessionId(0x0bad_cafe);

pub(crate) const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };

pub(crate) fn handshake(name: &str) -> Vec<u8> {
    handshake_with_codec(name, CODEC)
}

pub(crate) fn handshake_with_codec(name: &str, codec: CodecParameters) -> Vec<u8> {
    written(HandshakeRequest { codec, name: Some(WireStr::from(name)) })
}

/// The handshake of a client of ours, with or without a resume ticket.
pub(crate) fn handshake_of_ours(name: &str, ticket: Option<ResumeTicket>) -> Vec<u8> {
    handshake_announcing(Capabilities::ALL, name, ticket)
}

/// The same with other capabilities.
pub(crate) fn handshake_announcing(
    capabilities: Capabilities,
    name: &str,
    ticket: Option<ResumeTicket>,
) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    let mut writer = Writer::new(&mut bytes);
    let request = HandshakeRequest { codec: CODEC, name: Some(WireStr::from(name)) };
    request.write(&mut writer).expect("4096 bytes are enough for a handshake");
    let extension = HandshakeExtension { capabilities, ticket, ..HandshakeExtension::default() };
    extension.write(&mut writer).expect("there is room behind it");
    writer.written().to_vec()
}

/// The same with a join token.
pub(crate) fn handshake_with_token(name: &str, token: &[u8]) -> Vec<u8> {
    let mut bytes = handshake(name);
    let mut buffer = [0; 1024];
    let mut writer = Writer::new(&mut buffer);
    let (capabilities, join_token) = (Capabilities::ALL, Some(token));
    let extension = HandshakeExtension { capabilities, join_token, ..HandshakeExtension::default() };
    extension.write(&mut writer).expect("a test's token is short");
    bytes.extend(writer.written());
    bytes
}

/// The response of a current server: only an id.
pub(crate) fn response(id: u16) -> Vec<u8> {
    filled_response(id, &[], &[], &[])
}

/// The response of a server of ours, without a resume ticket.
pub(crate) fn response_of_ours(id: u16) -> Vec<u8> {
    let capabilities = Capabilities::SERVER_ROUTING
        .with(Capabilities::VOICE_REPORTS)
        .with(Capabilities::MODERATION)
        .with(Capabilities::MODERATORS)
        .with(Capabilities::SERVER_LIST);
    let extension = HandshakeExtension { capabilities, ..HandshakeExtension::default() };
    let mut bytes = response(id);
    let mut buffer = [0; 64];
    let mut writer = Writer::new(&mut buffer);
    extension.write(&mut writer).expect("an announcement is short");
    bytes.extend(writer.written());
    bytes
}

/// The response of an older server: the players, the rooms, and the listeners of each.
pub(crate) fn filled_response(
    id: u16,
    clients: &[(&str, u16)],
    rooms: &[&str],
    members: &[(&str, &[u16])],
) -> Vec<u8> {
    let clients: Vec<_> = clients.iter().map(|&(name, id)| client(id, name)).collect();
    let names = strings(rooms);
    let lists: Vec<Vec<_>> =
        members.iter().map(|(_, ids)| ids.iter().copied().map(ClientId).collect()).collect();
    let members: Vec<_> = members
        .iter()
        .zip(&lists)
        .map(|((room, _), ids)| consonance_wire::RoomMembers {
            room: RoomId::of(room),
            clients: List::from(&**ids),
        })
        .collect();
    written(HandshakeResponse {
        session: SESSION,
        id: ClientId(id),
        clients: List::from(&*clients),
        room_names: List::from(&*names),
        room_members: List::from(&*members),
    })
}

pub(crate) fn client_state(id: u16, name: &str, rooms: &[&str]) -> Vec<u8> {
    client_state_with_codec(id, name, CODEC, rooms)
}

pub(crate) fn client_state_with_codec(
    id: u16,
    name: &str,
    codec: CodecParameters,
    rooms: &[&str],
) -> Vec<u8> {
    let rooms = strings(rooms);
    let client = RosterEntry { codec, ..client(id, name) };
    written(ClientState { session: SESSION, client, rooms: List::from(&*rooms) })
}

pub(crate) fn enter(id: u16, room: &str) -> Vec<u8> {
    delta(id, true, room)
}

pub(crate) fn exit(id: u16, room: &str) -> Vec<u8> {
    delta(id, false, room)
}

pub(crate) fn remove(id: u16) -> Vec<u8> {
    written(RemoveClient { session: SESSION, id: ClientId(id) })
}

pub(crate) fn wrong_session(session: SessionId) -> Vec<u8> {
    written(ErrorWrongSession { session })
}

/// A server's report to a speaker: the number of frames that arrived, and the newest of them.
pub(crate) fn uplink_report(session: SessionId, newest_sequence: u16, frames: u32) -> Vec<u8> {
    let uplink = Some(UplinkReceipt { newest_sequence, frames, arrived_ms: 0 });
    voice_report(session, &VoiceReport { uplink, ..VoiceReport::default() })
}

/// A listener's report about speakers: the frames that it expected, and those that were lost.
pub(crate) fn reception_report(speakers: &[(u16, u16, u16)]) -> Vec<u8> {
    let speakers: Vec<_> = speakers
        .iter()
        .map(|&(id, expected, lost)| Reception {
            speaker: ClientId(id),
            expected,
            lost,
            playout_delay_ms: 60,
        })
        .collect();
    let speakers = List::from(&*speakers);
    let reception = Some(ReceptionReport { speakers, ..ReceptionReport::default() });
    voice_report(SESSION, &VoiceReport { reception, ..VoiceReport::default() })
}

fn voice_report(session: SessionId, report: &VoiceReport<'_>) -> Vec<u8> {
    let mut bytes = [0; 4096];
    let mut writer = Writer::new(&mut bytes);
    report.write(session, &mut writer).expect("4096 bytes are enough for a test's report");
    writer.written().to_vec()
}

/// A client's position report.
pub(crate) fn position(number: u16, metres: Option<[f32; 3]>) -> Vec<u8> {
    let position = metres.map(|metres| Position::new(metres).expect("a place"));
    let mut bytes = [0; 64];
    let mut writer = Writer::new(&mut bytes);
    PositionReport { number, position }.write(SESSION, &mut writer).expect("a position is short");
    writer.written().to_vec()
}

/// The first part of a message to the delivery service, of which more parts follow.
pub(crate) fn beginning_of_a_group_message() -> Vec<u8> {
    let mut bytes = [0; 64];
    let mut writer = Writer::new(&mut bytes);
    let part = GroupPart { is_first: true, is_last: false, bytes: &[1] };
    part.write(SESSION, &mut writer).expect("a part of one byte is short");
    writer.written().to_vec()
}

/// A moderator's request to remove Bob.
pub(crate) fn moderator_command(number: u16) -> Vec<u8> {
    let (player, reason) = (WireStr::from("Bob"), WireStr::from(""));
    let mut bytes = [0; 64];
    let mut writer = Writer::new(&mut bytes);
    let request = ModeratorCommand { number, player, reason, action: CommandAction::Kick };
    request.write(SESSION, &mut writer).expect("a request without a reason is short");
    writer.written().to_vec()
}

/// A player's introduction over a direct link.
pub(crate) fn introduction(id: u16) -> Vec<u8> {
    written(HandshakeP2P { session: SESSION, id: ClientId(id) })
}

/// A frame of `sender`'s voice to a room.
pub(crate) fn voice(sender: u16, sequence: u16, room: &str, frame: &str) -> Vec<u8> {
    let to_room = ChannelBits::new(ChannelKind::Room);
    spoken(sender, 0, sequence, &[(to_room, RoomId::of(room).0)], frame)
}

/// A placeholder as long as an end-to-end encrypted frame of this many bytes.
pub(crate) fn sealed(bytes: usize) -> String {
    let head = String::from_utf8(SealedVoice::head_of(None).into()).expect("two letters");
    head + &"s".repeat(SealedVoice::OVERHEAD_BYTES - SealedVoice::HEAD_BYTES + bytes)
}

/// A frame of `sender`'s voice on any channels, in any channel session.
pub(crate) fn spoken(
    sender: u16,
    channel_session: u8,
    sequence: u16,
    channels: &[(ChannelBits, u16)],
    frame: &str,
) -> Vec<u8> {
    let channels: Vec<_> =
        channels.iter().map(|&(bits, recipient)| VoiceChannel { bits, recipient }).collect();
    written(VoiceData {
        session: SESSION,
        sender: ClientId(sender),
        options: VoiceOptions::new(channel_session),
        sequence,
        channels: List::from(&*channels),
        frame: frame.as_bytes(),
    })
}

pub(crate) fn text(sender: u16, recipient: TextRecipient, text: &str) -> Vec<u8> {
    let text = Some(WireStr::from(text));
    written(TextData { session: SESSION, recipient, sender: ClientId(sender), text })
}

pub(crate) fn relay_reliable(destinations: &[u16], packet: &[u8]) -> Vec<u8> {
    let ids: Vec<_> = destinations.iter().copied().map(ClientId).collect();
    let relay = ServerRelay { session: SESSION, destinations: List::from(&*ids), packet };
    written(Packet::ServerRelayReliable(relay))
}

pub(crate) fn relay_unreliable(destinations: &[u16], packet: &[u8]) -> Vec<u8> {
    let ids: Vec<_> = destinations.iter().copied().map(ClientId).collect();
    let relay = ServerRelay { session: SESSION, destinations: List::from(&*ids), packet };
    written(Packet::ServerRelayUnreliable(relay))
}

/// A voice relay as originals before 9.0.5 write it: its count is modulo 256, however many destinations follow.
pub(crate) fn relay_with_wrapped_count(destinations: &[u16], packet: &[u8]) -> Vec<u8> {
    let mut bytes = relay_unreliable(&[], &[]);
    bytes.truncate(7);
    bytes.push((destinations.len() % 256) as u8);
    bytes.extend(destinations.iter().flat_map(|id| id.to_be_bytes()));
    bytes.extend((packet.len() as u16).to_be_bytes());
    bytes.extend_from_slice(packet);
    bytes
}

/// The same packet in another session.
pub(crate) fn in_other_session(mut packet: Vec<u8>) -> Vec<u8> {
    packet[3..7].copy_from_slice(&OTHER_SESSION.0.to_be_bytes());
    packet
}

pub(crate) fn written<'a>(packet: impl Into<Packet<'a>>) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    let length = packet.into().write(&mut bytes).expect("4096 bytes are enough for a test's packet");
    bytes.truncate(length);
    bytes
}

/// Two room names with the same id; there are some among a few hundred names.
pub(crate) fn names_of_one_id() -> (String, String) {
    let mut seen = std::collections::BTreeMap::new();
    for name in (0..).map(|number| format!("room {number}")) {
        if let Some(other) = seen.insert(RoomId::of(&name), name.clone()) {
            return (other, name);
        }
    }
    unreachable!("there are more names than ids")
}

fn client(id: u16, name: &str) -> RosterEntry<'_> {
    RosterEntry { name: Some(WireStr::from(name)), id: ClientId(id), codec: CODEC }
}

fn delta(id: u16, joined: bool, room: &str) -> Vec<u8> {
    let room = Some(WireStr::from(room));
    written(DeltaChannelState { session: SESSION, joined, id: ClientId(id), room })
}

fn strings<'a>(strings: &[&'a str]) -> Vec<Option<WireStr<'a>>> {
    strings.iter().map(|string| Some(WireStr::from(*string))).collect()
}
