//! Inputs of the fuzz target: the signalling server with several clients, and both ends of a negotiation.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_wire::fuzz_tape::Tape;

use crate::webrtc_network::peer::{Ice, PeerConnection, Role};
use crate::webrtc_network::settings::PeerSettings;
use crate::webrtc_network::signalling::client::SignallingClient;
use crate::webrtc_network::signalling::{Guest, SignalMessage, SignallingServer, SignallingSettings};

/// Chunks of `end u8 | length u8 | bytes`: messages of three clients to a signalling server, answers of a server to a
/// client, and texts and datagrams for the two ends of a connection.
///
/// # Panics
///
/// A rule is broken: a message that is written is not read as the same, or a client hears of a link of others.
pub fn signalling_messages(input: &[u8]) {
    let mut tape = Tape::new(input);
    let settings = SignallingSettings { links_max: 8, ..SignallingSettings::default() };
    let mut server = SignallingServer::new(settings);
    for (guest, path) in [(1, "/chatapp"), (2, "/chatapp"), (3, "/conferenceapp"), (4, "/conferenceapp")] {
        server
            .handle_connected(Guest(guest), Ipv4Addr::LOCALHOST.into(), path)
            .expect("these are spaces of the stock server");
    }
    let now = Instant::now();
    let mut client = SignallingClient::new(now);
    let mut ends: Vec<PeerConnection> = Vec::new();
    while !tape.is_empty() {
        let (end, bytes) = (tape.byte(), tape.counted());
        match end % 8 {
            guest @ 1..=4 => server.handle_message(Guest(u64::from(guest)), bytes),
            5 => client.handle_message(bytes),
            6 => ends_of(&mut ends, now)[usize::from(end >> 7)]
                .handle_text(now, &String::from_utf8_lossy(bytes)),
            7 => {
                let [source, own] = [1, 2].map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
                ends_of(&mut ends, now)[usize::from(end >> 7)].handle_datagram(now, source, own, bytes);
            }
            _ => server.handle_disconnected(Guest(u64::from(end >> 3) % 5)),
        }
        drain(&mut server);
        while client.poll_event().is_some() {}
    }
    client.handle_timeout(now + Duration::from_secs(30));
    for end in &mut ends {
        end.handle_timeout(now + Duration::from_mins(1));
    }
}

/// Made when something is for them: keys take time.
fn ends_of(ends: &mut Vec<PeerConnection>, now: Instant) -> &mut [PeerConnection] {
    if ends.is_empty() {
        let own = [SocketAddr::from((Ipv4Addr::LOCALHOST, 2))];
        let end = |role| PeerConnection::new(now, role, Ice::Full, &own, &PeerSettings::default());
        ends.extend([Role::Connector, Role::Listener].map(end));
    }
    ends
}

/// Whatever a server says is a message, and to a guest that was there.
fn drain(server: &mut SignallingServer) {
    while let Some((guest, message)) = server.poll_transmit() {
        assert!((1..=4).contains(&guest.0), "no other guest has come");
        assert_eq!(
            SignalMessage::parse(&message.to_bytes()).as_ref(),
            Ok(&message),
            "it is read as it was written"
        );
    }
}
