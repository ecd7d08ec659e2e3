//! A recorded session of the original.

use std::collections::{BTreeMap, BTreeSet};

use consonance_wire::{MessageType, Packet};
use serde_json::{Value, json};

use super::outcome::Outcome;
use super::{driver, heard};

/// The entries of a trace, and facts derived from them.
pub(crate) struct Recording<'a> {
    pub(crate) entries: &'a [Value],
    packets: BTreeMap<u64, &'a Value>,
    /// The entry that crashed the original: for ours, the trace ends there.
    pub(crate) fatal: Option<usize>,
}

impl<'a> Recording<'a> {
    pub(crate) fn new(entries: &'a [Value]) -> Self {
        let sent = entries.iter().filter(|entry| entry["k"] == "tx");
        let packets = sent.map(|entry| (driver::number(entry, "n"), entry)).collect();
        let mut recording = Self { entries, packets, fatal: None };
        recording.fatal = (0..entries.len()).find_map(|index| recording.cause_of_failure(index));
        recording
    }

    /// The bytes that an `rx` entry processed.
    pub(crate) fn packet(&self, rx: &Value) -> Vec<u8> {
        driver::bytes(driver::text(self.packets[&driver::number(rx, "n")], "hex"))
    }

    /// Whether the client's transport comes up later than the client starts.
    pub(crate) fn connects_later(&self, client: &str) -> bool {
        self.entries.iter().any(|entry| entry["op"] == "connect" && entry["who"] == client)
    }

    /// The expected outcome for ours. A client in `lost` is not compared from that entry on.
    pub(crate) fn outcome(&self, lost: &BTreeMap<String, usize>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut peers = BTreeMap::new();
        let mut direct = BTreeSet::new();
        let end = self.fatal.unwrap_or(self.entries.len());
        for (index, entry) in self.entries[..end].iter().enumerate() {
            let client = entry["who"].as_str().unwrap_or_default();
            let is_lost = |client: &str| lost.get(client).is_some_and(|from| *from < index);
            match driver::text(entry, "k") {
                "act" if entry["op"] == "client_start" => {
                    peers.insert(driver::number(entry, "peer"), client);
                    if entry["p2p"] == true {
                        direct.insert(driver::number(entry, "peer"));
                    }
                }
                // Direct packets from a client without direct links were sent by the script.
                "tx" if entry["d"] == "c2c" => {
                    let from = driver::number(entry, "from");
                    if entry["raw"] != true && direct.contains(&from) {
                        let bytes = driver::bytes(driver::text(entry, "hex"));
                        let to = driver::number(entry, "peer");
                        outcome.add_packet(&self::direct(from), to, entry["rel"] == true, &bytes);
                    }
                }
                "tx" if entry["raw"] != true => {
                    let (direction, peer) = (driver::text(entry, "d"), driver::number(entry, "peer"));
                    let bytes = driver::bytes(driver::text(entry, "hex"));
                    let sender = peers.get(&peer).filter(|_| direction == "c2s");
                    if !sender.is_some_and(|client| is_lost(client)) && !is_null_text(&bytes) {
                        outcome.add_packet(direction, peer, entry["rel"] == true, &bytes);
                    }
                }
                "ev" if !is_lost(client) => outcome.add_event(client, client_event(entry)),
                "sev" => outcome.server_events.push(without(entry, &["k"])),
                "final" => {
                    let clients = driver::list(entry, "server_clients");
                    outcome.clients = Some(clients.iter().map(with_sorted_rooms).collect());
                }
                _ => {}
            }
        }
        outcome
    }

    /// The `rx` that caused the failure recorded in this entry. After an `ErrorWrongSession` or on request, the
    /// original stops in an orderly way.
    fn cause_of_failure(&self, index: usize) -> Option<usize> {
        let error = &self.entries[index];
        let before = &self.entries[..index];
        let last_received = |direction: &str, peer: Option<u64>| {
            before.iter().rposition(|entry| {
                entry["k"] == "rx" && entry["d"] == direction && peer.is_none_or(|peer| entry["peer"] == peer)
            })
        };
        match driver::text(error, "k") {
            "server_error" => {
                let told_to =
                    before.iter().any(|entry| entry["who"] == "server" && entry["op"] == "disconnect");
                if told_to { None } else { last_received("c2s", None) }
            }
            "client_error" => {
                let start = before
                    .iter()
                    .rfind(|entry| entry["op"] == "client_start" && entry["who"] == error["who"])
                    .expect("a client that was started");
                let cause = last_received("s2c", Some(driver::number(start, "peer")))?;
                let packet = self.packet(&self.entries[cause]);
                let orderly = MessageType::peek(&packet) == Ok(MessageType::ErrorWrongSession);
                if orderly { None } else { Some(cause) }
            }
            _ => None,
        }
    }
}

/// The direction of packets that a peer sends directly.
pub(crate) fn direct(from: u64) -> String {
    format!("c2c from {from}")
}

/// Whether this is a text packet with a null text, which ours cannot send.
fn is_null_text(packet: &[u8]) -> bool {
    let Ok(Packet::ServerRelayReliable(relay)) = Packet::parse(packet) else { return false };
    matches!(Packet::parse(relay.packet), Ok(Packet::TextData(text)) if text.text.is_none())
}

/// An event as ours reports it: a null text is empty.
pub(crate) fn client_event(entry: &Value) -> Value {
    let mut event = heard::with_f32(&with_sorted_rooms(&without(entry, &["k", "who"])));
    if event["ev"] == "text" && event["text"].is_null() {
        event["text"] = json!("");
    }
    event
}

fn without(entry: &Value, keys: &[&str]) -> Value {
    let mut entry = entry.clone();
    for key in keys {
        entry.as_object_mut().expect("an object").remove(*key);
    }
    entry
}

fn with_sorted_rooms(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(rooms) = value.get_mut("rooms").and_then(Value::as_array_mut) {
        rooms.sort_by_key(ToString::to_string);
    }
    value
}
