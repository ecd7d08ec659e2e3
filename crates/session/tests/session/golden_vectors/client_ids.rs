//! The ids that newcomers get: each name joins over its own link.

use std::collections::BTreeMap;

use consonance_session::{Delivery, Instant, LinkId, Server, ServerEvent, ServerSettings};
use consonance_wire::{HandshakeRequest, Packet, WireStr};
use serde_json::Value;

use super::driver;

pub(crate) fn run(script: &Value) {
    let mut server = Server::new(ServerSettings::from_seed(1));
    let mut links = BTreeMap::new();
    for (index, op) in driver::list(script, "ops").iter().enumerate() {
        let name = driver::text(op, "name");
        let link = LinkId(index as u64);
        match driver::text(op, "op") {
            "register" => {
                let request = HandshakeRequest { codec: driver::CODEC, name: Some(WireStr::from(name)) };
                let mut packet = [0; 1024];
                let length = Packet::from(request).write(&mut packet).unwrap();
                server.handle_connected(Instant::START, link);
                server.handle_packet(Instant::START, link, Delivery::Reliable, &packet[..length]);
                links.insert(name, link);
                assert_eq!(joined(&mut server), Some(driver::id(op, "id")), "op {index}: {op}");
            }
            "unregister" => {
                let known = links.remove(name);
                assert_eq!(known.is_some(), op["ok"].as_bool().unwrap(), "op {index}: {op}");
                if let Some(link) = known {
                    server.handle_disconnected(Instant::START, link);
                }
            }
            other => panic!("unknown op {other:?}"),
        }
    }
}

fn joined(server: &mut Server) -> Option<consonance_session::ClientId> {
    while server.poll_transmit().is_some() {}
    let mut joined = None;
    while let Some(event) = server.poll_event() {
        if let ServerEvent::ClientJoined { id, .. } = event {
            joined = Some(id);
        }
    }
    joined
}
