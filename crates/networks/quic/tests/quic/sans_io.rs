//! A client driven by hand follows the same rules as one with threads.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use consonance_link::{Delivery, DisconnectReason, ServerNetwork as _};
use consonance_quic::sans_io::{ClientCore, CoreEvent, Dialer};
use consonance_quic::{QuicAddress, QuicClientSettings};

use crate::support::{TestServer, localhost, wait_for, wait_until};

/// A client and the socket that its datagrams go through.
pub(crate) struct Carried {
    core: ClientCore,
    socket: UdpSocket,
    pub(crate) events: Vec<CoreEvent>,
    /// Datagrams that have arrived.
    pub(crate) received: Vec<Vec<u8>>,
}

impl Carried {
    fn dial(server: &TestServer, session: &str) -> Self {
        Self::dial_to(&server.address(), server.transport.local_addr(), session)
    }

    pub(crate) fn dial_to(address: &QuicAddress, remote: SocketAddr, session: &str) -> Self {
        Self::dialled(&Dialer::new(address, remote, QuicClientSettings::default()), remote, session)
    }

    pub(crate) fn dialled(dialer: &Dialer, remote: SocketAddr, session: &str) -> Self {
        let socket = UdpSocket::bind(localhost()).unwrap();
        socket.connect(remote).unwrap();
        socket.set_nonblocking(true).unwrap();
        let core = dialer.dial(Instant::now(), session).unwrap();
        Self { core, socket, events: Vec::new(), received: Vec::new() }
    }

    fn connected(server: &mut TestServer) -> Self {
        let mut client = Self::dial(server, "main");
        wait_for("a client is admitted", || {
            server.poll();
            client.carry();
            client.events.contains(&CoreEvent::Connected).then_some(())
        });
        client
    }

    /// Passes all waiting datagrams on, in both directions.
    pub(crate) fn carry(&mut self) {
        let mut buffer = [0; 2048];
        while let Ok(bytes) = self.socket.recv(&mut buffer) {
            self.received.push(buffer[..bytes].to_vec());
            self.core.handle_datagram(Instant::now(), &buffer[..bytes]);
        }
        if self.core.poll_timeout().is_some_and(|at| at <= Instant::now()) {
            self.core.handle_timeout(Instant::now());
        }
        while let Some(event) = self.core.poll_event() {
            self.events.push(event);
        }
        let mut datagram = Vec::new();
        while self.core.poll_transmit(Instant::now(), &mut datagram) {
            self.socket.send(&datagram).unwrap();
        }
    }

    pub(crate) fn packets(&self, wanted: Delivery) -> Vec<&[u8]> {
        let of = |event| match event {
            &CoreEvent::Packet { delivery, ref packet } if delivery == wanted => Some(&packet[..]),
            _ => None,
        };
        self.events.iter().filter_map(of).collect()
    }
}

#[test]
fn packets_travel_both_ways_and_reliable_ones_in_order() {
    let mut server = TestServer::new();
    let mut client = Carried::connected(&mut server);
    let [(peer, session)] = &server.sessions[..] else { panic!("{:?}", server.sessions) };
    assert_eq!(session, "main");
    let peer = *peer;

    // More than a window, so that both sides have to wait for room.
    let long: Vec<Vec<u8>> = (0..80_u8).map(|index| vec![index; 1000]).collect();
    for packet in &long {
        server.transport.send(Instant::now(), &[peer], Delivery::Reliable, packet);
        assert!(client.core.send(Delivery::Reliable, packet));
    }
    server.transport.send(Instant::now(), &[peer], Delivery::Unreliable, b"voice");
    assert!(client.core.send(Delivery::Unreliable, b"my voice"));
    wait_until("everything arrives", || {
        server.poll();
        client.carry();
        client.packets(Delivery::Reliable).len() == long.len()
            && client.packets(Delivery::Unreliable) == [b"voice"]
            && server.packets.len() == long.len() + 1
    });
    assert_eq!(client.packets(Delivery::Reliable), long);
    let (voice, control): (Vec<_>, Vec<_>) =
        server.packets.into_iter().partition(|(_, delivery, _)| *delivery == Delivery::Unreliable);
    assert_eq!(voice.into_iter().map(|(.., packet)| packet).collect::<Vec<_>>(), [b"my voice"]);
    assert_eq!(control.into_iter().map(|(.., packet)| packet).collect::<Vec<_>>(), long);
}

#[test]
fn before_it_is_taken_in_and_after_its_end_a_client_sends_nothing() {
    let mut server = TestServer::new();
    assert!(!Carried::dial(&server, "main").core.send(Delivery::Reliable, b"too early"));

    let mut client = Carried::connected(&mut server);
    assert!(!client.core.send(Delivery::Unreliable, &[0; 2000]), "more than a datagram");
    client.core.leave(Instant::now());
    assert!(!client.core.send(Delivery::Reliable, b"too late"));
    wait_until("the server hears the goodbye", || {
        client.carry();
        server.poll();
        !server.ends.is_empty()
    });
    let ended = CoreEvent::Disconnected { reason: DisconnectReason::ClosedByUs };
    assert_eq!(client.events, [CoreEvent::Connected, ended]);
    assert_eq!(server.packets, []);
}

#[test]
fn a_client_hears_why_the_server_sends_it_away() {
    let mut server = TestServer::new();
    let mut client = Carried::connected(&mut server);
    let peer = server.sessions[0].0;
    server.transport.disconnect(Instant::now(), peer, "the night is over");
    let reason = wait_for("the link ends", || {
        server.poll();
        client.carry();
        client.events.iter().find_map(|event| match event {
            CoreEvent::Disconnected { reason } => Some(reason.clone()),
            _ => None,
        })
    });
    assert!(reason.to_string().contains("the night is over"), "{reason}");
}

#[test]
fn datagrams_of_other_addresses_change_nothing() {
    let mut server = TestServer::new();
    let mut client = Carried::connected(&mut server);
    for length in 0..200_usize {
        let bytes: Vec<u8> = (0..length).map(|index| (index * 37 + length * 101) as u8).collect();
        client.core.handle_datagram(Instant::now(), &bytes);
    }
    assert!(client.core.send(Delivery::Unreliable, b"still here"));
    wait_until("a packet arrives", || {
        client.carry();
        server.poll();
        !server.packets.is_empty()
    });
    assert_eq!(client.events, [CoreEvent::Connected]);
}

#[test]
fn a_session_that_cannot_be_is_refused_without_a_datagram() {
    let server = TestServer::new();
    let dialer = Dialer::new(&server.address(), server.transport.local_addr(), QuicClientSettings::default());
    let error = dialer.dial(Instant::now(), "new\nline").unwrap_err();
    assert!(error.to_string().starts_with("invalid session name \"new\\nline\""), "{error}");
}

#[test]
fn an_unanswered_first_datagram_is_repeated_within_a_third_of_a_second() {
    let server = TestServer::new();
    let dialer = Dialer::new(&server.address(), server.transport.local_addr(), QuicClientSettings::default());
    let start = Instant::now();
    let mut core = dialer.dial(start, "main").unwrap();
    let mut datagram = Vec::new();
    while core.poll_transmit(start, &mut datagram) {}
    let again = core.poll_timeout().unwrap();
    assert!(again - start <= Duration::from_millis(333), "{:?}", again - start);
    core.handle_timeout(again);
    assert!(core.poll_transmit(again, &mut datagram));
}
