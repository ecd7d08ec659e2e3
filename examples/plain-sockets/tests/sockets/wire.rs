//! The exact wire format, as another implementation would use it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use consonance_link::{ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, ServerNetwork as _};
use plain_sockets::PlainClient;

use crate::open_server::{OpenServer, PATIENCE, wait_until};
use crate::raw_client::{RawClient, has_datagram, read_datagram};

const TOKEN: [u8; 12] = *b"UDPTOKEN\xde\xad\xbe\xef";

#[test]
fn the_servers_first_packet_is_the_token() {
    let mut server = OpenServer::new();
    let (first, second) = (RawClient::connect(&mut server), RawClient::connect(&mut server));
    assert_eq!(first.token.len(), 12);
    assert!(first.token.starts_with(b"UDPTOKEN") && second.token.starts_with(b"UDPTOKEN"));
    assert_ne!(first.token, second.token);
}

#[test]
fn packets_go_both_ways_over_tcp_and_udp() {
    let mut server = OpenServer::new();
    let mut client = RawClient::introduced(&mut server);
    let peer = client.peer;
    client.write_packet(b"control");
    client.udp.send(b"voice").unwrap();
    server.poll_until("the server hears both", |server| {
        server.has_heard(peer, Delivery::Reliable, b"control")
            && server.has_heard(peer, Delivery::Unreliable, b"voice")
    });
    server.send(peer, Delivery::Reliable, b"more control");
    server.send(peer, Delivery::Unreliable, b"more voice");
    assert_eq!(client.read_packet(), b"more control");
    assert_eq!(read_datagram(&client.udp), b"more voice");
}

#[test]
fn a_token_that_comes_again_is_answered_again_and_is_no_packet() {
    let mut server = OpenServer::new();
    let client = RawClient::introduced(&mut server);
    for _ in 0..3 {
        client.udp.send(&client.token).unwrap();
        server.poll_until("the server answers again", |_| has_datagram(&client.udp));
        assert_eq!(read_datagram(&client.udp), client.token);
    }
    assert_eq!(server.packets, []);
}

#[test]
fn voice_for_a_client_without_a_known_address_is_dropped() {
    let mut server = OpenServer::new();
    let client = RawClient::connect(&mut server);
    server.send(client.peer, Delivery::Unreliable, b"voice");
    assert_eq!(server.transport.statistics().links.dropped.outgoing_full, 1);
}

#[test]
fn closing_the_connection_is_the_goodbye() {
    let mut server = OpenServer::new();
    let client = RawClient::introduced(&mut server);
    client.tcp.shutdown(Shutdown::Both).unwrap();
    server.poll_until("the server notices", |server| !server.ends.is_empty());
    assert_eq!(server.ends, [(client.peer, DisconnectReason::closed_by_peer(b""))]);
}

#[test]
fn the_client_repeats_its_token_until_a_datagram_comes_back() {
    let mut other = OtherServer::new();
    let (mut client, mut tcp) = other.take_in();
    tcp.write_all(b"\0\0\0\x0c").unwrap();
    tcp.write_all(&TOKEN).unwrap();
    let mut times = Vec::new();
    wait_until("the token comes three times", || {
        assert_eq!(
            client.poll_event(Instant::now(), &mut Vec::new()),
            None,
            "not connected before the server answers"
        );
        while let Some((datagram, from)) = other.receive() {
            assert_eq!(datagram, TOKEN);
            times.push((Instant::now(), from));
        }
        times.len() >= 3
    });
    assert!(times[2].0 - times[0].0 >= Duration::from_millis(390), "every 200 ms");
    other.udp.send_to(&TOKEN, times[0].1).unwrap();
    wait_until("the client is connected", || {
        client.poll_event(Instant::now(), &mut Vec::new()) == Some(ClientLinkEvent::Connected)
    });
    client.send(Instant::now(), Delivery::Unreliable, b"voice");
    client.send(Instant::now(), Delivery::Reliable, b"control");
    wait_until("its voice comes", || other.receive().is_some_and(|(datagram, _)| datagram == b"voice"));
    let mut control = [0; 11];
    tcp.read_exact(&mut control).unwrap();
    assert_eq!(control, *b"\0\0\0\x07control");
}

#[test]
fn a_server_that_begins_with_something_else_is_not_trusted() {
    let mut other = OtherServer::new();
    for first in [b"\0\0\0\x0cUDPTOKEM1234".as_slice(), b"\xff\xff\xff\xff", b"HTTP/1.1 400 Bad Request\r\n"]
    {
        let (mut client, mut tcp) = other.take_in();
        tcp.write_all(first).unwrap();
        let mut end = None;
        wait_until("the client leaves", || {
            if let Some(ClientLinkEvent::Disconnected { reason }) =
                client.poll_event(Instant::now(), &mut Vec::new())
            {
                end = Some(reason);
            }
            end.is_some()
        });
        assert!(matches!(end, Some(DisconnectReason::ProtocolViolated { .. })), "{end:?}");
    }
}

/// The sockets of another implementation's server.
struct OtherServer {
    tcp: TcpListener,
    udp: UdpSocket,
}

impl OtherServer {
    fn new() -> Self {
        loop {
            let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            // The same port may be taken for UDP.
            if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()) {
                udp.set_nonblocking(true).unwrap();
                return Self { tcp, udp };
            }
        }
    }

    /// Accepts a client over TCP.
    fn take_in(&mut self) -> (PlainClient, TcpStream) {
        let mut client = PlainClient::new(self.tcp.local_addr().unwrap());
        client.connect(Instant::now());
        assert_eq!(client.poll_event(Instant::now(), &mut Vec::new()), None);
        let (tcp, _) = self.tcp.accept().unwrap();
        tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        (client, tcp)
    }

    fn receive(&self) -> Option<(Vec<u8>, SocketAddr)> {
        let mut buffer = [0; 2048];
        let (length, from) = self.udp.recv_from(&mut buffer).ok()?;
        Some((buffer[..length].to_vec(), from))
    }
}
