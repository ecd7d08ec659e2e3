//! Connecting and disconnecting over real sockets, in ways that the rules of all networks do not cover.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use consonance_game_networks::darkrift::{
    ClientSettings, ProtocolVersion, RELIABLE, ServerSettings, UNRELIABLE,
};
use consonance_link::{ClientNetwork as _, DisconnectReason, ServerNetwork as _};

use crate::darkrift::fixture::{Fixture, PATIENCE, Saw};
use crate::darkrift::relay::Relay;

#[test]
fn the_greeting_is_the_clients_number() {
    let mut fixture = Fixture::new(ServerSettings::default());
    let first = fixture.connect();
    fixture.greeting = vec![0x12, 0x34];
    let second = fixture.connect();
    assert_eq!(fixture.clients_saw[first], [Saw::Connected(vec![0, 0])]);
    assert_eq!(fixture.clients_saw[second], [Saw::Connected(vec![0x12, 0x34])]);
}

#[test]
fn version_0_connects_and_carries_both_ways() {
    let settings = ServerSettings { version: ProtocolVersion::Zero, ..ServerSettings::default() };
    let mut fixture = Fixture::new(settings);
    let client = fixture.connect();
    let peer = fixture.last_peer();
    for channel in [RELIABLE, UNRELIABLE] {
        fixture.clients[client].send(Instant::now(), channel, &[0, 0, 9, 1]);
        fixture.server.send(Instant::now(), &[peer], channel, &[0, 0, 9, 2]);
        fixture.drive_until(|fixture| {
            fixture.server_heard(peer, channel, &[0, 0, 9, 1])
                && fixture.client_heard(client, channel, &[0, 0, 9, 2])
        });
    }
}

#[test]
fn tcp_and_udp_may_have_ports_of_their_own() {
    let settings = ServerSettings { udp_port: Some(0), ..ServerSettings::default() };
    let udp_port = |fixture: &Fixture| fixture.server.udp_local_addr().port();
    // A free TCP and a free UDP port may have the same number by chance, but not three times in a row.
    let mut fixtures = (0..3).map(|_| Fixture::new(settings.clone()));
    let mut fixture = fixtures.find(|fixture| udp_port(fixture) != fixture.address().port()).unwrap();
    let udp_port = udp_port(&fixture);
    let settings = ClientSettings { udp_port: Some(udp_port), ..ClientSettings::new(fixture.address()) };
    let client = fixture.begin(settings);
    fixture.drive_until(|fixture| fixture.is_connected(client));
}

#[test]
fn with_every_fifth_datagram_lost_all_clients_connect_and_are_heard() {
    let mut fixture = Fixture::new(ServerSettings::default());
    let relay = Relay::to(fixture.address());
    relay.lose(20);
    let settings =
        ClientSettings { token_interval: Duration::from_millis(50), ..ClientSettings::new(relay.address()) };
    let clients: Vec<usize> = (0..10).map(|_| fixture.begin(settings.clone())).collect();
    fixture.drive_until(|fixture| clients.iter().all(|client| fixture.is_connected(*client)));
    for &client in &clients {
        let words = [0, 0, 9, client as u8];
        let mut reliable = words.to_vec();
        reliable.extend(vec![7; 60_000]);
        fixture.clients[client].send(Instant::now(), RELIABLE, &reliable);
        fixture.drive_until(|fixture| {
            fixture.clients[client].send(Instant::now(), UNRELIABLE, &words);
            let heard = |channel, message: &[u8]| {
                fixture.server_saw.values().any(|saw| saw.contains(&Saw::Message(channel, message.to_vec())))
            };
            heard(RELIABLE, &reliable) && heard(UNRELIABLE, &words)
        });
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut fixture = Fixture::new(ServerSettings::default());
    let settings = ClientSettings {
        connecting_max: Duration::from_millis(50),
        ..ClientSettings::new(silent.local_addr().unwrap())
    };
    let client = fixture.begin(settings);
    fixture.drive_until(|fixture| !fixture.clients_saw[client].is_empty());
    assert_eq!(fixture.clients_saw[client], [Saw::Disconnected(DisconnectReason::TimedOut)]);
}

#[test]
fn a_server_that_does_not_answer_is_reported_with_its_address() {
    // A port that systems never pick as a free one.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 5));
    let mut fixture = Fixture::new(ServerSettings::default());
    let client = fixture.begin(ClientSettings::new(address));
    fixture.drive_until(|fixture| !fixture.clients_saw[client].is_empty());
    let saw = &fixture.clients_saw[client][0];
    let named = address.to_string();
    assert!(
        matches!(saw, Saw::Disconnected(DisconnectReason::Unreachable { address, .. }) if *address == named),
        "{saw:?}"
    );
}

#[test]
fn a_stream_whose_token_is_not_shown_is_closed() {
    let settings =
        ServerSettings { handshake_timeout: Duration::from_millis(50), ..ServerSettings::default() };
    let mut fixture = Fixture::new(settings);
    let mut other = TcpStream::connect(fixture.address()).unwrap();
    other.set_read_timeout(Some(PATIENCE)).unwrap();
    fixture.drive_until(|fixture| fixture.server.statistics().connections.failed_handshakes == 1);
    let mut said = Vec::new();
    // The server may close it with a reset.
    let _ = other.read_to_end(&mut said);
    assert!(said.len() <= 9, "nothing but the token was said");
    assert!(fixture.server_saw.is_empty());
}

#[test]
fn the_same_local_address_and_port_may_come_again() {
    let mut fixture = Fixture::new(ServerSettings::default());
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.connect(fixture.address()).unwrap();
    let mut streams = Vec::new();
    for expected in 1..=3 {
        let mut stream = TcpStream::connect(fixture.address()).unwrap();
        stream.set_nonblocking(true).unwrap();
        let mut token = [0; 9];
        fixture.drive_until(|_| stream.read_exact(&mut token).is_ok());
        udp.send(&token).unwrap();
        fixture.drive_until(|fixture| fixture.server_saw.len() == expected);
        udp.send(&[0, 0, 9, expected as u8]).unwrap();
        let peer = fixture.last_peer();
        fixture.drive_until(|fixture| fixture.server_heard(peer, UNRELIABLE, &[0, 0, 9, expected as u8]));
        streams.push(stream);
    }
}
