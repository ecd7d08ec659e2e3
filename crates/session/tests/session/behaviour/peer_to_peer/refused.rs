//! Packets that are refused over direct links.

use super::*;

#[test]
fn no_peer_speaks_for_another_over_a_direct_link() {
    let mut alice = alice_with_bob();
    alice.connect_peer(TO_MALLORY);
    let packets = [
        (TO_BOB, packets::voice(2, 0, "lobby", "a")),
        (TO_BOB, packets::text(2, TextRecipient::Room(RoomId::of("lobby")), "hi")),
        (TO_MALLORY, packets::voice(1, 0, "lobby", "a")),
        (TO_MALLORY, packets::voice(2, 0, "lobby", "a")),
        (TO_MALLORY, packets::introduction(1)),
        (TO_MALLORY, packets::voice(1, 0, "lobby", "a")),
    ];
    for (link, packet) in packets {
        assert_eq!(alice.receive_directly(link, &packet), [""; 0]);
    }
    assert_eq!(alice.statistics().spoofed, 6);
    assert_eq!(direct_peers(&alice), [(1, TO_BOB)]);
}

#[test]
fn my_own_id_over_a_direct_link_is_refused() {
    let mut alice = alice();
    alice.connect_peer(TO_MALLORY);
    alice.receive_directly(TO_MALLORY, &packets::introduction(0));
    alice.sent();
    assert_eq!(alice.receive_directly(TO_MALLORY, &packets::voice(0, 0, "lobby", "a")), [""; 0]);
    alice.client.send_voice(b"b").unwrap();
    assert_eq!(alice.sent(), ["ServerRelayUnreliable to 1 2: VoiceData 0 #0 session 0 [lobby] b"]);
}

#[test]
fn what_only_a_server_says_is_refused_over_a_direct_link() {
    let mut alice = alice_with_bob();
    let inner = packets::voice(1, 0, "lobby", "a");
    let packets = [
        packets::response(7),
        packets::wrong_session(packets::OTHER_SESSION),
        packets::client_state(3, "Dave", &["lobby"]),
        packets::enter(2, "team"),
        packets::remove(2),
        packets::handshake("Bob"),
        packets::relay_reliable(&[0], &inner),
        packets::relay_unreliable(&[0], &inner),
    ];
    for packet in &packets {
        assert_eq!(alice.receive_directly(TO_BOB, packet), [""; 0]);
    }
    assert_eq!(alice.sent(), [""; 0]);
    assert_eq!(alice.commands(), []);
    assert_eq!(alice.statistics().not_for_peers, 8);
    assert_eq!(alice.client.id(), Some(ClientId(0)));
}

#[test]
fn a_peer_that_is_refused_many_times_in_a_row_loses_its_link() {
    let mut alice = alice_with_bob();
    let spoofed = packets::voice(2, 0, "lobby", "a");
    for _ in 0..63 {
        alice.receive_directly(TO_BOB, &spoofed);
    }
    alice.receive_directly(TO_BOB, &packets::voice(1, 0, "lobby", "a"));
    for _ in 0..63 {
        alice.receive_directly(TO_BOB, &spoofed);
    }
    assert_eq!(alice.commands(), []);
    alice.receive_directly(TO_BOB, b"not a packet");
    let reason = CloseReason::Abuse { last: Offence::Malformed };
    let close = LinkCommand::Close { link: LinkId(TO_BOB), reason, reads_notice: false };
    assert_eq!(alice.commands(), [close]);
    assert_eq!(direct_peers(&alice), []);
    assert_eq!(alice.statistics().peers_closed, 1);
}

#[test]
fn there_is_a_limit_to_direct_links() {
    let mut settings = ClientSettings::new("Alice");
    settings.limits.direct_links = 2;
    let mut client = Client::new(settings);
    client.start();
    client.poll_command();
    for link in [1, 2, 3, 2] {
        client.handle_peer_connected(Instant::START, LinkId(link));
    }
    let close =
        LinkCommand::Close { link: LinkId(3), reason: CloseReason::TooManyPeers, reads_notice: false };
    assert_eq!(client.poll_command(), Some(close));
    assert_eq!(client.poll_command(), None);
    assert_eq!(client.statistics().peers_refused, 1);
}
