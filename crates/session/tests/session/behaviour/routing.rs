//! Uses of direct links: always the server, directly when possible, directly within a budget.

use core::time::Duration;

use consonance_session::{Routing, Target};

use crate::behaviour::support::lone_client::LoneClient;

#[test]
fn always_relay_is_followed_from_the_next_packet_on_and_so_is_direct() {
    let mut alice = LoneClient::alice_with_bob_beside(&[]);
    alice.client.set_routing(Routing::AlwaysRelay);
    alice.client.send_voice(b"a").unwrap();
    alice.client.send_text(&Target::Player("Bob".into()), "hi").unwrap();
    alice.client.set_routing(Routing::Direct);
    alice.client.send_voice(b"b").unwrap();
    assert_eq!(
        alice.sent(),
        [
            "ServerRelayReliable to 1: TextData 0 to @1: hi",
            "ServerRelayUnreliable to 1 2: VoiceData 0 #0 session 0 [lobby] a",
            "21 unreliably: VoiceData 0 #1 session 0 [lobby] b",
            "ServerRelayUnreliable to 2: VoiceData 0 #1 session 0 [lobby] b",
        ]
    );
}

#[test]
fn within_a_budget_frames_go_directly_while_it_lasts_and_again_when_time_has_passed() {
    let mut alice = LoneClient::alice_with_bob_beside(&[]);
    // Each packet has 21 bytes: header, sender, options, sequence, one channel, one byte of frame.
    alice.client.set_routing(Routing::DirectWithin { bytes_per_second: 50 });
    for frame in [b"a", b"b", b"c"] {
        alice.client.send_voice(frame).unwrap();
    }
    alice.client.send_text(&Target::Player("Bob".into()), "not counted").unwrap();
    alice.wait(Duration::from_millis(240));
    alice.client.send_voice(b"d").unwrap();
    alice.wait(Duration::from_millis(20));
    alice.client.send_voice(b"e").unwrap();
    let sent = alice.sent();
    let direct: Vec<_> = sent.iter().filter(|packet| packet.starts_with("21")).collect();
    assert_eq!(
        direct,
        [
            "21: TextData 0 to @1: not counted",
            "21 unreliably: VoiceData 0 #0 session 0 [lobby] a",
            "21 unreliably: VoiceData 0 #1 session 0 [lobby] b",
            "21 unreliably: VoiceData 0 #4 session 0 [lobby] e",
        ]
    );
    let statistics = alice.statistics();
    assert_eq!((statistics.frames_direct, statistics.frames_relayed), (3, 7));
}
