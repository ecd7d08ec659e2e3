//! Many clients at once.

use std::time::Instant;

use consonance_game_networks::darkrift::{ClientSettings, RELIABLE, ServerSettings, UNRELIABLE};
use consonance_link::{ClientNetwork as _, Peer, ServerNetwork as _};

use crate::darkrift::stage::{Saw, Stage};

#[test]
fn two_hundred_clients_talk_to_one_listener() {
    let mut stage = Stage::new(ServerSettings::default());
    let clients: Vec<usize> = (0..200).map(|_| stage.begin(ClientSettings::new(stage.address()))).collect();
    stage.drive_until(|stage| clients.iter().all(|client| stage.is_connected(*client)));
    let ids: std::collections::BTreeSet<Vec<u8>> = stage
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
            stage.clients[client].send(Instant::now(), channel, &own);
            stage.drive_until(|stage| count_heard(stage, channel, &own) == 1);
        }
    }
    let peers: Vec<Peer> = stage.server_saw.keys().copied().collect();
    for &peer in &peers {
        stage.server.send(Instant::now(), &[peer], RELIABLE, b"to all");
    }
    stage.drive_until(|stage| clients.iter().all(|client| stage.client_heard(*client, RELIABLE, b"to all")));
    assert_eq!(stage.server.statistics().connections.connected, 200);
}

fn count_heard(stage: &Stage, channel: consonance_link::gateway::MessageChannel, message: &[u8]) -> usize {
    let expected = Saw::Message(channel, message.to_vec());
    stage.server_saw.values().flatten().filter(|saw| **saw == expected).count()
}
