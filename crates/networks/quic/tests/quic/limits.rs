//! The number of connections that a server accepts, and the amount of data that it holds for each.

use std::time::Instant;

use consonance_link::inbox::InboxLimits;
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerNetwork as _,
};
use consonance_quic::{ALPN, FastPath, Identity, QuicClient, QuicClientSettings, QuicServerSettings};
use quinn::{ConnectionError, TransportConfig};

use crate::raw_client::RawClient;
use crate::support::{PATIENCE, TestServer, client, client_with, connect, end_of, localhost, wait_until};

fn server_with(settings: &QuicServerSettings) -> TestServer {
    TestServer::with(localhost(), &Identity::self_signed(["localhost"]).unwrap(), settings)
}

#[test]
fn a_full_server_refuses_newcomers_until_a_client_leaves() {
    let mut server = server_with(&QuicServerSettings { connections_max: 2, ..QuicServerSettings::default() });
    let mut clients: Vec<QuicClient> = (0..3).map(|_| client(server.address())).collect();
    assert_eq!(connect(&mut clients[0], Some(&mut server)), Ok(()));
    assert_eq!(connect(&mut clients[1], Some(&mut server)), Ok(()));
    let refused = connect(&mut clients[2], Some(&mut server));
    assert_eq!(refused, Err(DisconnectReason::refused(b"it accepts no more connections at the moment")));
    assert_eq!(server.transport.statistics().connections.rejected_full, 1);

    clients[0].disconnect(Instant::now());
    assert_eq!(end_of(&mut clients[0], Some(&mut server)), DisconnectReason::ClosedByUs);
    wait_until("there is room again", || connect(&mut clients[2], Some(&mut server)).is_ok());
}

// Elsewhere, 127.0.0.1 may be the only loopback address.
#[cfg(any(target_os = "linux", target_os = "windows"))]
#[test]
fn another_address_gets_in_although_one_has_taken_all_connections() {
    let mut server = server_with(&QuicServerSettings { connections_max: 4, ..QuicServerSettings::default() });
    let mut crowd: Vec<QuicClient> = (0..4).map(|_| client(server.address())).collect();
    for client in &mut crowd {
        assert_eq!(connect(client, Some(&mut server)), Ok(()));
    }
    let peers: Vec<Peer> = server.sessions.iter().map(|(peer, _)| *peer).collect();
    for peer in &peers[..2] {
        server.transport.set_joined(Instant::now(), *peer, true);
    }
    let come = |server: &mut TestServer, last: u8| {
        let local = ([127, 0, 0, last], 0).into();
        let client = RawClient::connect_from(local, server, ALPN, TransportConfig::default()).unwrap();
        let (streams, known) = (client.enter(), server.sessions.len());
        wait_until("it is admitted", || {
            server.poll();
            server.sessions.len() > known
        });
        (client, streams)
    };

    let _second = come(&mut server, 2);
    let displaced = |peer| (peer, DisconnectReason::ClosedByUs);
    wait_until("one that has not joined makes room", || {
        server.poll();
        server.ends == [displaced(peers[2])]
    });
    let words = b"(full-made-room)";
    assert_eq!(end_of(&mut crowd[2], Some(&mut server)), DisconnectReason::closed_by_peer(words));
    let second = server.sessions[4].0;
    for peer in [second, peers[3]] {
        server.transport.set_joined(Instant::now(), peer, true);
    }

    let _third = come(&mut server, 3);
    wait_until("the one that has joined last makes room", || {
        server.poll();
        server.ends == [displaced(peers[2]), displaced(peers[3])]
    });
    assert_eq!(end_of(&mut crowd[3], Some(&mut server)), DisconnectReason::closed_by_peer(words));
    let refused = connect(&mut crowd[3], Some(&mut server));
    assert!(matches!(refused, Err(DisconnectReason::Refused { .. })), "{refused:?}: its address has enough");
    let counts = server.transport.statistics().connections;
    assert_eq!((counts.made_room, counts.rejected_full, server.ends.len()), (2, 1, 2));
}

#[test]
fn many_handshakes_at_once_must_prove_their_address_and_are_limited() {
    let mut server = server_with(&settings_for_four_handshakes());
    // They complete the handshake and send no hello; each gets in by a Retry packet (RFC 9000, 8.1.2).
    let clients: Vec<RawClient> = (0..4).map(|_| RawClient::connect(&server)).collect();
    let mut client = client(server.address());
    assert!(matches!(connect(&mut client, Some(&mut server)), Err(DisconnectReason::Refused { .. })));
    assert_eq!(server.transport.statistics().connections.rejected_handshaking, 1);
    clients.into_iter().for_each(RawClient::leave);
    wait_until("the places are free again", || connect(&mut client, Some(&mut server)).is_ok());
}

// Elsewhere, 127.0.0.1 may be the only loopback address.
#[cfg(any(target_os = "linux", target_os = "windows"))]
#[test]
fn handshakes_of_one_address_make_room_for_those_of_others() {
    let server = server_with(&settings_for_four_handshakes());
    let come = |last: u8| {
        RawClient::connect_from(([127, 0, 0, last], 0).into(), &server, ALPN, TransportConfig::default())
    };
    // They complete the handshake and send no hello.
    let crowd: Vec<RawClient> = std::iter::from_fn(|| come(1).ok()).take(5).collect();
    assert_eq!(crowd.len(), 4, "one address has all slots as long as no other wants them");
    let _other = come(2).unwrap();
    assert!(matches!(crowd[0].closed(), ConnectionError::ApplicationClosed(_)), "the longest here");
    let counts = server.transport.statistics().connections;
    assert_eq!((counts.rejected_handshaking, counts.failed_handshakes), (2, 0));
}

fn settings_for_four_handshakes() -> QuicServerSettings {
    QuicServerSettings { handshakes_max: 4, handshake_timeout: PATIENCE, ..QuicServerSettings::default() }
}

#[test]
fn control_packets_wait_in_the_network_while_the_server_is_busy() {
    let incoming = InboxLimits { reliable_packets: 4, unreliable_packets: 4 };
    let mut server = server_with(&QuicServerSettings { incoming, ..QuicServerSettings::default() });
    let mut client = client(server.address());
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    // Far more than the inbox and the stream's window hold together.
    let packets: Vec<Vec<u8>> = (0..100_u8).map(|number| vec![number; 4096]).collect();
    for packet in &packets {
        client.send(Instant::now(), Delivery::Reliable, packet);
    }
    wait_until("all of them arrive, in order", || {
        server.poll();
        while client.poll_event(Instant::now(), &mut Vec::new()).is_some() {}
        server.packets.len() == packets.len()
    });
    assert!(server.packets.iter().zip(&packets).all(|((_, _, got), sent)| got == sent));
    assert_eq!(server.transport.statistics().links.dropped.incoming_full, 0);
}

#[test]
fn a_newcomer_may_be_told_at_once_of_as_many_players_as_there_may_be() {
    // The default limit of a session, with the longest packets that an original takes; and one player for each id.
    for (players, bytes) in [(5000, 1024), (u16::MAX, 100)] {
        let mut server = TestServer::new();
        let mut client = client(server.address());
        assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
        let peer = server.sessions[0].0;
        let mut state = vec![0; bytes];
        for number in 0..players {
            state[..2].copy_from_slice(&number.to_be_bytes());
            server.transport.send(Instant::now(), &[peer], Delivery::Reliable, &state);
        }
        let mut numbers = (0..players).map(u16::to_be_bytes);
        wait_until("it knows all clients", || {
            server.poll();
            let mut bytes = Vec::new();
            while let Some(event) = client.poll_event(Instant::now(), &mut bytes) {
                let ClientLinkEvent::Packet { .. } = event else { panic!("{event:?}") };
                assert_eq!(numbers.next().as_ref(), bytes.first_chunk());
            }
            numbers.len() == 0
        });
        assert_eq!(server.ends, []);
    }
}

#[test]
fn voice_for_a_client_that_is_late_drops_the_oldest() {
    let mut server = TestServer::new();
    let incoming = InboxLimits { unreliable_packets: 16, ..QuicClientSettings::default().incoming };
    // Packets on the fast path may overtake those sent over the connection.
    let settings = QuicClientSettings { incoming, fast_path: FastPath::Off, ..QuicClientSettings::default() };
    let mut client = client_with(server.address(), settings);
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    let (peer, mut sent) = (server.sessions[0].0, 0_u32);
    let mut speak = |server: &mut TestServer| {
        server.transport.send(Instant::now(), &[peer], Delivery::Unreliable, &sent.to_be_bytes());
        sent += 1;
        sent
    };
    // The client does not poll meanwhile. At first one packet at a time, so that the server's own queue drops none.
    wait_until("its queue is full", || {
        speak(&mut server);
        client.statistics().dropped.incoming_full > 0
    });
    for _ in 0..5_000 {
        speak(&mut server);
    }
    // A reliable packet does not wait behind voice.
    server.transport.send(Instant::now(), &[peer], Delivery::Reliable, b"control");
    let (mut numbers, mut has_control) = (Vec::new(), false);
    wait_until("the last one arrives", || {
        // Sent repeatedly, because the system also drops packets that come too fast.
        let sent = speak(&mut server);
        let mut bytes = Vec::new();
        while let Some(event) = client.poll_event(Instant::now(), &mut bytes) {
            match event {
                ClientLinkEvent::Packet { channel: Delivery::Unreliable } => {
                    numbers.push(u32::from_be_bytes(bytes.as_slice().try_into().unwrap()));
                }
                ClientLinkEvent::Packet { .. } => has_control |= bytes == b"control",
                other => panic!("{other:?}"),
            }
        }
        has_control && numbers.last().is_some_and(|last| last + 10 > sent)
    });
    assert!(numbers[0] > 0, "the newest were dropped: {numbers:?}");
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
}
