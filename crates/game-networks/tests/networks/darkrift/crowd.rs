//! Many clients at once.

use std::time::Instant;

use consonance_game_networks::darkrift::{ClientSettings, RELIABLE, ServerSettings, UNRELIABLE};
use consonance_link::{ClientNetwork as _, Peer, ServerNetwork as _};

use crate::darkrift::fixture::{Fixture, Saw};

#[test]
fn two_hundred_clients_talk_to_one_listener() {
    let mut fixture = Fixture::new(ServerSettings::default());
    let clients: Vec<usize> =
        (0..200).map(|_| fixture.begin(ClientSettings::new(fixture.address()))).collect();
    fixture.drive_until(|fixture| clients.iter().all(|client| fixture.is_connected(*client)));
    let ids: std::collections::BTreeSet<Vec<u8>> = fixture
        .clients_saw
        .iter()
        .filter_map(|saw| match &saw[0] {
            Saw::Connected(id) => Some(id.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(ids.len(), 200, "each has a number of its own");
    for channel in [RELIABLE, UNRELIABLE] {
        for &client in &clients {
            let own = [0, 0, 9, client as u8];
            fixture.clients[client].send(Instant::now(), channel, &own);
            fixture.drive_until(|fixture| count_heard(fixture, channel, &own) == 1);
        }
    }
    let peers: Vec<Peer> = fixture.server_saw.keys().copied().collect();
    for &peer in &peers {
        fixture.server.send(Instant::now(), &[peer], RELIABLE, b"to all");
    }
    fixture.drive_until(|fixture| {
        clients.iter().all(|client| fixture.client_heard(*client, RELIABLE, b"to all"))
    });
    assert_eq!(fixture.server.statistics().connections.connected, 200);
}

fn count_heard(
    fixture: &Fixture,
    channel: consonance_link::gateway::MessageChannel,
    message: &[u8],
) -> usize {
    let expected = Saw::Message(channel, message.to_vec());
    fixture.server_saw.values().flatten().filter(|saw| **saw == expected).count()
}
