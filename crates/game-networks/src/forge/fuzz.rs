//! The body of the fuzz target `forge_datagrams`: arbitrary datagrams to a server and to a client.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::gateway::udp::fuzz::ReportedPeers;
use consonance_link::gateway::udp::{ClientEndpoint as _, ServerEndpoint as _};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, ServerLinkEvent, ServerNetwork as _};
use consonance_wire::fuzz_tape::Tape;

use crate::forge::frame::{Control, Frame, Meta, Piece, write_trailer};
use crate::forge::{
    ForgeClient, ForgeClientSettings, ForgeServer, ForgeServerSettings, RELIABLE, UNRELIABLE,
};

/// Each step is a byte for the action, one for a length, and that many bytes.
///
/// # Panics
/// One of the state machines breaks a rule.
pub fn forge_datagrams(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut now = Instant::now();
    let mut settings = ForgeServerSettings::default();
    settings.peers.connections_max = 3;
    let mut server = ForgeServer::new(settings, &[2; 32]);
    let mut reported = ReportedPeers::default();
    let mut client = ForgeClient::new(ForgeClientSettings::default(), [1; 32]);
    client.connect(now);
    let mut is_over = false;
    while !tape.is_empty() {
        let (what, said) = (tape.byte(), tape.counted());
        now += Duration::from_millis(u64::from(what >> 4) * 50);
        let from = SocketAddr::from(([192, 0, 2, 1 + what % 3], 5000));
        check_frame(said);
        let framed = framed(said);
        match what % 12 {
            0..=2 => server.handle_datagram(now, from, said),
            3..=4 => server.handle_datagram(now, from, &framed),
            5 => client.handle_datagram(now, said),
            6..=7 => client.handle_datagram(now, &framed),
            8 => client.send(now, if said.len().is_multiple_of(2) { RELIABLE } else { UNRELIABLE }, said),
            9 => exchange(&mut server, &mut reported, &mut client, now, from),
            10 => server.handle_timeout(now),
            _ => client.handle_timeout(now),
        }
        check_server(&mut server, &mut reported, now);
        is_over |= check_client(&mut client, is_over, now);
    }
}

/// Makes a frame in one datagram; the first bytes select its type.
fn framed(said: &[u8]) -> Vec<u8> {
    let [control, group, id, rest @ ..] = said else { return Vec::new() };
    let controls =
        [Control::Text, Control::Binary, Control::Close, Control::Ping, Control::Pong, Control::Error];
    let frame = Frame {
        control: controls[usize::from(control % 6)],
        router: control >> 6,
        payload: rest,
        reliable_id: (id % 2 == 0).then_some(u64::from(id / 2)),
        time_step: 0,
        unique_id: u64::from(*id),
    };
    let mut datagram = Vec::new();
    frame.write(&mut datagram);
    let parsed = Frame::parse(&datagram, frame.reliable_id.is_some());
    assert_eq!(parsed.map(|parsed| parsed.payload), Some(rest), "what was written is read");
    let order = u32::from(group >> 6);
    write_trailer(i32::from(group % 20), order, Meta::last(frame.reliable_id.is_some(), 0), &mut datagram);
    datagram
}

/// Delivers all datagrams of both ends.
fn exchange(
    server: &mut ForgeServer,
    reported: &mut ReportedPeers,
    client: &mut ForgeClient,
    now: Instant,
    from: SocketAddr,
) {
    for _ in 0..8 {
        let mut datagram = Vec::new();
        while client.poll_transmit(now, &mut datagram) {
            server.handle_datagram(now, from, &datagram);
            datagram.clear();
        }
        check_server_events(server, reported, now);
        while let Some(to) = server.poll_transmit(now, &mut datagram) {
            if to == from {
                client.handle_datagram(now, &datagram);
            }
            datagram.clear();
        }
    }
}

fn check_server(server: &mut ForgeServer, reported: &mut ReportedPeers, now: Instant) {
    check_server_events(server, reported, now);
    let mut datagram = Vec::new();
    while server.poll_transmit(now, &mut datagram).is_some() {
        assert!(datagram.len() <= ForgeServer::DATAGRAM_BYTES_MAX);
        datagram.clear();
    }
    assert!(server.statistics().connections.connected <= 3);
}

fn check_server_events(server: &mut ForgeServer, reported: &mut ReportedPeers, now: Instant) {
    let mut bytes = Vec::new();
    while let Some(event) = server.poll_event(now, &mut bytes) {
        reported.note(&event);
        match event {
            ServerLinkEvent::Connected { peer, .. } => {
                assert_eq!(bytes.len(), 36);
                server.accept(now, peer, &[]);
            }
            ServerLinkEvent::Packet { .. } => assert!(bytes.len() >= 4),
            ServerLinkEvent::Disconnected { .. } => assert!(bytes.is_empty()),
        }
        bytes.clear();
    }
}

/// Whether its connection is over.
fn check_client(client: &mut ForgeClient, was_over: bool, now: Instant) -> bool {
    let mut is_over = was_over;
    let mut bytes = Vec::new();
    while let Some(event) = client.poll_event(now, &mut bytes) {
        assert!(!is_over, "an end is the last thing");
        is_over = matches!(event, ClientLinkEvent::Disconnected { .. });
        bytes.clear();
    }
    is_over
}

fn check_frame(bytes: &[u8]) {
    if let Some(piece) = Piece::parse(bytes) {
        let _ = Frame::parse(piece.bytes, piece.meta.is_reliable());
    }
}
