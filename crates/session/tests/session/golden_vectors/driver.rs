//! A client in a session, and helpers that the runners share.

use consonance_session::{
    Client, ClientEvent, ClientId, ClientSettings, CodecId, CodecParameters, Delivery, Instant, LinkId,
    ServerStatistics, SessionId,
};
use consonance_wire::{ClientState, HandshakeResponse, List, Packet, RosterEntry, WireStr};
use serde_json::Value;

pub(crate) const SERVER: LinkId = LinkId(1);
pub(crate) const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };

/// Runs `test`; a failure in it is reported with the entry that failed.
pub(crate) fn naming_failures(entry: &str, test: impl FnOnce()) {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(test));
    assert!(outcome.is_ok(), "golden vectors: {entry} failed, see above");
}

/// A client with this id in this session that knows only itself.
pub(crate) fn joined(settings: ClientSettings, session: SessionId, id: ClientId, rooms: &[&str]) -> Client {
    let name = settings.name.clone();
    let mut client = Client::new(settings);
    for room in rooms {
        client.join_room(room).unwrap();
    }
    client.start();
    client.handle_connected(Instant::START, SERVER);
    let response = HandshakeResponse {
        session,
        id,
        clients: List::default(),
        room_names: List::default(),
        room_members: List::default(),
    };
    receive(&mut client, Instant::START, &response.into());
    player_joins(&mut client, session, id, &name, rooms);
    while client.poll_transmit().is_some() || client.poll_event().is_some() {}
    client
}

pub(crate) fn player_joins(
    client: &mut Client,
    session: SessionId,
    id: ClientId,
    name: &str,
    rooms: &[&str],
) {
    let rooms: Vec<_> = rooms.iter().map(|room| Some(WireStr::from(*room))).collect();
    let player = RosterEntry { name: Some(WireStr::from(name)), id, codec: CODEC };
    let state = ClientState { session, client: player, rooms: List::from(&*rooms) };
    receive(client, Instant::START, &state.into());
}

pub(crate) fn receive(client: &mut Client, now: Instant, packet: &Packet<'_>) {
    let mut bytes = [0; 1024];
    let length = packet.write(&mut bytes).unwrap();
    client.handle_packet(now, SERVER, Delivery::Reliable, &bytes[..length]);
}

/// The events since the last call, converted by `keep` to owned values.
pub(crate) fn events<T>(client: &mut Client, mut keep: impl FnMut(&ClientEvent<'_>) -> Option<T>) -> Vec<T> {
    let mut kept = Vec::new();
    while let Some(event) = client.poll_event() {
        kept.extend(keep(&event));
    }
    kept
}

/// The number of packets that the server refused.
pub(crate) fn refused_by_server(statistics: &ServerStatistics) -> u64 {
    statistics.malformed
        + statistics.oversized
        + statistics.names_refused
        + statistics.rooms_refused
        + statistics.inner_refused
        + statistics.texts_refused
        + statistics.spoofed
}

pub(crate) fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_else(|| panic!("{key} is not a string in {entry}"))
}

pub(crate) fn number(entry: &Value, key: &str) -> u64 {
    entry[key].as_u64().unwrap_or_else(|| panic!("{key} is not a number in {entry}"))
}

pub(crate) fn list<'a>(entry: &'a Value, key: &str) -> &'a [Value] {
    entry[key].as_array().unwrap_or_else(|| panic!("{key} is not a list in {entry}"))
}

pub(crate) fn strings<'a>(entry: &'a Value, key: &str) -> Vec<&'a str> {
    list(entry, key).iter().map(|value| value.as_str().expect("a string")).collect()
}

pub(crate) fn id(entry: &Value, key: &str) -> ClientId {
    ClientId(u16::try_from(number(entry, key)).unwrap())
}

pub(crate) fn session(entry: &Value) -> SessionId {
    SessionId(u32::try_from(number(entry, "session")).unwrap())
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    assert!(hex.len().is_multiple_of(2), "odd hex {hex}");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
