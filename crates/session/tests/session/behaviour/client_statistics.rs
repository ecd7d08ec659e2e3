//! A client's counters: types of packets, rates that decay, and each direct link.

use core::time::Duration;

use consonance_session::{ClientId, LinkId, MessageType};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::packets;

#[test]
fn packets_are_counted_by_type_in_both_directions_and_rates_decay() {
    let mut alice = LoneClient::alice_with_bob_beside(&["lobby"]);
    for sequence in 0..500 {
        alice.receive(&packets::voice(2, sequence, "lobby", "x"));
        alice.client.send_voice(b"y").unwrap();
        alice.sent();
        alice.wait(Duration::from_millis(20));
    }
    let voice_in = alice.client.traffic().received().flow(alice.now, MessageType::VoiceData);
    assert_eq!((voice_in.packets, voice_in.bytes), (500, 500 * 21));
    assert!((voice_in.packets_per_second - 50.0).abs() < 6.0, "{voice_in:?}");
    let direct = alice.client.traffic().sent().flow(alice.now, MessageType::VoiceData);
    let relayed = alice.client.traffic().sent().flow(alice.now, MessageType::ServerRelayUnreliable);
    assert_eq!((direct.packets, direct.bytes), (500, 500 * 21));
    assert_eq!((relayed.packets, relayed.bytes), (500, 500 * (21 + 12)));

    let later = alice.now + Duration::from_secs(11);
    let voice_in = alice.client.traffic().received().flow(later, MessageType::VoiceData);
    assert_eq!(voice_in.packets, 500);
    assert!(voice_in.packets_per_second <= 0.0);
    let total = alice.client.traffic().received().total(alice.now);
    assert_eq!(total.packets, alice.statistics().packets_in);
    assert_eq!(total.bytes, alice.statistics().bytes_in);
}

#[test]
fn each_direct_link_has_its_totals_and_its_player() {
    let mut alice = LoneClient::alice_with_bob_beside(&["lobby"]);
    alice.connect_peer(22);
    alice.sent();
    alice.client.send_voice(b"y").unwrap();
    alice.sent();
    alice.receive_directly(21, b"nonsense");
    let links: Vec<_> = alice.client.direct_links().collect();
    let [bob, other] = &*links else { panic!("{links:?}") };
    assert_eq!((bob.link, bob.player), (LinkId(21), Some(ClientId(1))));
    assert_eq!((bob.packets_in, bob.bytes_in), (2, 9 + 8));
    assert_eq!((bob.packets_out, bob.bytes_out), (3, 9 + 9 + 21));
    assert_eq!((other.link, other.player), (LinkId(22), None));
    assert_eq!((other.packets_in, other.packets_out), (0, 1));
}

#[test]
fn a_direct_link_that_claims_an_unknown_id_has_no_player() {
    let mut alice = LoneClient::alice_with_bob_beside(&["lobby"]);
    alice.connect_peer(22);
    alice.receive_directly(22, &packets::introduction(9));
    let player = |link| alice.client.direct_links().find(|row| row.link == LinkId(link)).unwrap().player;
    assert_eq!((player(21), player(22)), (Some(ClientId(1)), None));
}
