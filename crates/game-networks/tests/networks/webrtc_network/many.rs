//! Many players on one host.

use std::time::Instant;

use consonance_game_networks::webrtc_network::ClientSettings;
use consonance_link::{ClientNetwork as _, Delivery, Peer, ServerNetwork as _};

use crate::webrtc_network::support::{self, Table};

#[test]
fn two_hundred_players_are_at_one_host_and_each_is_known() {
    const PLAYERS: usize = 200;
    let signalling = support::signalling();
    let mut settings = support::host_settings(&signalling);
    settings.handshakes_max = PLAYERS;
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
    let all: Vec<_> = table.came.iter().map(|(peer, _)| *peer).collect();
    table.host.send(Instant::now(), &all, Delivery::Reliable, b"to all");
    table.until("all hear it", |table| table.heard.iter().all(|heard| heard == &[b"to all"]));
}

#[test]
fn a_full_host_turns_newcomers_away_and_counts_them() {
    let signalling = support::signalling();
    let mut settings = support::host_settings(&signalling);
    settings.connections_max = 1;
    let mut table = Table::new(support::host(settings));
    let first = table.join(support::client_settings(&signalling));
    table.until("the first is in", |table| table.connected[first]);
    let second = table.join(support::client_settings(&signalling));
    table.until("the second is rejected", |table| table.ends[second].is_some());
    assert!(table.ends[second].as_ref().unwrap().is_worth_retrying());
    assert_eq!(table.host.statistics().connections.rejected_full, 1);
    table.players[first].disconnect(Instant::now());
    table.until("the first has left", |table| table.went.len() == 1);
    table.players[second].connect(Instant::now());
    table.until("there is room for the second", |table| table.connected[second]);
}

// Elsewhere, 127.0.0.1 may be the only loopback address.
#[cfg(target_os = "linux")]
#[test]
fn another_address_gets_in_although_one_has_taken_all_connections() {
    let signalling = support::signalling();
    let mut settings = support::host_settings(&signalling);
    settings.connections_max = 4;
    let mut table = Table::new(support::host(settings));
    let join = |table: &mut Table, last: u8| {
        let udp = ([127, 0, 0, last], 0).into();
        let (known, player) =
            (table.came.len(), table.join(ClientSettings { udp, ..support::client_settings(&signalling) }));
        table.until("it is in", |table| table.came.len() > known && table.connected[player]);
        table.came[known].0
    };
    let crowd: Vec<Peer> = (0..4).map(|_| join(&mut table, 1)).collect();
    for peer in &crowd[..2] {
        table.host.set_joined(Instant::now(), *peer, true);
    }
    let gone = |table: &Table| table.went.iter().map(|(peer, _)| *peer).collect::<Vec<_>>();

    let second = join(&mut table, 2);
    table.until("one that has not joined makes room", |table| gone(table) == [crowd[2]]);
    for peer in [second, crowd[3]] {
        table.host.set_joined(Instant::now(), peer, true);
    }
    join(&mut table, 3);
    table.until("the one that has joined last makes room", |table| gone(table) == [crowd[2], crowd[3]]);

    let udp = ([127, 0, 0, 1], 0).into();
    let refused = table.join(ClientSettings { udp, ..support::client_settings(&signalling) });
    table.until("its address has enough", |table| table.ends[refused].is_some());
    let counts = table.host.statistics().connections;
    assert_eq!((counts.made_room, counts.rejected_full, table.went.len()), (2, 1, 2));
}
