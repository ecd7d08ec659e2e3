//! Many players at one host.

use std::time::Instant;

use consonance_transport::{ClientTransport as _, Delivery, ServerTransport as _};

use crate::support::{self, Table};

#[test]
fn two_hundred_players_are_at_one_host_and_each_is_known() {
    const PLAYERS: usize = 200;
    let signalling = support::signalling();
    let mut settings = support::host_settings(&signalling);
    settings.negotiating_max = PLAYERS;
    let mut table = Table::new(support::host(settings));
    for joined in 1..=PLAYERS {
        table.join(support::client_settings(&signalling));
        if joined % 20 == 0 {
            table.until("twenty more are in", |table| table.connected.iter().all(|&is| is));
        }
    }
    for (number, player) in table.players.iter_mut().enumerate() {
        player.send(Instant::now(), Delivery::Reliable, &number.to_be_bytes());
    }
    table.until("each is heard", |table| table.host_heard.len() == PLAYERS);
    let mut heard: Vec<Vec<u8>> = table.host_heard.iter().map(|(_, _, packet)| packet.clone()).collect();
    heard.sort_unstable();
    assert!(heard.into_iter().eq((0..PLAYERS).map(|number| number.to_be_bytes().to_vec())));
    let everybody: Vec<_> = table.came.iter().map(|(peer, _)| *peer).collect();
    table.host.send(Instant::now(), &everybody, Delivery::Reliable, b"to all");
    table.until("everybody hears", |table| table.heard.iter().all(|heard| heard == &[b"to all"]));
}

#[test]
fn a_full_host_turns_newcomers_away_and_counts_them() {
    let signalling = support::signalling();
    let mut settings = support::host_settings(&signalling);
    settings.peers_max = 1;
    let mut table = Table::new(support::host(settings));
    let first = table.join(support::client_settings(&signalling));
    table.until("the first is in", |table| table.connected[first]);
    let second = table.join(support::client_settings(&signalling));
    table.until("the second is turned away", |table| table.ends[second].is_some());
    assert!(table.ends[second].as_ref().unwrap().is_worth_retrying());
    assert_eq!(table.host.statistics().connections.turned_away_full, 1);
    table.players[first].disconnect(Instant::now());
    table.until("the first has left", |table| table.went.len() == 1);
    table.players[second].connect(Instant::now());
    table.until("there is room for the second", |table| table.connected[second]);
}
