//! Admission of newcomers when all connections are taken.

use std::net::{Ipv4Addr, SocketAddr};

use consonance_game_networks::litenetlib::{
    ClientSettings, LiteNetLibClient, LiteNetLibServer, ServerSettings,
};
use consonance_link::gateway::slot_rules::{SLOTS, another_address_gets_into_a_full_server};
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::{Peer, ServerLinkEvent, ServerNetwork as _};

use crate::litenetlib::support::{ByHand, CONNECT_TIME, address, clock, request_at};

#[test]
fn another_address_gets_in_although_one_has_taken_all_connections() {
    let mut settings = ServerSettings::default();
    settings.peers.connections_max = SLOTS;
    let endpoint = LiteNetLibServer::new(settings, clock(), [7; 32]);
    let server =
        UdpServer::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, UdpServerSettings::default()).unwrap();
    let address = server.local_addr();
    another_address_gets_into_a_full_server(server, &[], |local| {
        let endpoint = LiteNetLibClient::new(ClientSettings::default(), clock());
        UdpClient::new(address, endpoint, UdpClientSettings { local_ip: Some(local), ..Default::default() })
    });
}

#[test]
fn a_client_that_makes_room_while_its_goodbye_is_repeated_is_reported_once() {
    let mut settings = ServerSettings::default();
    settings.peers.connections_max = 2;
    let mut by_hand = ByHand::new(settings);
    for port in [7001, 7002] {
        let from = SocketAddr::new(address(1).ip(), port);
        by_hand.give(from, &request_at(CONNECT_TIME));
        by_hand.answer_pings(from);
    }
    by_hand.server.disconnect(by_hand.now, Peer(1), "");
    let ended = by_hand.give(address(1), &[]);
    assert!(matches!(ended[..], [(ServerLinkEvent::Disconnected { peer: Peer(1), .. }, _)]), "{ended:?}");

    by_hand.give(address(2), &request_at(CONNECT_TIME));
    let mut after = Vec::new();
    for ping in by_hand.take() {
        after.extend(by_hand.give(address(2), &[&[4], &ping[1..3], &[0; 8]].concat()));
    }
    assert_eq!(by_hand.server.statistics().connections.made_room, 1);
    assert_eq!(after, [], "its end is known");
}
