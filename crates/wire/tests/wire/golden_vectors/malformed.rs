//! Damaged packets: ours accepts those that the original's reader accepts, with the same fields, and refuses those
//! that it refuses.

use consonance_wire::{
    ClientId, CodecParameters, HandshakeResponse, MessageType, Packet, ParseError, RoomId, RosterEntry,
    ServerRelay, TextRecipient, VoiceData, WireStr,
};
use serde_json::{Map, Value, json};

use crate::golden_vectors::entry::{Entry, Verdict, hex, same, same_bytes};

/// Checks one damaged packet against the column of the original's reader; the session crate checks those of server and
/// client.
pub(crate) fn malformed(entry: Entry<'_>) -> Verdict {
    entry.only(&["what", "hex", "reader", "server", "client"])?;
    let bytes = entry.bytes("hex")?;
    check_damage(entry.words("what")?, &bytes)?;
    let reader = entry.field("reader")?;
    let parsed = Packet::parse_with_trailing(&bytes);
    if reader.has("throws") {
        reader.only(&["throws"])?;
        match parsed {
            // Originals since 9.0.8 accept a state that ends within its number of rooms.
            Ok((Packet::ClientState(state), [])) if ends_within_room_count(entry)? => {
                same("rooms", &0, &state.rooms.len())
            }
            Ok((packet, _)) => Err(format!("the original refuses what was parsed as {packet:?}")),
            Err(ParseError::BadMagic { .. } | ParseError::UnknownType { .. }) => {
                Err(format!("refused for another cause than the original's: {parsed:?}"))
            }
            Err(_) => Ok(()),
        }
    } else if reader.has("magic") {
        reader.only(&["magic"])?;
        let refused = matches!(parsed, Err(ParseError::BadMagic { .. }));
        same("magic", &reader.boolean("magic")?, &!refused)
    } else if reader.has("unknown") {
        reader.only(&["type", "unknown", "consumed"])?;
        let error = ParseError::UnknownType { found: reader.number("type")? };
        same("unknown type", &reader.boolean("unknown")?, &(parsed == Err(error)))?;
        let consumed = reader.number::<usize>("consumed")?;
        same("consumed", &Err(error), &MessageType::peek(&bytes[..consumed.min(bytes.len())]))?;
        let one_less = &bytes[..consumed.saturating_sub(1).min(bytes.len())];
        same("consumed", &false, &(MessageType::peek(one_less) == Err(error)))
    } else {
        let (packet, trailing) = parsed.map_err(|error| format!("the original reads this: {error}"))?;
        let consumed = bytes.len() - trailing.len();
        same("fields", reader.0, &describe(packet, consumed))?;
        check_rewritten(packet, &bytes[..consumed])
    }
}

/// Whether this is the state that ends after the first of the two bytes of its number of rooms.
fn ends_within_room_count(entry: Entry<'_>) -> Result<bool, String> {
    Ok(entry.words("what")? == "client_state: first 22 bytes")
}

/// A parsed packet must be written as the same bytes; only the joined flag has several bytes for one value.
fn check_rewritten(packet: Packet<'_>, bytes: &[u8]) -> Verdict {
    let mut expected = bytes.to_vec();
    if let Packet::DeltaChannelState(delta) = packet {
        expected[7] = u8::from(delta.joined);
    }
    let mut buffer = vec![0; bytes.len()];
    let length = packet.write(&mut buffer).map_err(|error| format!("writing again: {error}"))?;
    same_bytes("written again", &expected, &buffer[..length])
}

/// `what` is `packet: damage` or `random`; where it describes the damage, the bytes must show it.
fn check_damage(what: &str, bytes: &[u8]) -> Verdict {
    let unknown = || format!("unknown what `{what}`");
    if what == "random" {
        return Ok(());
    }
    let (packet, damage) = what.split_once(": ").ok_or_else(unknown)?;
    if !PACKETS.contains(&packet.split(' ').next().unwrap_or_default()) {
        return Err(unknown());
    }
    let words: Vec<&str> = damage.split(' ').collect();
    match words[..] {
        ["valid"] | ["random", "bytes"] => Ok(()),
        ["first", count, "bytes"] => same("length", &count.parse().map_err(|_| unknown())?, &bytes.len()),
        [count, "bytes", "more"] => count.parse::<usize>().map(drop).map_err(|_| unknown()),
        ["byte", index, "=", value] => {
            let index: usize = index.parse().map_err(|_| unknown())?;
            let value: u8 = value.parse().map_err(|_| unknown())?;
            same("the changed byte", &Some(&value), &bytes.get(index))
        }
        _ => Err(unknown()),
    }
}

/// The packet's fields as the `reader` column writes them.
fn describe(packet: Packet<'_>, consumed: usize) -> Value {
    let message = packet.message_type() as u8;
    let mut fields = match packet {
        Packet::ClientState(state) => {
            let mut fields = describe_client(state.client);
            fields["session"] = json!(state.session.0);
            fields["rooms"] = state.rooms.iter().map(text).collect();
            fields
        }
        Packet::VoiceData(voice) => describe_voice(voice),
        Packet::TextData(message) => {
            let (kind, id) = match message.recipient {
                TextRecipient::Room(RoomId(id)) => (0, id),
                TextRecipient::Player(ClientId(id)) => (1, id),
                TextRecipient::Unknown { kind, id } => (kind, id),
            };
            json!({
                "session": message.session.0, "recipient_type": kind, "sender": message.sender.0,
                "recipient": id, "text": text(message.text),
            })
        }
        Packet::HandshakeRequest(request) => {
            json!({ "codec": describe_codec(request.codec), "name": text(request.name) })
        }
        Packet::HandshakeResponse(response) => describe_response(response),
        Packet::ErrorWrongSession(error) => json!({ "session": error.session.0 }),
        Packet::ServerRelayReliable(relay) | Packet::ServerRelayUnreliable(relay) => describe_relay(relay),
        Packet::DeltaChannelState(delta) => json!({
            "session": delta.session.0, "joined": delta.joined, "id": delta.id.0, "room": text(delta.room),
        }),
        Packet::RemoveClient(removed) => json!({ "session": removed.session.0, "id": removed.id.0 }),
        Packet::HandshakeP2P(hello) => json!({ "session": hello.session.0, "id": hello.id.0 }),
    };
    fields["type"] = json!(message);
    fields["consumed"] = json!(consumed);
    fields
}

fn describe_voice(voice: VoiceData<'_>) -> Value {
    let channels = voice.channels.iter();
    let channels =
        channels.map(|channel| json!({ "bitfield": channel.bits.0, "recipient": channel.recipient }));
    json!({
        "session": voice.session.0, "sender": voice.sender.0, "options": voice.options.0,
        "sequence": voice.sequence, "channels": channels.collect::<Value>(), "payload": hex(voice.frame),
    })
}

/// The original's reader shows rooms by name, each with its listeners, and leaves out names without any.
fn describe_response(response: HandshakeResponse<'_>) -> Value {
    let rooms = response.room_members.iter().map(|members| {
        let mut names = response.room_names.iter().flatten();
        let name = names.find(|name| RoomId::of(&name.to_str()) == members.room);
        json!({ "room": text(name), "ids": ids(members.clients.iter()) })
    });
    json!({
        "session": response.session.0, "id": response.id.0,
        "clients": response.clients.iter().map(describe_client).collect::<Value>(),
        "rooms": rooms.collect::<Value>(),
    })
}

fn describe_relay(relay: ServerRelay<'_>) -> Value {
    json!({ "session": relay.session.0, "dests": ids(relay.destinations.iter()), "data": hex(relay.packet) })
}

fn describe_client(client: RosterEntry<'_>) -> Value {
    let fields =
        [("name", text(client.name)), ("id", json!(client.id.0)), ("codec", describe_codec(client.codec))];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()
}

fn describe_codec(codec: CodecParameters) -> Value {
    json!({
        "codec": codec.kind.0, "frame": codec.frame_size_samples, "rate": codec.sample_rate_hz.cast_signed(),
    })
}

fn ids(ids: impl Iterator<Item = ClientId>) -> Value {
    ids.map(|id| json!(id.0)).collect()
}

fn text(text: Option<WireStr<'_>>) -> Value {
    text.map(|text| text.to_str().into_owned()).into()
}

/// The names of the damaged packets.
const PACKETS: [&str; 15] = [
    "client_state",
    "voice",
    "text",
    "handshake",
    "handshake_request",
    "handshake_response",
    "wrong_session",
    "relay",
    "relay_reliable",
    "relay_unreliable",
    "delta",
    "remove",
    "p2p",
    "type",
    "magic",
];
