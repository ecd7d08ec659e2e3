//! The bytes that a server sends to an address before it is proved, counted on real sockets.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use consonance_link::ServerNetwork as _;
use consonance_quic::QuicClientSettings;
use consonance_quic::sans_io::{CoreEvent, Dialer};

use crate::sans_io::Carried;
use crate::support::{TestServer, localhost, wait_until};

/// The time for which answers are counted.
const TIME: Duration = Duration::from_secs(30);

/// The first datagram of one of our clients.
fn initial(server: &TestServer) -> Vec<u8> {
    let remote = server.transport.local_addr();
    let dialer = Dialer::new(&server.address(), remote, QuicClientSettings::default());
    let now = Instant::now();
    let (mut core, mut datagram) = (dialer.dial(now, "main").unwrap(), Vec::new());
    assert!(core.poll_transmit(now, &mut datagram));
    datagram
}

/// A socket, and the numbers of bytes sent from it and received by it.
struct Victim {
    socket: UdpSocket,
    sent: usize,
    came: usize,
}

impl Victim {
    fn sending(to: SocketAddr, datagrams: &[Vec<u8>]) -> Self {
        let socket = UdpSocket::bind(localhost()).unwrap();
        socket.set_nonblocking(true).unwrap();
        for datagram in datagrams {
            socket.send_to(datagram, to).unwrap();
        }
        Self { socket, sent: datagrams.iter().map(Vec::len).sum(), came: 0 }
    }

    fn count(&mut self) {
        let mut datagram = [0; 2048];
        while let Ok((bytes, _)) = self.socket.recv_from(&mut datagram) {
            self.came += bytes;
        }
    }
}

#[test]
fn the_page_of_security_says_how_many_bytes_leave_for_each_that_came() {
    let mut server = TestServer::new();
    let to = server.transport.local_addr();
    let first = initial(&server);
    assert_eq!(first.len(), 1200, "as RFC 9000 has it, section 14.1");
    let mut other_version = first.clone();
    other_version[1..5].copy_from_slice(&[0x1a; 4]);
    let no_connection = |bytes: usize| [&[0x40][..], &vec![7; bytes - 1]].concat();
    let mut victims = [
        vec![first.clone()],
        vec![first.clone(); 10],
        vec![other_version.clone()],
        vec![other_version[..100].to_vec()],
        vec![first[..1100].to_vec()],
        vec![no_connection(22)],
        vec![no_connection(43)],
        vec![no_connection(1200)],
    ]
    .map(|datagrams| Victim::sending(to, &datagrams));
    let end = Instant::now() + TIME;
    while Instant::now() < end {
        server.poll();
        victims.iter_mut().for_each(Victim::count);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(victims[0].came > 0, "it is answered");
    let most = victims.iter().map(|it| it.came as f64 / it.sent as f64).fold(0.0, f64::max);
    let page = include_str!("../../../../../docs/security.md");
    let row = page.lines().find_map(|line| line.strip_prefix("| QUIC | ")).expect("there is a row of QUIC");
    let documented: f64 = row.split(" |").next().unwrap().parse().unwrap();
    // The length of some answers is random.
    assert!(most <= documented && most > documented - 0.1, "{most:.3} bytes out for each in");
    let counts = server.transport.statistics().connections;
    assert_eq!((counts.failed_handshakes, server.sessions.len()), (0, 0), "nothing was kept for any of them");
}

/// Whether a datagram is a Retry, which asks its receiver to come again with a token (RFC 9000, section 17.2.5).
fn is_retry(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| first & 0xf0 == 0xf0)
}

#[test]
fn a_client_that_was_there_before_comes_back_without_the_round_trip_of_a_retry() {
    let mut server = TestServer::new();
    let remote = server.transport.local_addr();
    let dialer = Dialer::new(&server.address(), remote, QuicClientSettings::default());
    for expected in [true, false, false] {
        let mut client = Carried::dialled(&dialer, remote, "main");
        wait_until("a client is admitted", || {
            server.poll();
            client.carry();
            client.events.contains(&CoreEvent::Connected)
        });
        assert_eq!(client.received.iter().any(|datagram| is_retry(datagram)), expected);
    }
}
