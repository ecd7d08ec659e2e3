//! All eleven packets: fields to bytes, and bytes to fields.

use consonance_wire::{
    ClientId, ClientState, DeltaChannelState, ErrorWrongSession, HandshakeP2P, HandshakeRequest,
    HandshakeResponse, List, Packet, RemoveClient, RoomId, RoomMembers, RosterEntry, ServerRelay, SessionId,
    TextData, TextRecipient, VoiceChannel, VoiceData, VoiceOptions, WireStr, WriteError,
};

use crate::golden_vectors::arithmetic::{build, check_flags};
use crate::golden_vectors::entry::{Entry, Verdict, same, same_bytes};

/// One packet, written from the entry's fields and parsed from its bytes.
pub(crate) fn packet(entry: Entry<'_>) -> Verdict {
    match entry.words("type")? {
        "handshake_request" => handshake_request(entry),
        "handshake_response" => handshake_response(entry),
        "handshake_p2p" => handshake_p2p(entry),
        "error_wrong_session" => error_wrong_session(entry),
        "remove_client" => remove_client(entry),
        "client_state" => client_state(entry),
        "delta_channel_state" => delta_channel_state(entry),
        "text_data" => text_data(entry),
        "voice_data" => voice_data(entry),
        "relay" => relay(entry),
        other => Err(format!("unknown type `{other}`")),
    }
}

fn handshake_request(entry: Entry<'_>) -> Verdict {
    entry.only(&["type", "name", "codec", "hex"])?;
    let name = entry.field("name")?.text()?;
    both_ways(entry, HandshakeRequest { codec: entry.codec()?, name: wire(name.as_ref()) })
}

fn handshake_response(entry: Entry<'_>) -> Verdict {
    entry.only(&["type", "session", "id", "clients", "room_names", "room_members", "hex"])?;
    let clients = entry.items("clients")?;
    let client_names = texts(clients.iter().map(|client| client.field("name")))?;
    let pairs = clients.iter().zip(&client_names);
    let clients: Vec<RosterEntry<'_>> = pairs
        .map(|(client, name)| {
            client.only(&["name", "id", "codec"])?;
            self::client(*client, name.as_ref())
        })
        .collect::<Result<_, _>>()?;
    let room_names = texts(entry.items("room_names")?.into_iter().map(Ok))?;
    let room_names: Vec<_> = room_names.iter().map(|name| wire(name.as_ref())).collect();
    let members = entry.items("room_members")?;
    let ids: Vec<Vec<ClientId>> = members.iter().map(|room| room.ids("ids")).collect::<Result<_, _>>()?;
    let room_members: Vec<RoomMembers<'_>> = members
        .iter()
        .zip(&ids)
        .map(|(room, ids)| {
            room.only(&["room", "ids"])?;
            Ok(RoomMembers { room: RoomId(room.number("room")?), clients: List::from(&ids[..]) })
        })
        .collect::<Result<_, String>>()?;
    let response = HandshakeResponse {
        session: session(entry)?,
        id: id(entry)?,
        clients: List::from(&clients[..]),
        room_names: List::from(&room_names[..]),
        room_members: List::from(&room_members[..]),
    };
    both_ways(entry, response)
}

fn handshake_p2p(entry: Entry<'_>) -> Verdict {
    entry.only(&["type", "session", "id", "hex"])?;
    both_ways(entry, HandshakeP2P { session: session(entry)?, id: id(entry)? })
}

fn error_wrong_session(entry: Entry<'_>) -> Verdict {
    entry.only(&["type", "session", "hex"])?;
    both_ways(entry, ErrorWrongSession { session: session(entry)? })
}

fn remove_client(entry: Entry<'_>) -> Verdict {
    entry.only(&["type", "session", "id", "hex"])?;
    both_ways(entry, RemoveClient { session: session(entry)?, id: id(entry)? })
}

fn client_state(entry: Entry<'_>) -> Verdict {
    entry.only(&["type", "session", "name", "id", "codec", "rooms", "hex"])?;
    let name = entry.field("name")?.text()?;
    let names = texts(entry.items("rooms")?.into_iter().map(Ok))?;
    let rooms: Vec<_> = names.iter().map(|name| wire(name.as_ref())).collect();
    let client = client(entry, name.as_ref())?;
    both_ways(entry, ClientState { session: session(entry)?, client, rooms: List::from(&rooms[..]) })
}

fn delta_channel_state(entry: Entry<'_>) -> Verdict {
    entry.only(&["type", "session", "joined", "id", "room", "hex"])?;
    let room = entry.field("room")?.text()?;
    let joined = entry.boolean("joined")?;
    both_ways(
        entry,
        DeltaChannelState { session: session(entry)?, joined, id: id(entry)?, room: wire(room.as_ref()) },
    )
}

fn text_data(entry: Entry<'_>) -> Verdict {
    entry.only(&["type", "session", "recipient_type", "sender", "recipient", "text", "hex"])?;
    let recipient = match entry.words("recipient_type")? {
        "Room" => TextRecipient::Room(RoomId(entry.number("recipient")?)),
        "Player" => TextRecipient::Player(ClientId(entry.number("recipient")?)),
        other => return Err(format!("unknown recipient type `{other}`")),
    };
    let text = entry.field("text")?.text()?;
    let sender = ClientId(entry.number("sender")?);
    both_ways(entry, TextData { session: session(entry)?, recipient, sender, text: wire(text.as_ref()) })
}

fn voice_data(entry: Entry<'_>) -> Verdict {
    entry.only(&[
        "type",
        "session",
        "sender",
        "sequence",
        "channel_session",
        "channels",
        "payload",
        "hex",
    ])?;
    let channels: Vec<VoiceChannel> =
        entry.items("channels")?.into_iter().map(channel).collect::<Result<_, _>>()?;
    let frame = entry.bytes("payload")?;
    let voice = VoiceData {
        session: session(entry)?,
        sender: ClientId(entry.number("sender")?),
        options: VoiceOptions::new(entry.number("channel_session")?),
        sequence: entry.number("sequence")?,
        channels: List::from(&channels[..]),
        frame: &frame,
    };
    both_ways(entry, voice)
}

/// A channel from its fields, which must encode to the entry's bits, and the bits must decode to the fields.
fn channel(entry: Entry<'_>) -> Result<VoiceChannel, String> {
    entry.only(&[
        "type",
        "recipient",
        "session",
        "closing",
        "positional",
        "priority",
        "amplitude",
        "bitfield",
    ])?;
    let bits = build(entry)?;
    same("bitfield", &entry.number("bitfield")?, &bits.0)?;
    check_flags(entry, bits)?;
    Ok(VoiceChannel { bits, recipient: entry.number("recipient")? })
}

fn relay(entry: Entry<'_>) -> Verdict {
    entry.only(&["type", "reliable", "session", "dests", "data", "hex", "note"])?;
    let destinations = entry.ids("dests")?;
    let data = entry.bytes("data")?;
    let relay =
        ServerRelay { session: session(entry)?, destinations: List::from(&destinations[..]), packet: &data };
    let reliable = entry.boolean("reliable")?;
    let packet =
        if reliable { Packet::ServerRelayReliable(relay) } else { Packet::ServerRelayUnreliable(relay) };
    if !entry.has("note") {
        return both_ways(entry, packet);
    }
    match entry.words("note")? {
        "destination count byte wraps" => {
            let count = destinations.len();
            let refusal = WriteError::TooManyItems { what: "relay destinations", count, limit: 255 };
            same("too many destinations", &Err(refusal), &packet.write(&mut [0; 2048]))?;
            let bytes = entry.bytes("hex")?;
            // The inner packet is too short for a header, so the count byte is taken as it is.
            same("inner packet without a header", &true, &(data.len() < 7))?;
            same("parsed by another count", &false, &(Packet::parse(&bytes) == Ok(packet)))
        }
        other => Err(format!("unknown note `{other}`")),
    }
}

fn both_ways<'a>(entry: Entry<'_>, packet: impl Into<Packet<'a>>) -> Verdict {
    let packet: Packet<'_> = packet.into();
    let bytes = entry.bytes("hex")?;
    let mut buffer = vec![0; bytes.len()];
    let length = packet.write(&mut buffer).map_err(|error| format!("writing: {error}"))?;
    same_bytes("written", &bytes, &buffer[..length])?;
    let parsed = Packet::parse_with_trailing(&bytes).map_err(|error| format!("parsing: {error}"))?;
    same("parsed", &(packet, &[][..]), &parsed)?;
    same("type", &Ok(packet.message_type()), &consonance_wire::MessageType::peek(&bytes))
}

fn session(entry: Entry<'_>) -> Result<SessionId, String> {
    entry.number("session").map(SessionId)
}

fn id(entry: Entry<'_>) -> Result<ClientId, String> {
    entry.number("id").map(ClientId)
}

fn client<'a>(entry: Entry<'_>, name: Option<&'a String>) -> Result<RosterEntry<'a>, String> {
    Ok(RosterEntry { name: wire(name), id: id(entry)?, codec: entry.codec()? })
}

fn texts<'v>(values: impl Iterator<Item = Result<Entry<'v>, String>>) -> Result<Vec<Option<String>>, String> {
    values.map(|value| value?.text()).collect()
}

fn wire(text: Option<&String>) -> Option<WireStr<'_>> {
    text.map(|text| WireStr::from(text.as_str()))
}
