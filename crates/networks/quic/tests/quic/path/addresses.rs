//! Addresses that the server sends to: those that the client has proved, and any other with at most the bytes that
//! came from it.

use std::time::Duration;

use consonance_quic::fast_path::{Cipher, DatagramRefusal};
use proptest::prelude::*;

use crate::path::pair::{CLIENT, ELSEWHERE, HOME, Pair, address};

#[test]
fn voice_goes_on_to_the_old_address_until_the_new_one_is_proved() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    pair.now += Duration::from_secs(1);
    let mut datagram = pair.sealed_by_client(b"from a new address");
    let new = address(ELSEWHERE);
    let incoming = pair.server.handle_datagram(pair.now, new, &mut datagram).unwrap().unwrap();
    assert_eq!((incoming.client, incoming.packet), (CLIENT, b"from a new address".as_slice()));
    assert!(pair.server_sends(1, b"voice"));
    let batch = pair.batch();
    assert_eq!(batch.iter().map(|(to, _)| *to).collect::<Vec<_>>(), [new, address(HOME)], "challenge, voice");

    // The client really is at the new address: it opens the challenge and answers from there.
    pair.client_at = new;
    for (_, mut datagram) in batch {
        pair.client.handle_datagram(pair.now, &mut datagram).unwrap();
    }
    pair.exchange();
    assert!(pair.server_sends(1, b"voice"));
    assert_eq!(pair.batch()[0].0, new);
}

#[test]
fn a_client_whose_translator_forgot_it_is_found_again() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    pair.client_at = address(ELSEWHERE);
    pair.run(Duration::from_secs(6));
    assert!(pair.client.is_open() && pair.server_sends(1, b"voice"));
    pair.exchange();
    assert_eq!(pair.at_client, [b"voice"]);
}

#[test]
fn a_client_that_was_silent_and_moved_is_sent_to_as_soon_as_its_new_address_is_proved() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    pair.now += Duration::from_secs(13);
    assert!(!pair.server_is_open(), "it has been silent for too long");
    let new = address(ELSEWHERE);
    let mut datagram = pair.sealed_by_client(b"from a new address");
    pair.server.handle_datagram(pair.now, new, &mut datagram).unwrap();
    for (_, mut challenge) in pair.batch() {
        pair.client.handle_datagram(pair.now, &mut challenge).unwrap();
    }
    assert!(!pair.server_is_open());
    let mut proof = Vec::new();
    assert!(pair.client.poll_transmit(pair.now, &mut proof));
    pair.server.handle_datagram(pair.now, new, &mut proof).unwrap();
    assert_eq!(pair.server.counts().addresses_proved, 2);
    assert!(pair.server_is_open() && pair.server_sends(1, b"voice"));
}

#[test]
fn an_attacker_that_copies_datagrams_gets_one_challenge_and_no_voice() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    let thief = address(ELSEWHERE);
    let mut challenges = 0;
    for _ in 0..100 {
        // The copy comes first, and the client's own datagram after it.
        pair.now += Duration::from_millis(20);
        let mut datagram = pair.sealed_by_client(b"voice");
        let mut copy = datagram.clone();
        assert!(pair.server.handle_datagram(pair.now, thief, &mut copy).unwrap().is_some());
        let own = pair.server.handle_datagram(pair.now, pair.client_at, &mut datagram);
        assert_eq!(own, Err(DatagramRefusal::Replayed));
        assert!(pair.server_sends(1, b"voice"));
        for (to, _) in pair.batch() {
            challenges += usize::from(to == thief);
        }
    }
    assert!(challenges <= 10, "{challenges} in two seconds");
    assert_eq!(pair.server.counts().addresses_proved, 1);
}

#[test]
fn an_answer_from_another_address_than_the_asked_one_proves_nothing() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    pair.now += Duration::from_secs(1);
    let mut datagram = pair.sealed_by_client(b"copied on the way");
    pair.server.handle_datagram(pair.now, address(ELSEWHERE), &mut datagram).unwrap();
    // The challenge is passed on to the client, whose answer comes from its own address.
    for (_, mut challenge) in pair.batch() {
        pair.client.handle_datagram(pair.now, &mut challenge).unwrap();
    }
    pair.exchange();
    assert!(pair.server_sends(1, b"voice"));
    assert_eq!(pair.batch()[0].0, address(HOME));
}

#[test]
fn a_proof_that_comes_too_late_is_none() {
    let mut pair = Pair::new(Cipher::Aes128Gcm);
    pair.loses_down = true;
    pair.exchange();
    let (_, mut challenge) = pair.sent_down[0].clone();
    pair.now += Duration::from_secs(6);
    pair.loses_up = true;
    pair.client.handle_datagram(pair.now, &mut challenge).unwrap();
    pair.exchange();
    let response = pair.sent_up.iter().find(|datagram| datagram[0] == 6).unwrap();
    pair.server.handle_datagram(pair.now, pair.client_at, &mut response.clone()).unwrap();
    assert_eq!(pair.server.counts().addresses_proved, 0);
}

#[test]
fn the_page_of_security_says_how_many_bytes_leave_for_each_that_came() {
    let victim = address(ELSEWHERE);
    let mut most = 0.0_f64;
    for (again_ms, bytes) in [20, 200, 1700, 40_000].into_iter().flat_map(|ms| (0..32).map(move |n| (ms, n)))
    {
        let mut pair = Pair::opened(Cipher::Aes128Gcm);
        let (mut came, mut left) = (0, 0);
        for frame in 0..1500 {
            pair.run(Duration::from_millis(20));
            if frame * 20 % again_ms == 0 {
                let mut datagram = pair.sealed_by_client(&vec![0; bytes]);
                came += datagram.len();
                pair.server.handle_datagram(pair.now, victim, &mut datagram).unwrap();
            }
            assert!(pair.server_sends(1, &[0x55; 60]));
            pair.exchange();
            let to_victim = pair.sent_down.drain(..).filter(|(to, _)| *to == victim);
            left += to_victim.map(|(_, datagram)| datagram.len()).sum::<usize>();
            most = most.max(left as f64 / came as f64);
        }
    }
    let page = include_str!("../../../../../../docs/security.md");
    let row = page.lines().find_map(|line| line.strip_prefix("| Fast path | ")).unwrap();
    assert_eq!(row.split(" | ").next(), Some(format!("{most:.2}").as_str()));
}

proptest! {
    /// An unproved address is never sent more bytes than came from it.
    #[test]
    fn nothing_is_amplified(steps in proptest::collection::vec((0_u8..4, 0_u16..300, 0_usize..60), 1..80)) {
        let mut pair = Pair::opened(Cipher::Aes128Gcm);
        let mut balance = [0_i64; 4];
        for (place, pause_ms, bytes) in steps {
            pair.now += Duration::from_millis(u64::from(pause_ms));
            if !pair.client.is_open() {
                break;
            }
            let from = (std::net::Ipv4Addr::new(198, 51, 100, place), 9).into();
            let mut datagram = pair.sealed_by_client(&vec![0; bytes]);
            balance[usize::from(place)] += datagram.len() as i64;
            pair.server.handle_datagram(pair.now, from, &mut datagram).unwrap();
            pair.server_sends(1, b"voice");
            for (to, datagram) in pair.batch() {
                if to != address(HOME) {
                    prop_assert_eq!(to, from);
                    balance[usize::from(place)] -= datagram.len() as i64;
                }
            }
            prop_assert!(balance.iter().all(|left| *left >= 0), "{:?}", balance);
        }
    }
}
