//! The outcome of a session, recorded or replayed, for comparison.

use std::collections::BTreeMap;

use consonance_wire::{ClientState, HandshakeExtension, Packet, WireStr};
use serde_json::Value;

use super::driver;

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    /// Packets in order, by direction, peer and reliability.
    pub(crate) packets: BTreeMap<(String, u64, bool), Vec<String>>,
    /// Events in order, by client: those of handshake responses, and all others.
    pub(crate) joined: BTreeMap<String, Vec<Value>>,
    pub(crate) events: BTreeMap<String, Vec<Value>>,
    pub(crate) server_events: Vec<Value>,
    /// The server's clients at the end, by peer; `None` if the original crashed.
    pub(crate) clients: Option<Vec<Value>>,
}

impl Outcome {
    pub(crate) fn add_packet(&mut self, direction: &str, peer: u64, reliable: bool, packet: &[u8]) {
        self.packets.entry((direction.to_owned(), peer, reliable)).or_default().push(comparable(packet));
    }

    pub(crate) fn add_event(&mut self, client: &str, event: Value) {
        let events = if event["ev"] == "joined" { &mut self.joined } else { &mut self.events };
        events.entry(client.to_owned()).or_default().push(event);
    }
}

/// The bytes; for a `ClientState`, the rooms as a set, because the original sorts them by locale.
fn comparable(packet: &[u8]) -> String {
    match Packet::parse(packet) {
        Ok(Packet::ClientState(ClientState { session, client, rooms })) => {
            let mut rooms: Vec<_> = rooms.iter().map(|room| room.map(WireStr::to_str)).collect();
            rooms.sort();
            format!("ClientState of {client:?} in {session} with {rooms:?}")
        }
        _ => driver::hex(without_extension(packet)),
    }
}

/// A request to join without the block that a client of ours adds, and originals do not read.
fn without_extension(packet: &[u8]) -> &[u8] {
    match Packet::parse_with_trailing(packet) {
        Ok((Packet::HandshakeRequest(_), trailing)) if HandshakeExtension::find(trailing).is_some() => {
            &packet[..packet.len() - trailing.len()]
        }
        _ => packet,
    }
}
