//! `tools/wireshark/consonance.lua` against the golden vectors, with a real tshark.
//!
//! Ignored by default, since it needs tshark: `cargo xtask check dissector` runs it where there is one.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod expected;
mod tshark;

use std::fs;
use std::path::Path;

use consonance_wire::{
    Capabilities, ClientId, HandshakeExtension, ListenerSummary, LossRun, Position, PositionReport,
    RedundancySupport, ResumeTicket, SessionId, SharedSecret, VoiceReport, Writer,
};
use serde_json::Value;

use tshark::{Row, dissected};

#[test]
#[ignore = "needs tshark; run by `cargo xtask check dissector`"]
fn every_golden_packet_is_shown_with_all_its_fields() {
    let vectors = vectors("packets.json");
    let packets: Vec<_> = vectors.iter().map(|vector| bytes(vector["hex"].as_str().unwrap())).collect();
    let rows = dissected("golden", &packets);
    assert_eq!(rows.len(), vectors.len());
    let mut failures = Vec::new();
    for (number, (vector, row)) in vectors.iter().zip(&rows).enumerate() {
        for (field, expected) in expected::fields(vector) {
            let found = row.get(field);
            if found != expected {
                failures.push(format!("{number}: {field}: expected {expected:?}, found {found:?}: {vector}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
#[ignore = "needs tshark; run by `cargo xtask check dissector`"]
fn relays_with_a_wrapped_count_are_shown_with_all_their_destinations() {
    let vectors = vectors("wrapped_relays.json");
    let packets: Vec<_> = vectors.iter().map(|vector| bytes(vector["hex"].as_str().unwrap())).collect();
    for (vector, row) in vectors.iter().zip(&dissected("wrapped", &packets)) {
        let what = vector["what"].as_str().unwrap();
        if vector.get("throws").is_some() {
            assert_ne!(row.get("consonance.malformed.short"), "", "{what}");
            continue;
        }
        let numbers = vector["dests"].as_array().unwrap().iter().map(Value::to_string);
        assert_eq!(row.get("consonance.relay.destination"), numbers.collect::<Vec<_>>().join("|"), "{what}");
    }
}

#[test]
#[ignore = "needs tshark; run by `cargo xtask check dissector`"]
fn what_the_engine_drops_is_marked_and_nothing_else() {
    let vectors = vectors("malformed.json");
    let packets: Vec<_> = vectors.iter().map(|vector| bytes(vector["hex"].as_str().unwrap())).collect();
    let rows = dissected("malformed", &packets);
    assert!(vectors.len() > 300);
    assert_marks(&rows, &packets);
}

#[test]
#[ignore = "needs tshark; run by `cargo xtask check dissector`"]
fn flipped_bits_and_cut_packets_too() {
    let mut packets = Vec::new();
    for vector in vectors("packets.json").iter().step_by(7) {
        let packet = bytes(vector["hex"].as_str().unwrap());
        packets.extend((0..packet.len()).map(|length| packet[..length].to_vec()));
        packets.extend((0..packet.len() * 8).step_by(3).map(|bit| {
            let mut flipped = packet.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            flipped
        }));
    }
    packets.retain(|packet| !packet.is_empty());
    packets.truncate(4_000);
    // A bug in the script shows up as a Lua error, on which `dissected` fails.
    assert_marks(&dissected("flipped", &packets), &packets);
}

#[test]
#[ignore = "needs tshark; run by `cargo xtask check dissector`"]
fn names_reports_and_relayed_packets_are_shown_in_words() {
    let hex = [
        // Alice, client 3, listens to lobby.
        "8bc7010000000100 06 416c696365 0003 01 000003c0 0000bb80 0001 0006 6c6f626279",
        // Her voice to lobby, in a relay to client 4.
        "8bc70800000001 01 0004 0016 8bc70200000001 0003 80 0009 0001 8001 d75f 0002 aabb",
        // The same as the first frame, encrypted from end to end.
        "8bc70200000001 0003 80 000a 0001 8001 d75f 0004 1b21 aabb",
        // A relay in a relay.
        "8bc70800000001 00 000a 8bc70800000001 00 0000",
        // A report of arrivals after ErrorWrongSession: frame 9, 10 frames, 11 ms.
        "8bc70600000001 c05a 05 000a 0009 0000000a 0000000b",
        // Capabilities 7 and an unknown item.
        "8bc704 01 000003c0 0000bb80 0004 426f62 c05a 01 0004 00000007 c8 0002 0102",
        // Trailing bytes of another program.
        "8bc70a000000010003 ffff",
    ];
    let lobby = format!("{:04x}", consonance_wire::RoomId::of("lobby").0);
    let packets: Vec<_> = hex.iter().map(|hex| bytes(&hex.replace("d75f", &lobby))).collect();
    let rows = dissected("words", &packets);
    let info: Vec<&str> = rows.iter().map(|row| row.get("_ws.col.Info")).collect();
    assert_eq!(
        info,
        [
            "ClientState Alice #3 listens to lobby",
            "ServerRelayUnreliable to #4: VoiceData from Alice #3, frame 9, to room lobby, 2 bytes",
            "VoiceData from Alice #3, frame 10, to room lobby, 4 bytes, encrypted end to end",
            "ServerRelayUnreliable to no client: ServerRelayUnreliable to no client: another relay",
            "ErrorWrongSession the session is 0x00000001 [uplink receipt]",
            "HandshakeRequest Bob wants to join [capabilities, item 200]",
            "RemoveClient Alice #3 has left",
        ]
    );
    assert_eq!(rows[1].get("consonance.type"), "8|2", "the relay and what is in it");
    assert_eq!(rows[4].get("consonance.report.frames"), "10");
    assert_eq!(rows[5].get("consonance.capabilities"), "0x00000007");
    assert!(rows.iter().all(|row: &Row| row.get("consonance.delivery") == "reliable"));
}

#[test]
#[ignore = "needs tshark; run by `cargo xtask check dissector`"]
fn where_a_player_is_and_what_listeners_can_use_are_shown() {
    let place = |place| {
        written(|writer| PositionReport { number: 258, position: place }.write(SessionId(1), writer).unwrap())
    };
    let summary = ListenerSummary {
        listeners: 3,
        lost_percent: 2,
        lost_in_a_row: LossRun(15),
        playout_delay_ms: 40,
        redundancy: RedundancySupport::DRED.or(RedundancySupport::REPEAT),
    };
    let packets = [
        place(Some(Position::new([1.5, -2.0, 0.25]).unwrap())),
        place(None),
        // A coordinate that is not a number.
        bytes("8bc70600000001 c05a 08 000e 0003 7fc00000 00000000 00000000"),
        written(|writer| {
            VoiceReport { listeners: Some(summary), ..VoiceReport::default() }
                .write(SessionId(1), writer)
                .unwrap();
        }),
    ];
    let rows = dissected("places", &packets);
    let column = |field: &str| rows.iter().map(|row| row.get(field).to_owned()).collect::<Vec<_>>();
    assert_eq!(column("_ws.col.Info")[0], "ErrorWrongSession the session is 0x00000001 [position report]");
    assert_eq!(column("consonance.position.number"), ["258", "258", "3", ""]);
    let axes = ["x", "y", "z"].map(|axis| rows[0].get(&format!("consonance.position.{axis}")).to_owned());
    assert_eq!(axes, ["1.5", "-2", "0.25"]);
    assert_eq!(rows[1].get("consonance.position.x"), "");
    let is_absurd: Vec<bool> =
        column("consonance.position.absurd").iter().map(|mark| !mark.is_empty()).collect();
    assert_eq!(is_absurd, [false, false, true, false]);
    for kind in ["dred", "repeat"] {
        assert_eq!(column(&format!("consonance.report.redundancy.{kind}"))[3], "1", "{kind}");
    }
    assert_eq!(column("consonance.report.run")[3], "15");
    assert!(rows.iter().all(|row| !row.get("_ws.expert.message").contains("wrong length")));
}

#[test]
#[ignore = "needs tshark; run by `cargo xtask check dissector`"]
fn secrets_tickets_and_join_tokens_show_their_length_only() {
    let secret = SharedSecret([0xaa; 16]);
    let extension = HandshakeExtension {
        capabilities: Capabilities::ALL,
        secret: Some(secret),
        ticket: Some(ResumeTicket { session: SessionId(1), id: ClientId(3), secret }),
        join_token: Some(&[0xaa; 20]),
        ..HandshakeExtension::default()
    };
    let mut packet = bytes("8bc704 01 000003c0 0000bb80 0004 426f62");
    packet.extend(written(|writer| extension.write(writer).unwrap()));
    let rows = dissected("secrets", &[packet]);
    let row = &rows[0];
    let info = "HandshakeRequest Bob wants to join [capabilities, secret, resume ticket, join token]";
    assert_eq!(row.get("_ws.col.Info"), info);
    assert_eq!(row.get("consonance.item.length"), "4|16|22|20");
    assert_eq!(row.get("consonance.item.bytes"), "");
    assert_ne!(row.get("consonance.capabilities.proximity"), "");
}

/// The script and the engine agree on which packets are malformed.
fn assert_marks(rows: &[Row], packets: &[Vec<u8>]) {
    assert_eq!(rows.len(), packets.len());
    let differ = |(row, packet): &(&Row, &Vec<u8>)| row.is_malformed() != expected::is_malformed(packet);
    let wrong = rows.iter().zip(packets).filter(differ);
    let words: Vec<_> =
        wrong.map(|(row, packet)| format!("{}: {packet:02x?}", row.get("_ws.col.Info"))).collect();
    assert!(words.is_empty(), "{} failures:\n{}", words.len(), words.join("\n"));
}

fn vectors(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(file);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut buffer = [0; 1024];
    let mut writer = Writer::new(&mut buffer);
    write(&mut writer);
    writer.written().to_vec()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|digit| !digit.is_ascii_whitespace()).collect();
    let pairs = digits.chunks_exact(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
