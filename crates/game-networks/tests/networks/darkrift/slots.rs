//! Admission of newcomers when all connections are taken.

use consonance_game_networks::darkrift::{ClientSettings, DarkRiftClient, DarkRiftServer, ServerSettings};
use consonance_link::gateway::slot_rules::{SLOTS, another_address_gets_into_a_full_server};

#[test]
fn another_address_gets_in_although_one_has_taken_all_connections() {
    let settings = ServerSettings { connections_max: SLOTS, ..ServerSettings::default() };
    let server = DarkRiftServer::bind(([127, 0, 0, 1], 0).into(), settings).unwrap();
    let address = server.local_addr();
    another_address_gets_into_a_full_server(server, &[], |local| {
        let settings = ClientSettings { local: Some(local), ..ClientSettings::new(address) };
        DarkRiftClient::new(settings).unwrap()
    });
}
