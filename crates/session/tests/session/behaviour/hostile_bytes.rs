//! Every golden packet, truncated at every length and with every single bit flipped, sent to a server and to a client.

use std::collections::BTreeSet;
use std::path::Path;

use consonance_session::{
    ClientId, ClientStatistics, Delivery, Instant, LinkId, ServerStatistics, SessionId, Transmit,
};
use consonance_wire::{MessageType, Packet, PacketHeader};
use serde_json::Value;

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets::{self, SESSION};

/// The link of the hostile peer, and the id of its client.
const HOSTILE: (u64, ClientId) = (2, ClientId(1));

/// The id of a direct link.
const DIRECT: u64 = 21;

#[test]
fn no_damaged_packet_harms_a_server_or_speaks_for_another_player() {
    let mut server = three();
    for_each_damaged_packet(|packet| {
        attack(&mut server, packet);
        // The hostile peer evicted a client or its link was closed: continue with a complete session.
        if !server.closed().is_empty() {
            server = three();
        }
    });
}

#[test]
fn no_damaged_packet_is_relayed_unless_it_is_whole_and_the_senders_own() {
    let mut server = three();
    for_each_damaged_packet(|packet| {
        // A longer packet does not fit into a relay of 1024 bytes.
        if packet.len() <= 1000 {
            attack(&mut server, &packets::relay_reliable(&[0, 2], packet));
            attack(&mut server, &packets::relay_unreliable(&[0, 2], packet));
        }
    });
    assert_eq!(server.server.clients(), 3);
    assert_eq!(server.closed(), []);
    assert!(server.statistics().frames_relayed > 0, "some are the sender's own");
}

#[test]
fn no_damaged_packet_harms_a_client() {
    let mut client = alice();
    for_each_damaged_packet(|packet| {
        let before = client.statistics();
        let session = client.client.id();
        let events = client.receive(packet);
        let sent = answers(&mut client);
        let refused = refused_by_client(&client.statistics()) > refused_by_client(&before);
        if Packet::parse(packet).is_err() {
            assert_eq!(events, [""; 0], "{packet:02x?}");
            assert_eq!(sent, 0, "{packet:02x?}");
            assert!(refused, "counted: {packet:02x?}");
        }
        assert!(sent <= 1, "at most a state answers an answer: {packet:02x?}");
        assert!(client.client.players().iter().count() <= 1 << 16);
        if client.client.id() != session || events.iter().any(|event| event.starts_with("joined")) {
            client = alice();
        }
    });
}

#[test]
fn no_damaged_packet_over_a_direct_link_harms_a_client_or_speaks_for_another_player() {
    let direct = || {
        let mut alice = alice();
        alice.connect_peer(DIRECT);
        alice.receive_directly(DIRECT, &packets::introduction(1));
        alice.sent();
        alice
    };
    let mut client = direct();
    for_each_damaged_packet(|packet| {
        let (own, session) = (client.client.id(), client.statistics().other_session);
        for event in client.receive_directly(DIRECT, packet) {
            let is_bobs = event.starts_with("Bob ") || event.contains(" of 1: ");
            assert!(is_bobs || event.ends_with(" introduced over link 21"), "{event}: {packet:02x?}");
        }
        assert_eq!(client.client.id(), own);
        assert_eq!(client.client.players().iter().count(), 3);
        assert!(client.statistics().other_session - session <= 1);
        let sent = client.sent();
        assert!(sent.iter().all(|sent| sent == "21: HandshakeP2P 0"), "{sent:?}: {packet:02x?}");
        // The peer claimed to be another player, or was refused too often.
        if client.client.players().direct().map(|(id, _)| id.0).ne([1]) {
            client = direct();
        }
    });
    assert!(client.statistics().packets_in > 0);
}

/// Alice, Bob and Carol over links 1 to 3, all in the lobby; Bob is hostile.
fn three() -> LoneServer {
    let mut server = LoneServer::unhurried();
    for (link, name) in [(1, "Alice"), (2, "Bob"), (3, "Carol")] {
        server.join(link, name, &["lobby"]);
    }
    server
}

/// Alice with id 0, listening to the lobby and knowing Bob and Carol.
fn alice() -> LoneClient {
    LoneClient::joined_with("Alice", 0, &["lobby"], &[("Bob", 1, &["lobby"]), ("Carol", 2, &[])])
}

/// Passes a packet of the hostile peer to the server and checks the effects.
fn attack(server: &mut LoneServer, packet: &[u8]) {
    let before = server.statistics();
    let evicts = MessageType::peek(packet) == Ok(MessageType::HandshakeRequest);
    let mut came_out = 0;
    let link = LinkId(HOSTILE.0);
    if let Some(relayed) = server.server.handle_packet(Instant::START, link, Delivery::Reliable, packet) {
        came_out += 1;
        check(&relayed, evicts);
    }
    while let Some(transmit) = server.server.poll_transmit() {
        came_out += 1;
        check(&transmit, evicts);
    }
    let after = server.statistics();
    assert_eq!(after.packets_in, before.packets_in + 1);
    if Packet::parse(packet).is_err() {
        let told = after.wrong_session - before.wrong_session;
        assert_eq!(came_out, told, "only the own session in answer to another: {packet:02x?}");
        assert_eq!(server.events(), [""; 0], "{packet:02x?}");
        assert!(refused_by_server(&after) > refused_by_server(&before), "counted: {packet:02x?}");
    }
    server.events();
    assert!(server.server.clients() <= 3);
}

/// Checks that this is a whole packet of this session, sent to its clients, with no sender but the hostile peer.
fn check(transmit: &Transmit<'_>, evicts: bool) {
    let to: BTreeSet<_> = transmit.to.iter().map(|link| link.0).collect();
    assert_eq!(to.len(), transmit.to.len(), "no destination twice");
    assert!(!to.is_empty() && to.is_subset(&BTreeSet::from([1, 2, 3])));
    assert!(transmit.payload.len() <= 1024);
    assert_eq!(session_of(transmit.payload), Some(SESSION));
    let own = HOSTILE.1;
    match Packet::parse(transmit.payload).expect("a whole packet") {
        Packet::VoiceData(voice) => assert_eq!(voice.sender, own),
        Packet::TextData(text) => assert_eq!(text.sender, own),
        Packet::DeltaChannelState(delta) => assert_eq!(delta.id, own),
        Packet::ClientState(state) => assert!(state.client.id == own || to == BTreeSet::from([HOSTILE.0])),
        Packet::RemoveClient(remove) => assert!(remove.id == own || evicts),
        Packet::HandshakeResponse(_) | Packet::ErrorWrongSession(_) => {
            assert_eq!(to, BTreeSet::from([HOSTILE.0]));
        }
        other => panic!("a server does not send {other:?}"),
    }
}

fn session_of(packet: &[u8]) -> Option<SessionId> {
    PacketHeader::parse(packet).ok().and_then(|(header, _)| header.session)
}

/// The number of packets that the client sends; checks that all are whole and go to the server.
fn answers(client: &mut LoneClient) -> usize {
    let mut sent = 0;
    while let Some(transmit) = client.client.poll_transmit() {
        assert_eq!(transmit.to, [client.link]);
        assert!(transmit.payload.len() <= 1024);
        assert!(Packet::parse(transmit.payload).is_ok());
        sent += 1;
    }
    sent
}

fn refused_by_server(statistics: &ServerStatistics) -> u64 {
    statistics.ignored
        + statistics.malformed
        + statistics.oversized
        + statistics.wrong_session
        + statistics.inner_refused
        + statistics.spoofed
}

fn refused_by_client(statistics: &ClientStatistics) -> u64 {
    statistics.ignored + statistics.malformed + statistics.other_session
}

/// Every golden packet: unchanged, truncated at every length, and with every single bit flipped.
fn for_each_damaged_packet(mut test: impl FnMut(&[u8])) {
    let golden = golden_packets();
    assert!(golden.len() > 600, "{} golden packets", golden.len());
    for mut packet in golden {
        for length in 0..=packet.len() {
            test(&packet[..length]);
        }
        for bit in 0..8 * packet.len() {
            packet[bit / 8] ^= 1 << (bit % 8);
            test(&packet);
            packet[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

fn golden_packets() -> BTreeSet<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors");
    let mut packets = BTreeSet::new();
    for file in ["packets.json", "malformed.json"] {
        let text =
            std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let entries: Vec<Value> =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        packets.extend(entries.iter().filter_map(|entry| entry["hex"].as_str()).map(bytes));
    }
    packets
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("two hexadecimal digits");
    (0..hex.len()).step_by(2).map(digits).collect()
}
