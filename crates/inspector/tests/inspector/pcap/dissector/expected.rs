//! tshark's expected output for a golden packet.

use consonance_wire::{Packet, TextRecipient};
use serde_json::Value;

/// Fields and their values, as far as the kind of packet has them.
pub(crate) fn fields(vector: &Value) -> Vec<(&'static str, String)> {
    let mut fields = match vector["type"].as_str().unwrap() {
        "handshake_request" => codec(vector),
        "client_state" => [codec(vector), vec![("consonance.client.id", number(&vector["id"]))]].concat(),
        "voice_data" => voice(vector),
        "text_data" => vec![
            ("consonance.text.kind", if vector["recipient_type"] == "Room" { "0" } else { "1" }.into()),
            ("consonance.text.sender", number(&vector["sender"])),
            ("consonance.text.recipient", number(&vector["recipient"])),
        ],
        "delta_channel_state" => vec![
            ("consonance.joined", if vector["joined"] == true { "1" } else { "0" }.into()),
            ("consonance.client.id", number(&vector["id"])),
        ],
        "remove_client" | "handshake_p2p" => vec![("consonance.client.id", number(&vector["id"]))],
        "relay" if vector["note"].is_null() => {
            let to = vector["dests"].as_array().unwrap().iter().map(number).collect::<Vec<_>>();
            vec![("consonance.relay.destination", to.join("|"))]
        }
        _ => Vec::new(),
    };
    for (key, field) in [("name", "consonance.client.name"), ("text", "consonance.text")] {
        if let Some(text) = vector[key].as_str()
            && is_plain(text)
            && matches!(vector["type"].as_str(), Some("handshake_request" | "client_state" | "text_data"))
        {
            fields.push((field, text.to_owned()));
        }
    }
    if let Some(rooms) = vector["rooms"].as_array()
        && rooms.iter().all(|room| room.as_str().is_some_and(is_plain))
    {
        let rooms: Vec<_> = rooms.iter().filter_map(Value::as_str).collect();
        fields.push(("consonance.room.name", rooms.join("|")));
    }
    fields
}

/// Whether the engine drops a packet, or the packet inside a relay.
pub(crate) fn is_malformed(packet: &[u8]) -> bool {
    match Packet::parse(packet) {
        Ok(Packet::TextData(text)) => matches!(text.recipient, TextRecipient::Unknown { .. }),
        Ok(Packet::ServerRelayReliable(relay) | Packet::ServerRelayUnreliable(relay)) => {
            let is_relay = matches!(relay.packet.get(2), Some(7 | 8));
            !relay.packet.is_empty() && !is_relay && is_malformed(relay.packet)
        }
        Ok(_) => false,
        Err(_) => true,
    }
}

fn codec(vector: &Value) -> Vec<(&'static str, String)> {
    let codec = &vector["codec"];
    let rate = codec["rate"].as_i64().unwrap() as u32;
    vec![
        ("consonance.codec", number(&codec["codec"])),
        ("consonance.codec.frame", number(&codec["frame"])),
        ("consonance.codec.rate", rate.to_string()),
    ]
}

fn voice(vector: &Value) -> Vec<(&'static str, String)> {
    let channels = vector["channels"].as_array().unwrap();
    let of = |word: &dyn Fn(&Value) -> String| channels.iter().map(word).collect::<Vec<_>>().join("|");
    let flag =
        |key: &'static str| move |channel: &Value| if channel[key] == true { "1" } else { "0" }.to_owned();
    vec![
        ("consonance.voice.sender", number(&vector["sender"])),
        ("consonance.voice.session", modulo(&vector["channel_session"], 128)),
        ("consonance.voice.sequence", number(&vector["sequence"])),
        (
            "consonance.voice.frame",
            match vector["payload"].as_str().unwrap() {
                "" => "<MISSING>".to_owned(),
                bytes => bytes.to_owned(),
            },
        ),
        (
            "consonance.channel.bits",
            of(&|channel| format!("0x{:04x}", channel["bitfield"].as_u64().unwrap())),
        ),
        ("consonance.channel.recipient", of(&|channel| number(&channel["recipient"]))),
        (
            "consonance.channel.kind",
            of(&|channel| if channel["type"] == "Room" { "1" } else { "0" }.to_owned()),
        ),
        ("consonance.channel.positional", of(&flag("positional"))),
        ("consonance.channel.closing", of(&flag("closing"))),
        ("consonance.channel.session", of(&|channel| modulo(&channel["session"], 4))),
    ]
}

/// A counter's value modulo its range.
fn modulo(value: &Value, range: i64) -> String {
    value.as_i64().unwrap().rem_euclid(range).to_string()
}

fn number(value: &Value) -> String {
    value.as_i64().unwrap().to_string()
}

/// Whether tshark prints a text unchanged.
fn is_plain(text: &str) -> bool {
    text.chars().all(|character| !character.is_control() && !"\\|".contains(character))
}
