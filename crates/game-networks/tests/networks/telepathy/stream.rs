//! The stream byte for byte, and streams from hostile ends.

use std::io::{Read as _, Write as _};
#[cfg(target_os = "linux")]
use std::net::SocketAddr;
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use consonance_game_networks::telepathy::{Telepathy, TelepathyServer};
use consonance_link::gateway::streams::{
    Found, MessageStream as _, RELIABLE, StreamSettings, StreamViolation,
};
use consonance_link::{DisconnectReason, Peer, ServerLinkEvent, ServerNetwork as _};
#[cfg(target_os = "linux")]
use socket2::{Domain, Socket, Type};

#[test]
fn a_message_has_its_length_in_front_big_endian() {
    let mut telepathy = Telepathy::default();
    let mut out = Vec::new();
    assert!(telepathy.begin(&mut out), "there is no handshake");
    telepathy.write(b"hello", &mut out);
    telepathy.write(&[7; 300], &mut out);
    assert_eq!(out[..9], [0, 0, 0, 5, b'h', b'e', b'l', b'l', b'o']);
    assert_eq!(out[9..13], [0, 0, 1, 44]);
    assert_eq!(read(&out), Ok((9, Found::Message, b"hello".to_vec())));
    assert_eq!(read(&out[9..]), Ok((304, Found::Message, vec![7; 300])));
}

#[test]
fn a_message_that_is_not_complete_is_waited_for() {
    let mut out = Vec::new();
    Telepathy::default().write(b"hello", &mut out);
    for cut in 0..out.len() {
        assert_eq!(read(&out[..cut]), Ok((0, Found::Nothing, vec![])), "after {cut} bytes");
    }
}

#[test]
fn impossible_lengths_break_the_protocol() {
    for length in [0, 16_385, u32::MAX] {
        assert!(read(&length.to_be_bytes()).is_err(), "{length}");
    }
    assert_eq!(read(&16_384_u32.to_be_bytes()), Ok((0, Found::Nothing, vec![])));
}

#[test]
fn a_client_that_breaks_the_protocol_is_disconnected_and_others_are_unaffected() {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let mut server = TelepathyServer::bind(address, Telepathy::default(), StreamSettings::default()).unwrap();
    let at = server.local_addr().unwrap();
    let mut good = TcpStream::connect(at).unwrap();
    let good_peer = newcomer(&mut server);
    let mut bad = TcpStream::connect(at).unwrap();
    let bad_peer = newcomer(&mut server);
    bad.write_all(&[0, 0, 0, 1, 42, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]).unwrap();
    assert_eq!(next(&mut server), Seen::Message(bad_peer, vec![42]));
    let Seen::Disconnected(peer, reason) = next(&mut server) else { panic!("it is disconnected") };
    assert_eq!(peer, bad_peer);
    assert!(matches!(reason, DisconnectReason::ProtocolViolated { .. }));
    assert_eq!(server.statistics().connections.protocol_violations, 1);
    good.write_all(&[0, 0, 0, 2, 1, 2]).unwrap();
    assert_eq!(next(&mut server), Seen::Message(good_peer, vec![1, 2]));
    server.send(Instant::now(), &[good_peer], RELIABLE, b"answer");
    server.flush(Instant::now());
    let mut answer = [0; 10];
    good.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"\0\0\0\x06answer");
}

#[test]
fn two_hundred_clients_on_one_listener_are_told_apart() {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let mut server = TelepathyServer::bind(address, Telepathy::default(), StreamSettings::default()).unwrap();
    let at = server.local_addr().unwrap();
    let mut clients: Vec<(TcpStream, Peer)> =
        (0..200).map(|_| (TcpStream::connect(at).unwrap(), newcomer(&mut server))).collect();
    for (number, (client, _)) in clients.iter_mut().enumerate() {
        client.write_all(&[0, 0, 0, 1, number as u8]).unwrap();
    }
    let mut seen: Vec<(Peer, u8)> = (0..200)
        .map(|_| match next(&mut server) {
            Seen::Message(peer, message) => (peer, message[0]),
            other => panic!("{other:?}"),
        })
        .collect();
    seen.sort_unstable();
    assert!(
        seen.iter()
            .zip(0..200)
            .all(|((peer, mark), number)| { (*peer, usize::from(*mark)) == (clients[number].1, number) })
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_reconnects_from_its_address_and_port_is_a_new_peer() {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let mut server = TelepathyServer::bind(address, Telepathy::default(), StreamSettings::default()).unwrap();
    let at = server.local_addr().unwrap();
    let first = connect_from((OWN_ADDRESS, 0).into(), at);
    let first_peer = newcomer(&mut server);
    let from = first.local_addr().unwrap();
    drop(first);
    let Seen::Disconnected(gone, _) = next(&mut server) else {
        panic!("the first one is gone");
    };
    let mut second = connect_from(from, at);
    let second_peer = newcomer(&mut server);
    assert!(gone == first_peer && second_peer != first_peer);
    second.write_all(&[0, 0, 0, 1, 42]).unwrap();
    assert_eq!(next(&mut server), Seen::Message(second_peer, vec![42]));
}

/// An address of this machine that no other test connects from, so that its ports are free.
#[cfg(target_os = "linux")]
const OWN_ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 77, 0, 1);

/// A connection whose port can be used again as soon as it is dropped.
#[cfg(target_os = "linux")]
fn connect_from(from: SocketAddr, to: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_linger(Some(Duration::ZERO)).unwrap();
    socket.bind(&from.into()).unwrap();
    socket.connect(&to.into()).unwrap();
    socket.into()
}

#[derive(Debug, PartialEq)]
enum Seen {
    Connected(Peer),
    Message(Peer, Vec<u8>),
    Disconnected(Peer, DisconnectReason),
}

fn newcomer(server: &mut TelepathyServer) -> Peer {
    let Seen::Connected(peer) = next(server) else { panic!("a client connects") };
    server.accept(Instant::now(), peer, &[]);
    peer
}

fn next(server: &mut TelepathyServer) -> Seen {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let mut bytes = Vec::new();
        if let Some(event) = server.poll_event(Instant::now(), &mut bytes) {
            return match event {
                ServerLinkEvent::Connected { peer, .. } => Seen::Connected(peer),
                ServerLinkEvent::Packet { peer, .. } => Seen::Message(peer, bytes.clone()),
                ServerLinkEvent::Disconnected { peer, reason } => Seen::Disconnected(peer, reason),
            };
        }
        assert!(Instant::now() < deadline, "nothing happens");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Reads once from the beginning of a stream.
fn read(stream: &[u8]) -> Result<(usize, Found, Vec<u8>), StreamViolation> {
    let mut message = Vec::new();
    let (taken, found) = Telepathy::default().read(stream, &mut message, &mut Vec::new())?;
    Ok((taken, found, message))
}
