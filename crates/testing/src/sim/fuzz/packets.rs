//! Packets from a tape: mostly those of an honest peer, some damaged, some no packets at all.

use consonance_session::{
    Capabilities, ClientId, CodecId, CodecParameters, Delivery, PacketLimits, RoomId, SessionId, Transmit,
};
use consonance_wire::fuzz_tape::Tape;
use consonance_wire::{
    ChannelBits, ClientState, DeltaChannelState, ErrorWrongSession, HandshakeExtension, HandshakeP2P,
    HandshakeRequest, HandshakeResponse, List, ListenerSummary, LossRun, Packet, Position, PositionReport,
    Reception, ReceptionReport, RedundancySupport, RemoveClient, ResumeTicket, RoomMembers, RosterEntry,
    ServerRelay, SharedSecret, TextData, TextRecipient, UplinkReceipt, VoiceChannel, VoiceData, VoiceOptions,
    VoiceReport, WireStr, Writer,
};

/// The session that the engine under test is in.
pub(super) const SESSION: SessionId = SessionId(0x1234_5678);

pub(super) const NAMES: [&str; 4] = ["Alice", "Bob", "Carol", ""];
pub(super) const ROOMS: [&str; 4] = ["lobby", "red", "blue", ""];

/// The packet limits of the network below: the minimum in one run of three, chosen by the length of the tape, so that
/// its content means the same in all.
pub(super) fn carried(bytes: &[u8]) -> PacketLimits {
    if bytes.len().is_multiple_of(3) {
        let least = PacketLimits::MIN_BYTES;
        PacketLimits { reliable_bytes: least, unreliable_bytes: least }
    } else {
        PacketLimits::default()
    }
}

/// Nothing is longer than the network below carries.
pub(super) fn fits(transmit: &Transmit<'_>, carries: PacketLimits) {
    let most = match transmit.delivery {
        Delivery::Reliable => carries.reliable_bytes,
        Delivery::Unreliable => carries.unreliable_bytes,
    };
    assert!(transmit.payload.len() <= most, "{} bytes, where {most} fit", transmit.payload.len());
}

/// The bytes of any packet. A handshake may show one of the tickets.
pub(super) fn any_packet(tape: &mut Tape<'_>, tickets: &[ResumeTicket]) -> Vec<u8> {
    let mut bytes = match tape.byte() % 16 {
        0 => request(tape, tickets),
        14 => relay(tape, true),
        15 => relay(tape, false),
        kind => plain(tape, kind),
    };
    match tape.byte() {
        240..=244 if !bytes.is_empty() => {
            let at = usize::from(tape.number()) % bytes.len();
            bytes[at] ^= 1 << (tape.byte() % 8);
        }
        245..=248 => bytes.truncate(usize::from(tape.number())),
        249..=251 if bytes.len() > 6 => bytes[6] ^= tape.byte(),
        252..=255 => bytes.extend_from_slice(tape.counted()),
        _ => {}
    }
    bytes
}

/// A packet that is not relayed.
fn plain(tape: &mut Tape<'_>, kind: u8) -> Vec<u8> {
    let (session, id) = (SESSION, id(tape));
    match kind {
        0 => request(tape, &[]),
        1 => response(tape, id),
        2 | 3 => {
            let client = RosterEntry { name: name(tape), id, codec: codec(tape) };
            let rooms: Vec<_> = (0..tape.byte() % 8).map(|_| room(tape)).collect();
            written(&ClientState { session, client, rooms: List::from(&*rooms) }.into())
        }
        4 | 5 => {
            let delta = DeltaChannelState { session, joined: kind == 4, id, room: room(tape) };
            written(&delta.into())
        }
        6 => written(&RemoveClient { session, id }.into()),
        7 => wrong_session(tape),
        8..=10 => voice(tape, id),
        11 => text(tape, id),
        12 => written(&HandshakeP2P { session, id }.into()),
        _ => tape.counted().to_vec(),
    }
}

/// Something in a relay, in another relay at times.
fn relay(tape: &mut Tape<'_>, reliable: bool) -> Vec<u8> {
    let count = tape.byte();
    let destinations: Vec<_> = (0..count % 8).map(|_| id(tape)).collect();
    let inner = match tape.byte() {
        byte @ 0..=199 => plain(tape, if byte < 180 { 8 + byte % 4 } else { byte % 14 }),
        _ => written(&Packet::ServerRelayUnreliable(ServerRelay {
            session: SESSION,
            destinations: List::from(&*destinations),
            packet: tape.counted(),
        })),
    };
    if count >= 240 && !destinations.is_empty() {
        let wrapped: Vec<_> = destinations.iter().copied().cycle().take(200 + usize::from(count)).collect();
        return wrapped_relay(reliable, &wrapped, &inner);
    }
    let relay = ServerRelay { session: SESSION, destinations: List::from(&*destinations), packet: &inner };
    written(&if reliable { Packet::ServerRelayReliable(relay) } else { Packet::ServerRelayUnreliable(relay) })
}

/// A relay as originals before 9.0.5 write it: more than 255 destinations, and their count modulo 256.
fn wrapped_relay(reliable: bool, destinations: &[ClientId], inner: &[u8]) -> Vec<u8> {
    let relay = ServerRelay { session: SESSION, destinations: List::default(), packet: &[] };
    let empty =
        if reliable { Packet::ServerRelayReliable(relay) } else { Packet::ServerRelayUnreliable(relay) };
    let mut bytes = written(&empty);
    bytes.truncate(7);
    bytes.push((destinations.len() % 256) as u8);
    bytes.extend(destinations.iter().flat_map(|id| id.0.to_be_bytes()));
    bytes.extend(u16::try_from(inner.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend_from_slice(inner);
    bytes
}

/// A client of the original asks for a place, or one of ours does, for a new one or for its old one.
fn request(tape: &mut Tape<'_>, tickets: &[ResumeTicket]) -> Vec<u8> {
    let packet = HandshakeRequest { codec: codec(tape), name: name(tape) }.into();
    let capabilities = capabilities(tape.byte());
    let ticket = match tape.byte() {
        0..=119 => None,
        byte @ 120..=239 if !tickets.is_empty() => Some(tickets[usize::from(byte) % tickets.len()]),
        _ => Some(ResumeTicket { session: SESSION, id: id(tape), secret: secret(tape) }),
    };
    let extension = HandshakeExtension { capabilities, ticket, ..HandshakeExtension::default() };
    extended(&packet, (capabilities != Capabilities::NONE).then_some(extension))
}

/// The lowest bits as they are; what came later is where those corpora that were found before have no meaning.
fn capabilities(byte: u8) -> Capabilities {
    let proximity = if byte >= 128 { Capabilities::PROXIMITY } else { Capabilities::NONE };
    Capabilities(u32::from(byte % 8) | proximity.0)
}

fn secret(tape: &mut Tape<'_>) -> SharedSecret {
    SharedSecret([tape.byte(); 16])
}

/// A possible extension after an answer to a handshake.
pub(super) fn answer(tape: &mut Tape<'_>) -> Option<HandshakeExtension<'static>> {
    let byte = tape.byte();
    let capabilities = capabilities(byte);
    (capabilities != Capabilities::NONE).then(|| HandshakeExtension {
        capabilities,
        ticket: None,
        secret: (byte & 8 == 0).then(|| secret(tape)),
        resumed: byte & 16 == 0,
        join_token: None,
    })
}

fn response(tape: &mut Tape<'_>, id: ClientId) -> Vec<u8> {
    let clients: Vec<_> = (0..tape.byte() % 4)
        .map(|_| RosterEntry { name: name(tape), id: self::id(tape), codec: codec(tape) })
        .collect();
    let names: Vec<_> = (0..tape.byte() % 4).map(|_| room(tape)).collect();
    let ids: Vec<_> = (0..tape.byte() % 4).map(|_| self::id(tape)).collect();
    let of = |name: &Option<WireStr<'_>>| {
        name.map(|name| RoomId::of_utf16(name.encode_utf16())).unwrap_or_default()
    };
    let members: Vec<_> =
        names.iter().map(|name| RoomMembers { room: of(name), clients: List::from(&*ids) }).collect();
    let response = HandshakeResponse {
        session: SESSION,
        id,
        clients: List::from(&*clients),
        room_names: List::from(&*names),
        room_members: List::from(&*members),
    };
    extended(&response.into(), answer(tape))
}

/// An error about the session, or what is carried by one that names the right session.
fn wrong_session(tape: &mut Tape<'_>) -> Vec<u8> {
    let kind = tape.byte();
    if kind < 128 {
        return written(&ErrorWrongSession { session: SessionId(SESSION.0 ^ u32::from(kind)) }.into());
    }
    let session = SessionId(SESSION.0 ^ u32::from(tape.byte() / 192));
    if kind >= 248 {
        return position_report(tape, session);
    }
    let uplink = (kind & 1 == 1).then(|| UplinkReceipt {
        newest_sequence: tape.number() % 16,
        frames: tape.number().into(),
        arrived_ms: tape.number().into(),
    });
    let listeners = (kind & 2 == 2).then(|| ListenerSummary {
        listeners: tape.byte(),
        lost_percent: tape.byte(),
        lost_in_a_row: LossRun(kind),
        playout_delay_ms: tape.number(),
        redundancy: RedundancySupport(tape.byte()),
    });
    let speakers: Vec<_> = (0..tape.byte() % 4).map(|_| reception(tape)).collect();
    let redundancy = RedundancySupport(kind & 16);
    let runs: Vec<_> = speakers.iter().map(|_| LossRun(kind & 8)).collect();
    let reception = (kind & 4 == 4).then(|| ReceptionReport {
        redundancy,
        speakers: List::from(&*speakers),
        lost_in_a_row: List::from(&*runs),
    });
    let report = VoiceReport { uplink, listeners, reception };
    let mut buffer = [0; 128];
    let mut writer = Writer::new(&mut buffer);
    report.write(session, &mut writer).expect("a report of few speakers is short");
    writer.written().to_vec()
}

fn position_report(tape: &mut Tape<'_>, session: SessionId) -> Vec<u8> {
    let report = PositionReport { number: tape.number() % 16, position: position(tape) };
    let mut buffer = [0; 64];
    let mut writer = Writer::new(&mut buffer);
    report.write(session, &mut writer).expect("a position is short");
    writer.written().to_vec()
}

/// Mostly near each other, at times far away, or nowhere.
pub(super) fn position(tape: &mut Tape<'_>) -> Option<Position> {
    let scale = match tape.byte() {
        0..=31 => return None,
        32..=223 => 0.1,
        _ => 10_000.0,
    };
    let metres = [tape.byte(), tape.byte(), tape.byte()].map(|byte| f32::from(byte as i8) * scale);
    Position::new(metres).ok()
}

/// A report of a speaker's reception.
pub(super) fn reception(tape: &mut Tape<'_>) -> Reception {
    let [expected, lost, playout_delay_ms] = [tape.number(), tape.number(), tape.number()];
    Reception { speaker: id(tape), expected, lost, playout_delay_ms }
}

fn voice(tape: &mut Tape<'_>, sender: ClientId) -> Vec<u8> {
    let options = VoiceOptions(tape.byte());
    let sequence = tape.number();
    let channels: Vec<_> = (0..tape.byte() % 5).map(|_| channel(tape)).collect();
    let voice = VoiceData {
        session: SESSION,
        sender,
        options,
        sequence,
        channels: List::from(&*channels),
        frame: tape.counted(),
    };
    written(&voice.into())
}

fn channel(tape: &mut Tape<'_>) -> VoiceChannel {
    let bits = ChannelBits(tape.number());
    let recipient = match tape.byte() {
        byte @ 0..=127 => RoomId::of(ROOMS[usize::from(byte) % ROOMS.len()]).0,
        byte => u16::from(byte % 8),
    };
    VoiceChannel { bits, recipient }
}

fn text(tape: &mut Tape<'_>, sender: ClientId) -> Vec<u8> {
    let recipient = match tape.byte() {
        byte @ 0..=119 => TextRecipient::Room(RoomId::of(ROOMS[usize::from(byte) % ROOMS.len()])),
        byte @ 120..=239 => TextRecipient::Player(ClientId(u16::from(byte % 8))),
        kind => TextRecipient::Unknown { kind, id: 0 },
    };
    written(&TextData { session: SESSION, recipient, sender, text: name(tape) }.into())
}

/// Few ids, so that they meet; at times any.
fn id(tape: &mut Tape<'_>) -> ClientId {
    match tape.byte() {
        byte @ 0..=247 => ClientId(u16::from(byte % 8)),
        _ => ClientId(tape.number()),
    }
}

fn codec(tape: &mut Tape<'_>) -> CodecParameters {
    match tape.byte() {
        0..=219 => CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 },
        byte => CodecParameters {
            kind: CodecId(byte),
            frame_size_samples: u32::from(tape.number()) << 16,
            sample_rate_hz: tape.number().into(),
        },
    }
}

fn name<'a>(tape: &mut Tape<'a>) -> Option<WireStr<'a>> {
    string(tape, &NAMES)
}

fn room<'a>(tape: &mut Tape<'a>) -> Option<WireStr<'a>> {
    string(tape, &ROOMS)
}

fn string<'a>(tape: &mut Tape<'a>, usual: &[&'static str]) -> Option<WireStr<'a>> {
    match tape.byte() {
        byte @ 0..=199 => Some(WireStr::from(usual[usize::from(byte) % usual.len()])),
        200..=250 => Some(WireStr::from_bytes(tape.counted())),
        _ => None,
    }
}

/// Longer than any packet may be, so that too long ones are tried too.
const BUFFER_BYTES: usize = 8192;

fn written(packet: &Packet<'_>) -> Vec<u8> {
    extended(packet, None)
}

/// A packet and what stands behind it.
pub(super) fn extended(packet: &Packet<'_>, extension: Option<HandshakeExtension<'_>>) -> Vec<u8> {
    let mut buffer = vec![0; BUFFER_BYTES];
    // A delta without a room cannot be parsed, but it can be written.
    let body = packet.write(&mut buffer).unwrap_or(0);
    let mut writer = Writer::new(&mut buffer[body..]);
    if let Some(extension) = extension {
        extension.write(&mut writer).expect("an extension is short");
    }
    let length = body + writer.len();
    buffer.truncate(length);
    buffer
}
