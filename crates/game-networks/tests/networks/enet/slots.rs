//! Admission of newcomers when all connections are taken.

use std::net::Ipv4Addr;

use consonance_game_networks::enet::{EnetClient, EnetClientSettings, EnetServer, EnetServerSettings};
use consonance_link::gateway::slot_rules::{SLOTS, another_address_gets_into_a_full_server};
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};

#[test]
fn another_address_gets_in_although_one_has_taken_all_connections() {
    let mut settings = EnetServerSettings::default();
    settings.peers.connections_max = SLOTS;
    let endpoint = EnetServer::new(settings, [7; 32]);
    let server =
        UdpServer::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, UdpServerSettings::default()).unwrap();
    let address = server.local_addr();
    let mut clients = 0;
    another_address_gets_into_a_full_server(server, &[], |local| {
        clients += 1;
        let endpoint = EnetClient::new(EnetClientSettings::default(), clients);
        UdpClient::new(address, endpoint, UdpClientSettings { local_ip: Some(local), ..Default::default() })
    });
}
