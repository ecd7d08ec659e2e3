//! Damaged packets → their effects on a client and on a server.

use consonance_session::{ClientId, Instant, SessionId};
use consonance_wire::{HandshakeResponse, List, MessageType, Packet, WireStr};
use serde_json::{Value, json};

use super::replay::Manner;
use super::trace_client::TraceClient;
use super::{driver, malformed_server, recording};

const SESSION: SessionId = SessionId(0x1234_5678);
/// A peer with a direct link; introductions are accepted only over such links.
const PEER: u64 = 7;

pub(crate) fn run(entry: &Value) {
    run_client(entry);
    malformed_server::run(entry);
}

fn run_client(entry: &Value) {
    let packet = driver::bytes(driver::text(entry, "hex"));
    let mut client = client_a();
    if MessageType::peek(&packet) == Ok(MessageType::HandshakeP2P) {
        client.receive_directly(Instant::START, PEER, &packet);
    } else {
        client.receive(Instant::START, &packet);
    }
    let mut events = client.events();
    events.retain(|event| event["ev"] != "joined");
    let introduced = events.extract_if(.., |event| event["ev"] == "handshake_p2p").next();
    let sent = client.sent().into_iter().filter(|(to, ..)| to.is_none());
    let sent: Vec<_> =
        sent.map(|(_, reliable, packet)| json!({"rel": reliable, "hex": driver::hex(&packet)})).collect();

    let expected = &entry["client"];
    if ends_within_room_count(&packet) {
        let exits =
            ["h", "g"].map(|room| json!({"ev": "exited_room", "name": "B", "room": room, "rooms": []}));
        assert_eq!((events, sent, introduced), (exits.to_vec(), vec![], None));
    } else if expected.get("throws").is_some() {
        assert_eq!((events, sent, introduced), (vec![], vec![], None));
        let statistics = client.client.statistics();
        assert_eq!(statistics.malformed + statistics.contradictions + statistics.ignored, 1);
    } else if !is_another_matter(&packet) {
        let list = |key| expected.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        assert_eq!(events, list("events").iter().map(recording::client_event).collect::<Vec<_>>());
        assert_eq!(sent, list("sent"));
        assert_eq!(introduced.map(|event| event["id"].clone()), expected.get("p2p_id").cloned());
    }
}

/// Originals since 9.0.8 accept a state that ends within its number of rooms.
fn ends_within_room_count(packet: &[u8]) -> bool {
    matches!(Packet::parse(packet), Ok(Packet::ClientState(state)) if state.rooms.is_empty() && packet.len() == 22)
}

/// The original loses the disconnect that an `ErrorWrongSession` causes, and hears itself if a packet says so. It lets
/// two players have one name; for ours, a name identifies a player for channels, volumes and texts, so a second player
/// under a name in use is rejected.
fn is_another_matter(packet: &[u8]) -> bool {
    match Packet::parse(packet) {
        Ok(Packet::ErrorWrongSession(error)) => error.session != SESSION,
        Ok(Packet::VoiceData(voice)) => voice.sender == ClientId(0),
        Ok(Packet::ClientState(state)) => {
            let name = state.client.name.map(WireStr::to_str);
            state.client.id != ClientId(1) && name.as_deref() == Some("B")
        }
        _ => false,
    }
}

/// Client A with id 0, which listens to room g and knows B with id 1 in g and h, and C with id 2.
fn client_a() -> TraceClient {
    let act = json!({
        "who": "A", "peer": 1, "codec": 1, "frame": 960, "rate": 48_000, "rooms": ["g"], "event_driven": true,
    });
    let mut client = TraceClient::start(&act, Manner::LikeTheOriginal);
    client.connect(Instant::START);
    client.client.poll_command();
    let response = HandshakeResponse {
        session: SESSION,
        id: ClientId(0),
        clients: List::default(),
        room_names: List::default(),
        room_members: List::default(),
    };
    driver::receive(&mut client.client, Instant::START, &response.into());
    let players: [(&str, u16, &[&str]); 3] = [("A", 0, &["g"]), ("B", 1, &["g", "h"]), ("C", 2, &[])];
    for (name, id, rooms) in players {
        driver::player_joins(&mut client.client, SESSION, ClientId(id), name, rooms);
    }
    client.events();
    client.sent();
    client
}
