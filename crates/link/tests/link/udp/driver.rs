//! The socket drivers: one socket for a server, and one for each connection of a client.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, DisconnectReason, Peer, ServerLinkEvent, ServerNetwork,
};

use crate::udp::plain::{PlainClient, PlainServer};

const CHANNEL: MessageChannel = MessageChannel(0);
const PATIENCE: Duration = Duration::from_mins(2);

fn server_at(address: SocketAddr) -> UdpServer<PlainServer> {
    UdpServer::bind(address, PlainServer::default(), UdpServerSettings::default()).unwrap()
}

fn server() -> UdpServer<PlainServer> {
    server_at((Ipv4Addr::LOCALHOST, 0).into())
}

fn client_of(address: SocketAddr) -> UdpClient<PlainClient> {
    UdpClient::new(address, PlainClient::default(), UdpClientSettings::default())
}

/// Waits for the next value that `next` returns.
fn wait<T>(what: &str, mut next: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = next() {
            return found;
        }
        assert!(Instant::now() < deadline, "nothing came: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn connect(server: &mut UdpServer<PlainServer>, client: &mut UdpClient<PlainClient>) -> (Peer, SocketAddr) {
    client.set_greeting(b"key");
    client.connect(Instant::now());
    let (peer, remote) = wait("a newcomer", || {
        assert_eq!(client.poll_event(Instant::now(), &mut Vec::new()), None);
        let mut bytes = Vec::new();
        match server.poll_event(Instant::now(), &mut bytes)? {
            ServerLinkEvent::Connected { peer, remote, .. } => {
                assert_eq!(bytes, b"key");
                Some((peer, remote.socket()?))
            }
            _ => None,
        }
    });
    server.accept(Instant::now(), peer, b"number 7");
    server.flush(Instant::now());
    let mut bytes = Vec::new();
    let number = wait("a welcome", || match client.poll_event(Instant::now(), &mut bytes)? {
        ClientLinkEvent::Connected => Some(bytes.clone()),
        _ => None,
    });
    assert_eq!(number, b"number 7");
    (peer, remote)
}

#[test]
fn messages_go_both_ways_and_an_end_is_told_at_both_ends() {
    let mut server = server();
    let mut client = client_of(server.local_addr());
    let (peer, remote) = connect(&mut server, &mut client);
    assert_eq!(Some(remote.port()), client.local_addr().map(|address| address.port()));
    client.send(Instant::now(), CHANNEL, b"up");
    client.flush(Instant::now());
    let mut bytes = Vec::new();
    let up = wait("a message", || match server.poll_event(Instant::now(), &mut bytes)? {
        ServerLinkEvent::Packet { peer, .. } => Some((peer, bytes.clone())),
        _ => None,
    });
    assert_eq!(up, (peer, b"up".to_vec()));
    server.send(Instant::now(), &[peer], CHANNEL, b"down");
    assert_eq!(server.poll_event(Instant::now(), &mut Vec::new()), None);
    let mut bytes = Vec::new();
    let down = wait("a message", || match client.poll_event(Instant::now(), &mut bytes)? {
        ClientLinkEvent::Packet { .. } => Some(bytes.clone()),
        _ => None,
    });
    assert_eq!(down, b"down");
    client.disconnect(Instant::now());
    let reason = wait("an end", || match client.poll_event(Instant::now(), &mut Vec::new())? {
        ClientLinkEvent::Disconnected { reason } => Some(reason),
        _ => None,
    });
    assert_eq!((reason, client.local_addr()), (DisconnectReason::ClosedByUs, None));
    assert_eq!(wait_for_end(&mut server), peer);
}

fn wait_for_end(server: &mut UdpServer<PlainServer>) -> Peer {
    wait("an end", || match server.poll_event(Instant::now(), &mut Vec::new())? {
        ServerLinkEvent::Disconnected { peer, .. } => Some(peer),
        _ => None,
    })
}

#[test]
fn a_dropped_client_says_goodbye() {
    let mut server = server();
    let mut client = client_of(server.local_addr());
    let (peer, _) = connect(&mut server, &mut client);
    drop(client);
    assert_eq!(wait_for_end(&mut server), peer);
}

#[test]
fn a_client_that_reconnects_before_its_end_is_reported_uses_another_port() {
    let mut server = server();
    let mut client = client_of(server.local_addr());
    let (_, before) = connect(&mut server, &mut client);
    client.disconnect(Instant::now());
    client.set_greeting(b"key");
    client.connect(Instant::now());
    let reason = DisconnectReason::ClosedByUs;
    assert_eq!(
        client.poll_event(Instant::now(), &mut Vec::new()),
        Some(ClientLinkEvent::Disconnected { reason })
    );
    wait_for_end(&mut server);
    let (_, after) = connect(&mut server, &mut client);
    assert_ne!(before, after);
}

#[test]
fn an_attempt_that_is_given_up_before_it_began_ends_too() {
    let server = server();
    let mut client = client_of(server.local_addr());
    client.connect(Instant::now());
    client.disconnect(Instant::now());
    client.connect(Instant::now());
    client.disconnect(Instant::now());
    for _ in 0..2 {
        let reason = DisconnectReason::ClosedByUs;
        assert_eq!(
            client.poll_event(Instant::now(), &mut Vec::new()),
            Some(ClientLinkEvent::Disconnected { reason })
        );
    }
    assert_eq!(client.poll_event(Instant::now(), &mut Vec::new()), None);
}

#[test]
fn a_port_without_a_listener_is_counted_and_ends_nothing() {
    // A connected socket receives only its peer's datagrams, but occupies the port.
    let aloof = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = aloof.local_addr().unwrap();
    aloof.connect(address).unwrap();
    let mut client = client_of(address);
    client.set_greeting(b"key");
    client.connect(Instant::now());
    wait("an error", || {
        assert_eq!(client.poll_event(Instant::now(), &mut Vec::new()), None);
        let counts = client.datagrams();
        (counts.receive_errors + counts.failed > 0 || counts.sent > 5).then_some(())
    });
    drop(aloof);
    connect(&mut server_at(address), &mut client);
}

#[test]
fn a_client_comes_from_the_address_that_it_is_given() {
    let mut server = server();
    let local_ip = Some(Ipv4Addr::LOCALHOST.into());
    let settings = UdpClientSettings { local_ip, ..UdpClientSettings::default() };
    let mut client = UdpClient::new(server.local_addr(), PlainClient::default(), settings);
    let (_, remote) = connect(&mut server, &mut client);
    assert_eq!(Some(remote.ip()), local_ip);

    // A documentation address (RFC 5737), which no machine has.
    let local_ip = Some(Ipv4Addr::new(192, 0, 2, 1).into());
    let settings = UdpClientSettings { local_ip, ..UdpClientSettings::default() };
    let mut client = UdpClient::new(server.local_addr(), PlainClient::default(), settings);
    client.connect(Instant::now());
    let event = client.poll_event(Instant::now(), &mut Vec::new());
    let is_told =
        matches!(event, Some(ClientLinkEvent::Disconnected { reason: DisconnectReason::Unreachable { .. } }));
    assert!(is_told, "{event:?}");
}

#[test]
fn a_flood_does_not_keep_a_server_from_what_is_due() {
    let settings = UdpServerSettings { datagrams_per_turn: 10, ..UdpServerSettings::default() };
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let mut server = UdpServer::bind(address, PlainServer::default(), settings).unwrap();
    let other = UdpSocket::bind(address).unwrap();
    for _ in 0..50 {
        other.send_to(b"noise", server.local_addr()).unwrap();
    }
    wait("all of it", || {
        let before = server.datagrams().received;
        assert_eq!(server.poll_event(Instant::now(), &mut Vec::new()), None);
        let read = server.datagrams().received - before;
        assert!(read <= 10, "{read} datagrams in one turn");
        (server.datagrams().received == 50).then_some(())
    });
}

#[test]
fn a_preface_stands_before_each_datagram_until_the_server_has_answered() {
    let raw = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    raw.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    let mut client = client_of(raw.local_addr().unwrap()).with_preface(b"preface".to_vec());
    client.set_greeting(b"key");
    client.connect(Instant::now());
    let next = |client: &mut UdpClient<PlainClient>| {
        wait("a datagram", || {
            client.poll_event(Instant::now(), &mut Vec::new());
            let mut buffer = [0; 1500];
            let (bytes, from) = raw.recv_from(&mut buffer).ok()?;
            Some((buffer[..bytes].to_vec(), from))
        })
    };
    for _ in 0..2 {
        let (datagram, _) = next(&mut client);
        assert!(datagram.starts_with(b"preface"), "{datagram:?}");
    }
    let (_, from) = next(&mut client);
    raw.send_to(b"\xff", from).unwrap();
    wait("the answer", || {
        (client.poll_event(Instant::now(), &mut Vec::new()).is_none() && client.datagrams().received > 0)
            .then_some(())
    });
    while raw.recv_from(&mut [0; 1500]).is_ok() {}
    let datagram = wait("a datagram without it", || {
        let (datagram, _) = next(&mut client);
        (!datagram.starts_with(b"preface")).then_some(datagram)
    });
    assert!(!datagram.is_empty());
}

#[test]
#[cfg(target_os = "linux")]
fn a_client_may_come_from_an_address_of_ones_choice() {
    let mut server = server();
    let settings =
        UdpClientSettings { local_ip: Some([127, 1, 2, 3].into()), ..UdpClientSettings::default() };
    let mut client = UdpClient::new(server.local_addr(), PlainClient::default(), settings);
    let (_, remote) = connect(&mut server, &mut client);
    assert_eq!(remote.ip().to_string(), "127.1.2.3");
}
