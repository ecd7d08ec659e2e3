//! Two hundred clients on one server.

use std::time::Duration;

use consonance_game_networks::litenetlib::RELIABLE_ORDERED;
use consonance_link::gateway::udp::rig::{LinkConditions, Saw};
use consonance_link::{ClientNetwork as _, Peer, ServerNetwork as _};

use crate::litenetlib::support::{client, messages, rig};

const CLIENTS: usize = 200;

#[test]
fn two_hundred_clients_are_heard_and_told_apart_over_a_bad_network() {
    let mut rig = rig(LinkConditions::POOR, 1);
    let clients: Vec<usize> = (0..CLIENTS).map(|_| rig.add_client(client(), &[])).collect();
    rig.run_until("all of them are in", |rig| {
        clients.iter().all(|&client| rig.client_saw(client) == [Saw::Connected(Vec::new())])
    });
    let now = rig.now();
    for &client in &clients {
        rig.client(client).endpoint.send(now, RELIABLE_ORDERED, &client.to_le_bytes());
    }
    rig.run_until("all of them are heard", |rig| {
        rig.server_saw.iter().filter(|(_, saw)| matches!(saw, Saw::Message(..))).count() == CLIENTS
    });
    let heard = rig.server_saw.iter().filter_map(|(peer, saw)| match saw {
        Saw::Message(_, bytes) => Some((*peer, bytes.clone())),
        _ => None,
    });
    let heard: Vec<(Peer, Vec<u8>)> = heard.collect();
    let now = rig.now();
    for (peer, name) in &heard {
        rig.server.send(now, &[*peer], RELIABLE_ORDERED, name);
    }
    rig.run_until("each hears its own name", |rig| {
        clients.iter().all(|&client| {
            messages(rig.client_saw(client), RELIABLE_ORDERED) == [client.to_le_bytes().as_slice()]
        })
    });
    let now = rig.now();
    rig.server.shutdown(now);
    rig.run_until("all of them are gone", |rig| {
        clients.iter().all(|&client| matches!(rig.client_saw(client).last(), Some(Saw::Disconnected(_))))
    });
    rig.run_for(Duration::from_secs(4));
    assert_eq!(rig.server.wants_poll_at(), None, "nothing remains");
}
