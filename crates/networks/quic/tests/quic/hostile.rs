//! Connections and peers that violate the protocol: it costs them their link, and others nothing.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use consonance_link::{ClientNetwork as _, Delivery, DisconnectReason, ServerNetwork as _};
use consonance_quic::{Identity, QuicClient, QuicServerSettings};
use quinn::{ConnectionError, TransportConfig};

use crate::raw_client::RawClient;
use crate::support::{TestServer, assert_heard, client, connect, localhost, wait_until};

/// A server with a well-behaved client, which must not notice anything.
fn server_with_witness() -> (TestServer, QuicClient) {
    let mut server = TestServer::new();
    let mut witness = client(server.address());
    assert_eq!(connect(&mut witness, Some(&mut server)), Ok(()));
    (server, witness)
}

/// Waits until the raw client is connected, like the witness.
fn wait_until_admitted(server: &mut TestServer) {
    wait_until("it is admitted", || {
        server.poll();
        server.sessions.len() == 2
    });
}

/// The reason that the server gave when it closed the connection.
fn words(error: ConnectionError) -> String {
    match error {
        ConnectionError::ApplicationClosed(close) => String::from_utf8_lossy(&close.reason).into_owned(),
        other => panic!("closed in another way: {other}"),
    }
}

#[test]
fn garbage_on_the_port_is_ignored() {
    let (mut server, mut witness) = server_with_witness();
    let socket = UdpSocket::bind(localhost()).unwrap();
    let mut garbage = 0x1234_5678_u32;
    for length in (0..1500).step_by(7) {
        let packet: Vec<u8> = (0..length)
            .map(|_| {
                garbage = garbage.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (garbage >> 24) as u8
            })
            .collect();
        socket.send_to(&packet, server.transport.local_addr()).unwrap();
    }
    assert_heard(&mut witness, &mut server);
    assert!(server.ends.is_empty());
}

#[test]
fn a_hello_that_is_wrong_is_refused_with_what_is_wrong() {
    let (mut server, mut witness) = server_with_witness();
    for (hello, problem) in [
        (b"\0\0\0\x07\x02\0\x04main".as_slice(), "another version"),
        (b"\0\0\0\x03\x01\0\x00", "session name is missing"),
        (b"\0\0\0\x04\x01\0\x01\n", "control character"),
        (b"\0\0\0\x04\x01\0\x01\xff", "UTF-8"),
        (b"\0\0\0\x03\x01\0\x09", "cut short"),
        (b"\0\0\0\0", "empty"),
        (b"\xff\xff\xff\xff", "too long"),
        (b"GET / HTTP/1.1\r\n", "too long"),
    ] {
        let client = RawClient::connect(&server);
        let _streams = client.open_with(hello);
        let words = words(client.closed());
        assert!(words.contains(problem), "{hello:?}: {words}");
    }
    wait_until("they are counted", || server.transport.statistics().connections.failed_handshakes == 8);
    assert_heard(&mut witness, &mut server);
    assert_eq!(server.sessions.len(), 1, "none of them was reported");
}

#[test]
fn a_length_above_the_limit_ends_the_link() {
    let (mut server, mut witness) = server_with_witness();
    let client = RawClient::connect(&server);
    let (mut control, _receive) = client.enter();
    wait_until_admitted(&mut server);
    client.runtime.block_on(control.write_all(b"\x00\x00\x40\x01")).unwrap();
    wait_until("it is thrown out", || {
        server.poll();
        server.ends.len() == 1
    });
    assert!(matches!(server.ends[0].1, DisconnectReason::ProtocolViolated { .. }));
    assert_eq!(server.transport.statistics().connections.protocol_violations, 1);
    assert!(matches!(client.closed(), ConnectionError::ApplicationClosed(_)));
    assert_heard(&mut witness, &mut server);
}

#[test]
fn a_control_stream_that_ends_within_a_packet_ends_the_link() {
    let (mut server, mut witness) = server_with_witness();
    let client = RawClient::connect(&server);
    let (mut control, _receive) = client.enter();
    client.runtime.block_on(control.write_all(b"\0\0\0\x05ab")).unwrap();
    control.finish().unwrap();
    wait_until("it is thrown out", || {
        server.poll();
        server.ends.len() == 1
    });
    assert!(matches!(server.ends[0].1, DisconnectReason::ProtocolViolated { .. }));
    assert_heard(&mut witness, &mut server);
}

#[test]
fn other_streams_than_the_control_stream_cannot_be_opened() {
    let (mut server, mut witness) = server_with_witness();
    let client = RawClient::connect(&server);
    let (_control, _receive) = client.enter();
    wait_until_admitted(&mut server);
    client.runtime.block_on(async {
        let soon = Duration::from_millis(100);
        assert!(tokio::time::timeout(soon, client.connection.open_uni()).await.is_err());
        assert!(tokio::time::timeout(soon, client.connection.open_bi()).await.is_err());
    });
    assert_heard(&mut witness, &mut server);
}

#[test]
fn a_connection_that_says_nothing_is_dropped_in_time() {
    let settings =
        QuicServerSettings { handshake_timeout: Duration::from_secs(1), ..QuicServerSettings::default() };
    let identity = Identity::self_signed(["localhost"]).unwrap();
    let mut server = TestServer::with(localhost(), &identity, &settings);
    // On a busy machine, the timeout may pass before the handshake is complete.
    if let Ok(client) = RawClient::connect_with(&server, consonance_quic::ALPN, TransportConfig::default()) {
        client.closed();
    }
    wait_until("it is counted", || server.transport.statistics().connections.failed_handshakes == 1);
    server.poll();
    assert!(server.sessions.is_empty());
}

#[test]
fn a_client_that_takes_no_datagrams_is_refused() {
    let server = TestServer::new();
    let mut transport = TransportConfig::default();
    transport.datagram_receive_buffer_size(None);
    let client = RawClient::connect_with(&server, consonance_quic::ALPN, transport).unwrap();
    assert_eq!(words(client.closed()), "voice needs QUIC datagrams");
}

#[test]
fn a_flood_of_datagrams_costs_only_its_sender() {
    let (mut server, mut witness) = server_with_witness();
    let client = RawClient::connect(&server);
    let (_control, _receive) = client.enter();
    wait_until_admitted(&mut server);
    let flooder = server.sessions[1].0;
    // The server does not poll meanwhile, as if its loop were late.
    client.runtime.block_on(async {
        for _ in 0..20_000 {
            let datagram = bytes::Bytes::from_static(&[0; 100]);
            client.connection.send_datagram_wait(datagram).await.unwrap();
        }
    });
    wait_until("the witness is heard", || {
        // Voice sent during a flood may be lost where the flood is: in the system.
        witness.send(Instant::now(), Delivery::Unreliable, b"voice of the witness");
        server.poll();
        server.packets.iter().any(|(_, _, packet)| packet == b"voice of the witness")
    });
    let kept = server.packets.iter().filter(|(peer, _, _)| *peer == flooder).count();
    let statistics = server.transport.statistics();
    assert!(statistics.links.dropped.incoming_full > 1000, "{statistics:?}");
    assert!(kept < 10_000, "{kept} packets were kept");
}

#[test]
fn a_peer_that_stops_the_control_stream_ends_its_link() {
    let (mut server, mut witness) = server_with_witness();
    let client = RawClient::connect(&server);
    let (_control, mut receive) = client.enter();
    wait_until_admitted(&mut server);
    receive.stop(quinn::VarInt::from_u32(0)).unwrap();
    let peer = server.sessions[1].0;
    wait_until("it is thrown out", || {
        server.transport.send(Instant::now(), &[peer], Delivery::Reliable, b"unheard");
        server.poll();
        server.ends.iter().any(|(end, _)| *end == peer)
    });
    assert_heard(&mut witness, &mut server);
}
