//! Clients of ours are told which servers share the session, and ignore lists that are too long.

use consonance_session::{Capabilities, ClientId, PacketLimits};
use consonance_wire::{ErrorWrongSession, ExtensionWriter, ServerList, SessionId, Writer};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

const SERVERS: [&str; 3] = ["voice-1.example.org:7777", "[2001:db8::2]:7777", "192.0.2.3:7777"];

fn list_of(addresses: &[&str], session: SessionId) -> Vec<u8> {
    let mut buffer = [0; 1024];
    let mut writer = Writer::new(&mut buffer);
    ServerList::write(addresses, session, &mut writer).expect("it fits");
    writer.written().to_vec()
}

/// A list that no server of ours writes.
fn raw_list(item: &[u8]) -> Vec<u8> {
    let mut buffer = [0; 1024];
    let mut writer = Writer::new(&mut buffer);
    ErrorWrongSession { session: packets::SESSION }.write(&mut writer).expect("it fits");
    ExtensionWriter::begin(&mut writer).and_then(|mut block| block.item(14, item)).expect("it fits");
    writer.written().to_vec()
}

#[test]
fn clients_of_ours_are_told_and_originals_receive_nothing() {
    let mut network = Network::new();
    let original = network.join("Original", &[]);
    network.capabilities = Capabilities::ALL;
    let ours = network.join("Ours", &[]);
    let now = network.now;
    assert!(!network.server.announcements().tell_servers(now, ClientId(0), &SERVERS));
    assert!(network.server.announcements().tell_servers(now, ClientId(1), &SERVERS));
    assert!(!network.server.announcements().tell_servers(now, ClientId(2), &SERVERS), "it is not here");
    network.run();
    assert_eq!(network.events(ours), [format!("servers: {}", SERVERS.join(", "))]);
    assert_eq!(network.events(original), [""; 0]);
    assert!(network.server.announcements().tell_servers(now, ClientId(1), &[]));
    network.run();
    assert_eq!(network.events(ours), ["servers: "], "a list replaces the one before");
}

#[test]
fn no_more_addresses_are_told_than_a_packet_carries() {
    let limits = PacketLimits { reliable_bytes: 512, unreliable_bytes: 512 };
    let mut network = Network::that_carries(limits);
    let ours = network.join("Ours", &[]);
    let (long, now) = ("x".repeat(200), network.now);
    assert!(network.server.announcements().tell_servers(now, ClientId(0), &[&long, &long, &long]));
    network.run();
    assert_eq!(network.events(ours), [format!("servers: {long}, {long}")]);
}

#[test]
fn at_most_sixteen_addresses_are_told_and_none_that_is_empty_or_too_long() {
    let mut network = Network::of_ours();
    let ours = network.join("Ours", &[]);
    let (long, now) = ("x".repeat(256), network.now);
    let many: Vec<String> = (0..20).map(|number| format!("host-{number}:7777")).collect();
    let mut addresses = vec!["", &*long];
    addresses.extend(many.iter().map(|address| &**address));
    assert!(network.server.announcements().tell_servers(now, ClientId(0), &addresses));
    network.run();
    assert_eq!(network.events(ours), [format!("servers: {}", many[..16].join(", "))]);
}

#[test]
fn a_client_believes_no_list_that_is_too_long_or_damaged() {
    let mut client = LoneClient::joined_ours("Alice", 0, &[]);
    let told = client.receive(&list_of(&SERVERS, packets::SESSION));
    assert_eq!(told, [format!("servers: {}", SERVERS.join(", "))]);
    let too_many = [1, b'a'].repeat(17);
    for item in [&too_many[..], &[0], &[1, 0xff], &[9, b'a']] {
        assert_eq!(client.receive(&raw_list(item)), [""; 0], "{item:?}");
    }
}

#[test]
fn a_client_believes_no_list_of_a_server_that_has_not_announced_it() {
    let mut client = LoneClient::joined("Alice", 0, &[]);
    assert_eq!(client.receive(&list_of(&SERVERS, packets::SESSION)), [""; 0]);
}
