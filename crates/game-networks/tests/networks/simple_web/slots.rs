//! Admission of newcomers when all connections are taken.

use std::net::Ipv4Addr;

use consonance_game_networks::simple_web::{
    SimpleWebClient, SimpleWebClientEnd, SimpleWebServer, SimpleWebServerEnd,
};
use consonance_link::gateway::slot_rules::{SLOTS, another_address_gets_into_a_full_server};
use consonance_link::gateway::streams::{StreamClientSettings, StreamSettings};

#[test]
fn another_address_gets_in_although_one_has_taken_all_connections() {
    let mut settings = StreamSettings::default();
    settings.tcp.connections_max = SLOTS;
    let server =
        SimpleWebServer::bind((Ipv4Addr::LOCALHOST, 0).into(), SimpleWebServerEnd::default(), settings)
            .unwrap();
    let address = server.local_addr().unwrap();
    another_address_gets_into_a_full_server(server, &[], |local| {
        let settings = StreamClientSettings { local: Some(local), ..StreamClientSettings::new(address) };
        SimpleWebClient::new(SimpleWebClientEnd::new("localhost"), settings).unwrap()
    });
}
