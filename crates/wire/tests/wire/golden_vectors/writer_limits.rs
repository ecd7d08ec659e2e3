//! The largest packets that fit into the original's buffers.

use consonance_wire::{
    ClientId, ClientState, CodecId, CodecParameters, HandshakeRequest, List, Packet, RosterEntry,
    ServerRelay, SessionId, TextData, TextRecipient, WireStr, WriteError,
};

use crate::golden_vectors::entry::{Entry, Verdict, same};

/// A packet with a part of a given size: its length, or the fact that it does not fit.
pub(crate) fn writer_limit(entry: Entry<'_>) -> Verdict {
    let what = entry.words("what")?;
    match what.rsplit_once(" in ").and_then(|(kind, size)| Some((kind, size.parse().ok()?))) {
        Some(("handshake_request", size)) => handshake_request(entry, size),
        Some(("text", size)) => text(entry, size),
        Some(("client_state, one room, name of 4,", size)) => client_state(entry, size),
        Some(("relay", size)) => relay(entry, size),
        _ => Err(format!("unknown what `{what}`")),
    }
}

fn handshake_request(entry: Entry<'_>, buffer_size: usize) -> Verdict {
    entry.only(&["what", "name_bytes", "result"])?;
    let name = "n".repeat(entry.number("name_bytes")?);
    let request = HandshakeRequest { codec: CODEC, name: Some(WireStr::from(name.as_str())) };
    check(entry, request.into(), buffer_size)
}

fn text(entry: Entry<'_>, buffer_size: usize) -> Verdict {
    entry.only(&["what", "text_bytes", "result", "length_prefix"])?;
    let text = "t".repeat(entry.number("text_bytes")?);
    let recipient = TextRecipient::Player(ClientId(0));
    let text = Some(WireStr::from(text.as_str()));
    let packet = TextData { session: SESSION, recipient, sender: ClientId(1), text };
    if !entry.has("length_prefix") || entry.field("length_prefix")?.0.is_string() {
        return check(entry, packet.into(), buffer_size);
    }
    let mut buffer = vec![0; buffer_size];
    let written = Packet::from(packet).write(&mut buffer);
    match entry.number("length_prefix")? {
        // The original's prefix wraps around to "no text", a bug; ours refuses to write it.
        0 => same("too long a text is refused", &true, &matches!(written, Err(WriteError::TooLong { .. }))),
        prefix => {
            same("length prefix", &prefix, &u16::from_be_bytes([buffer[12], buffer[13]]))?;
            check(entry, packet.into(), buffer_size)
        }
    }
}

fn client_state(entry: Entry<'_>, buffer_size: usize) -> Verdict {
    entry.only(&["what", "room_bytes", "result"])?;
    let room = "r".repeat(entry.number("room_bytes")?);
    let rooms = [Some(WireStr::from(room.as_str()))];
    let client = RosterEntry { name: Some(WireStr::from("name")), id: ClientId(0), codec: CODEC };
    let state = ClientState { session: SESSION, client, rooms: List::from(&rooms) };
    check(entry, state.into(), buffer_size)
}

fn relay(entry: Entry<'_>, buffer_size: usize) -> Verdict {
    entry.only(&["what", "dests", "data_bytes", "result"])?;
    let destinations = vec![ClientId(7); entry.number("dests")?];
    let packet = vec![0; entry.number("data_bytes")?];
    let most = ServerRelay::max_destinations(packet.len(), buffer_size);
    let fits = entry.field("result")?.0.is_number();
    same("the destinations fit", &fits, &(destinations.len() <= most))?;
    let relay =
        ServerRelay { session: SESSION, destinations: List::from(&destinations[..]), packet: &packet };
    check(entry, Packet::ServerRelayUnreliable(relay), buffer_size)
}

/// Compares the length, or the refusal, with the original's; a written packet must be readable.
fn check(entry: Entry<'_>, packet: Packet<'_>, buffer_size: usize) -> Verdict {
    let mut buffer = vec![0; buffer_size];
    let written = packet.write(&mut buffer);
    if let Some(refusal) = entry.field("result")?.0.as_str() {
        return match written {
            Ok(length) if refusal.starts_with("throws") => {
                Err(format!("written in {length} bytes: {refusal}"))
            }
            Ok(_) => Err(format!("unknown result `{refusal}`")),
            Err(_) => Ok(()),
        };
    }
    let length = written.map_err(|error| error.to_string())?;
    same("result", &entry.number("result")?, &length)?;
    same("read again", &Ok(packet), &Packet::parse(&buffer[..length]))
}

const SESSION: SessionId = SessionId(0x1234_5678);
const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
