//! Clients that break the protocol harm only themselves.

use std::io::{Read, Write};

use consonance_link::{Delivery, DisconnectReason, ServerNetwork as _};

use crate::open_server::OpenServer;
use crate::raw_client::{RawClient, has_datagram, read_datagram, udp};

#[test]
fn a_length_that_no_packet_has_ends_that_connection_only() {
    for length in [16 * 1024 + 1, u32::MAX] {
        let mut server = OpenServer::new();
        let (mut honest, mut hostile) = (RawClient::introduced(&mut server), RawClient::connect(&mut server));
        hostile.write_packet(b"before");
        hostile.tcp.write_all(&length.to_be_bytes()).unwrap();
        server.poll_until("the server has enough", |server| !server.ends.is_empty());
        let violation = format!("it announced a packet of {length} bytes");
        assert_eq!(server.ends, [(hostile.peer, DisconnectReason::ProtocolViolated { violation })]);
        assert_eq!(server.transport.statistics().connections.protocol_violations, 1);
        assert!(server.has_heard(hostile.peer, Delivery::Reliable, b"before"));
        assert!(matches!(hostile.tcp.read(&mut [0; 1]), Ok(0) | Err(_)), "the connection is closed");
        assert_heard(&mut server, &mut honest);
    }
}

#[test]
fn unknown_datagrams_are_dropped_and_counted() {
    let mut server = OpenServer::new();
    let mut honest = RawClient::introduced(&mut server);
    let unjoined = udp(&server);
    let too_long = [0; 1201];
    let garbage = [
        b"".as_slice(),
        b"voice",
        b"UDPTOKEN",
        b"UDPTOKEN\0\0\0\x01",
        b"UDPTOKEN\0\0\0\x01 and more",
        &too_long,
    ];
    for datagram in garbage {
        unjoined.send(datagram).unwrap();
    }
    // The source is known, but no packet has this length.
    honest.udp.send(&too_long).unwrap();
    let expected = garbage.len() as u64 + 1;
    server.poll_until("all of them are counted", |server| server.malformed() == expected);
    assert_eq!(server.packets, []);
    assert!(!has_datagram(&unjoined), "no player gets an answer");
    assert_heard(&mut server, &mut honest);
}

#[test]
fn the_token_of_another_opens_nothing_once_its_owner_was_there() {
    let mut server = OpenServer::new();
    let mut owner = RawClient::introduced(&mut server);
    let mut guest = RawClient::introduced(&mut server);
    let thief = udp(&server);
    thief.send(&owner.token).unwrap();
    thief.send(b"stolen voice").unwrap();
    // Not even a known client may use another client's token.
    guest.udp.send(&owner.token).unwrap();
    server.poll_until("it is counted", |server| server.malformed() == 3);
    assert!(!has_datagram(&thief) && !has_datagram(&guest.udp), "they get no answer");
    assert_eq!(server.packets, []);
    server.send(owner.peer, Delivery::Unreliable, b"for the owner");
    assert_eq!(read_datagram(&owner.udp), b"for the owner");
    assert_heard(&mut server, &mut owner);
    assert_heard(&mut server, &mut guest);
}

#[test]
fn a_token_is_worth_nothing_after_its_connection() {
    let mut server = OpenServer::new();
    let RawClient { tcp, udp, token, .. } = RawClient::introduced(&mut server);
    drop(tcp);
    server.poll_until("it has left", |server| !server.ends.is_empty());
    udp.send(&token).unwrap();
    udp.send(b"voice of a ghost").unwrap();
    server.poll_until("both are counted", |server| server.malformed() == 2);
    assert_eq!(server.packets, []);
}

#[test]
fn a_client_that_floods_one_way_does_not_hold_up_another() {
    let mut server = OpenServer::new();
    let (mut honest, mut hostile) = (RawClient::introduced(&mut server), RawClient::introduced(&mut server));
    for _ in 0..1000 {
        hostile.write_packet(b"flood");
        // The system may drop some, which is fine.
        let _ = hostile.udp.send(b"flood");
    }
    honest.write_packet(b"one word");
    server.poll_until("the server hears it", |server| {
        server.has_heard(honest.peer, Delivery::Reliable, b"one word")
    });
    let before = server.packets.iter().position(|(peer, ..)| *peer == honest.peer).unwrap();
    assert!(before < 1500, "{before} packets of the flood came first");
}

fn assert_heard(server: &mut OpenServer, client: &mut RawClient) {
    let peer = client.peer;
    client.write_packet(b"still here");
    client.udp.send(b"still speaking").unwrap();
    server.poll_until("an honest one is heard", |server| {
        server.has_heard(peer, Delivery::Reliable, b"still here")
            && server.has_heard(peer, Delivery::Unreliable, b"still speaking")
    });
}
