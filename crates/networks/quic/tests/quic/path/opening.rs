//! Opening and closing: when the path is used, and when packets take the connection.

use std::time::Duration;

use consonance_quic::fast_path::{Cipher, PathState};

use crate::path::pair::Pair;

const CIPHERS: [Cipher; 2] = [Cipher::Aes128Gcm, Cipher::ChaCha20Poly1305];

#[test]
fn packets_go_both_ways_once_the_address_is_proved_and_the_client_hears_the_server() {
    for cipher in CIPHERS {
        let mut pair = Pair::new(cipher);
        assert!(!pair.client_sends(b"too early") && !pair.server_sends(1, b"too early"));
        pair.exchange();
        assert!(pair.client_sends(b"up") && pair.server_sends(1, b"down"));
        pair.exchange();
        assert_eq!((pair.at_server, pair.at_client), (vec![b"up".to_vec()], vec![b"down".to_vec()]));
        assert_eq!(pair.server.counts().refused.total() + pair.client.refused().total(), 0);
    }
}

#[test]
fn a_way_that_is_blocked_either_way_is_never_used() {
    for (loses_up, loses_down) in [(true, false), (false, true), (true, true)] {
        let mut pair = Pair::new(Cipher::Aes128Gcm);
        (pair.loses_up, pair.loses_down) = (loses_up, loses_down);
        for _ in 0..100 {
            pair.run(Duration::from_secs(1));
            assert!(!pair.client.is_open() && !pair.server_is_open());
        }
        assert_eq!(pair.client.state(), PathState::Closed);
        // Six tries at first and after 5, 10 and 20 s, later once a minute: a network that blocks us is not flooded.
        assert_eq!(pair.sent_up.len(), 4 * 6);
    }
}

#[test]
fn both_sides_leave_a_way_that_closes_and_come_back_when_it_opens() {
    for (loses_up, loses_down) in [(true, false), (false, true), (true, true)] {
        let mut pair = Pair::opened(Cipher::Aes128Gcm);
        (pair.loses_up, pair.loses_down) = (loses_up, loses_down);
        pair.client_sends(b"from now on something is missing");
        pair.run(Duration::from_secs(3));
        assert_eq!(pair.client.state(), PathState::Closed);
        pair.run(Duration::from_secs(10));
        assert!(!pair.server_is_open(), "up {loses_up}, down {loses_down}");

        (pair.loses_up, pair.loses_down) = (false, false);
        pair.run(Duration::from_mins(1));
        assert!(pair.client.is_open() && pair.server_is_open());
    }
}

#[test]
fn a_server_that_is_no_longer_heard_learns_it_at_once() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    pair.loses_down = true;
    assert!(pair.client_sends(b"heard"));
    pair.run(Duration::from_secs(3));
    assert!(!pair.server_is_open(), "the last probe says so");
}

#[test]
fn a_server_learns_that_it_is_no_longer_heard_though_the_first_word_of_it_is_lost() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    pair.leave();
    assert!(pair.server_is_open(), "the word was lost");
    pair.run(Duration::from_millis(1500));
    assert!(!pair.server_is_open());
    let before = pair.sent_up.len();
    pair.run(Duration::from_secs(3));
    assert_eq!(pair.sent_up.len(), before, "a client that does not answer by then is left alone");
}

#[test]
fn an_overtaken_packet_does_not_reopen_the_path_of_a_client_that_left_it() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    let (mut packet, mut word) = pair.leave();
    pair.server.handle_datagram(pair.now, pair.client_at, &mut word).unwrap();
    let incoming = pair.server.handle_datagram(pair.now, pair.client_at, &mut packet).unwrap();
    assert_eq!(incoming.map(|incoming| incoming.packet), Some(b"before".as_slice()), "it is heard");
    assert!(!pair.server_is_open());
}

#[test]
fn a_probe_that_was_overtaken_does_not_close_a_way_that_opened() {
    let mut pair = Pair::new(Cipher::Aes128Gcm);
    let mut first = Vec::new();
    pair.client.handle_timeout(pair.now);
    assert!(pair.client.poll_transmit(pair.now, &mut first));
    pair.now += Duration::from_millis(250);
    pair.exchange();
    assert!(pair.server_is_open());
    pair.server.handle_datagram(pair.now, pair.client_at, &mut first).unwrap();
    assert!(pair.server_is_open());
}

#[test]
fn a_listener_notices_soon_that_voice_was_cut_off() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    for _ in 0..50 {
        assert!(pair.server_sends(1, b"voice"));
        pair.run(Duration::from_millis(20));
    }
    let probes = pair.sent_up.len();
    pair.loses_down = true;
    pair.run(Duration::from_secs(2));
    assert_eq!(pair.client.state(), PathState::Closed);
    assert!(pair.sent_up.len() > probes);
}

#[test]
fn an_open_way_that_is_quiet_is_probed_every_five_seconds() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    pair.run(Duration::from_secs(10));
    let before = pair.sent_up.len();
    pair.run(Duration::from_mins(10));
    assert!(pair.client.is_open() && pair.server_is_open());
    assert_eq!(pair.sent_up.len() - before, 120);
}

#[test]
fn single_probes_that_are_lost_do_not_close_a_way() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    for second in 0..200 {
        (pair.loses_up, pair.loses_down) = (second % 4 == 0, second % 4 == 2);
        pair.run(Duration::from_secs(1));
        assert!(pair.client.is_open() && pair.server_is_open(), "after {second} s");
    }
}

#[test]
fn the_round_trip_is_that_of_the_last_answer() {
    let pair = Pair::opened(Cipher::Aes128Gcm);
    assert_eq!(pair.client.round_trip(), Some(Duration::ZERO));
}

#[test]
fn a_client_that_vanished_is_left_after_twelve_seconds() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    pair.now += Duration::from_secs(12);
    assert!(pair.server_is_open());
    pair.now += Duration::from_millis(1);
    assert!(!pair.server_is_open());
    assert_eq!(pair.server.paths(pair.now), (1, 0));
    assert!(!pair.server_sends(1, b"another way"));
    assert_eq!(pair.server.counts().packets_fallen_back, 1);
}

#[test]
fn packets_above_the_limit_go_the_other_way() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    let largest = [0; consonance_quic::fast_path::PACKET_BYTES_MAX];
    assert!(pair.client_sends(&largest) && pair.server_sends(1, &largest));
    let larger = [0; consonance_quic::fast_path::PACKET_BYTES_MAX + 1];
    assert!(!pair.client_sends(&larger) && !pair.server_sends(1, &larger));
    pair.exchange();
    let down = pair.sent_down.last().unwrap().1.len();
    assert!(pair.sent_up.last().unwrap().len() <= consonance_quic::fast_path::DATAGRAM_BYTES_MAX);
    assert!(down <= consonance_quic::fast_path::DATAGRAM_BYTES_MAX);
}
