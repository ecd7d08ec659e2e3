//! The cipher that encrypts nothing, for builds that measure the cost of encryption.

use std::time::Duration;

use consonance_quic::fast_path::{Announcement, Cipher, ClientPath, ClientPathSettings, PathState};
use proptest::prelude::*;

use crate::path::format::{conversation, owned};
use crate::path::pair::{Pair, WORKER, secrets};

#[test]
fn plain_datagrams_have_these_bytes() {
    assert_eq!(conversation(Cipher::Plain), owned(PLAIN));
}

#[test]
fn plain_packets_go_both_ways_once_the_address_is_proved() {
    let mut pair = Pair::new(Cipher::Plain);
    assert!(!pair.client_sends(b"too early") && !pair.server_sends(1, b"too early"));
    pair.exchange();
    assert_eq!(pair.client.state(), PathState::Open);
    assert!(pair.client_sends(b"up") && pair.server_sends(1, b"down"));
}

/// An attacker on the path can forge these, since nothing seals them.
#[test]
fn a_flood_of_plain_probes_is_answered_now_and_then() {
    let mut pair = Pair::opened(Cipher::Plain);
    let first = pair.server.counts().datagrams_sent;
    for number in 100..1100_u64 {
        pair.now += Duration::from_millis(1);
        let mut probe = vec![3, WORKER, 0, 0, 0, 0];
        probe.extend_from_slice(&number.to_be_bytes());
        probe.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
        assert!(pair.server.handle_datagram(pair.now, pair.client_at, &mut probe).unwrap().is_none());
        pair.server.batch().clear();
    }
    assert_eq!(pair.server.counts().datagrams_sent - first, 50, "one in 20 ms");
    assert!(pair.server_is_open());
}

proptest! {
    /// Nothing is sealed, so the contents of arbitrary datagrams are parsed too.
    #[test]
    fn no_plain_datagram_is_too_strange_to_be_judged(datagrams: Vec<Vec<u8>>) {
        let pair = Pair::opened(Cipher::Plain);
        let announcement = Announcement { port: None, worker: WORKER, link: 0, cipher: Cipher::Plain };
        let mut client =
            ClientPath::new(pair.now, &secrets(1), &announcement, ClientPathSettings::default());
        for mut datagram in datagrams {
            let _ = client.handle_datagram(pair.now, &mut datagram).map(Iterator::count);
        }
    }
}

const PLAIN: (&[&str], &[&str]) = (
    &[
        "03030000000000000000000000000000000000000000",
        "0603000000000000000000000001024c56a37f5a99a4",
        "03030000000000000000000000020100000000000001",
        "01030000000000000000000000037570",
    ],
    &[
        "050000000000000000024c56a37f5a99a4",
        "040000000000000001024c56a37f5a99a4",
        "0400000000000000020100000000000001",
        "010000000000000003646f776e",
        "02000000000000000400036f6e65000374776f",
    ],
);
