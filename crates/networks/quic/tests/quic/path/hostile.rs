//! Forged, altered and replayed datagrams.

use consonance_quic::fast_path::{Cipher, DatagramRefusal, ServerPath, ServerPathSettings};
use proptest::prelude::*;

use crate::path::pair::{ELSEWHERE, Pair, WORKER, address, secrets};

/// Gives the server a datagram from another address and returns its refusal; a refused one must not be answered.
fn refusal(pair: &mut Pair, datagram: &[u8]) -> Option<DatagramRefusal> {
    let refusal = pair.server.handle_datagram(pair.now, address(ELSEWHERE), &mut datagram.to_vec()).err();
    assert!(pair.batch().is_empty() || refusal.is_none(), "nothing is answered");
    refusal
}

#[test]
fn what_the_client_did_not_seal_is_dropped_by_reason() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    let genuine = pair.sealed_by_client(b"voice");
    let changed = |index: usize, byte: u8| {
        let mut datagram = genuine.clone();
        datagram[index] = byte;
        datagram
    };
    for (datagram, expected) in [
        (Vec::new(), DatagramRefusal::Malformed),
        (genuine[..13].to_vec(), DatagramRefusal::Malformed),
        (changed(0, 0x41), DatagramRefusal::Malformed),
        (changed(0, 0x02), DatagramRefusal::Malformed),
        (changed(0, 0x05), DatagramRefusal::Malformed),
        (changed(0, 0x03), DatagramRefusal::Forged),
        (changed(1, WORKER + 1), DatagramRefusal::OtherWorker),
        (changed(5, 99), DatagramRefusal::UnknownLink),
        (changed(13, 0), DatagramRefusal::Replayed),
        (changed(13, 200), DatagramRefusal::Forged),
        (changed(6, 0xff), DatagramRefusal::Forged),
        (changed(14, 0), DatagramRefusal::Forged),
        (genuine[..genuine.len() - 1].to_vec(), DatagramRefusal::Forged),
    ] {
        assert_eq!(refusal(&mut pair, &datagram), Some(expected), "{datagram:?}");
    }
    assert_eq!(refusal(&mut pair, &genuine), None);
    assert_eq!(refusal(&mut pair, &genuine), Some(DatagramRefusal::Replayed));
    assert_eq!(pair.server.counts().refused.total(), 14);
}

#[test]
fn a_link_does_not_open_another_ones_datagrams() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    let other = pair.server.open(78, &secrets(2), Cipher::Aes128Gcm, true).unwrap();
    let mut datagram = pair.sealed_by_client(b"voice");
    datagram[2..6].copy_from_slice(&other.to_be_bytes());
    assert_eq!(refusal(&mut pair, &datagram), Some(DatagramRefusal::Forged));
}

#[test]
fn reflected_datagrams_are_dropped_at_either_end() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    assert!(pair.client_sends(b"voice") && pair.server_sends(1, b"voice"));
    pair.exchange();
    for (up, (_, down)) in pair.sent_up.clone().into_iter().zip(pair.sent_down.clone()) {
        assert!(pair.client.handle_datagram(pair.now, &mut up.clone()).is_err());
        assert!(refusal(&mut pair, &down).is_some());
    }
}

#[test]
fn the_same_secrets_with_another_cipher_are_other_keys() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    let mut other = ServerPath::new(WORKER, ServerPathSettings::default(), [9; 32]);
    other.open(1, &secrets(1), Cipher::ChaCha20Poly1305, true).unwrap();
    let mut datagram = pair.sealed_by_client(b"voice");
    assert_eq!(other.handle_datagram(pair.now, pair.client_at, &mut datagram), Err(DatagramRefusal::Forged));
}

#[test]
fn a_path_that_was_closed_is_unknown_and_its_number_has_new_keys() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    let (first, second) = (pair.sealed_by_client(b"late"), pair.sealed_by_client(b"later"));
    pair.server.close(pair.number);
    assert_eq!(refusal(&mut pair, &first), Some(DatagramRefusal::UnknownLink));
    assert!(!pair.server_sends(1, b"voice"));
    assert_eq!(pair.server.open(78, &secrets(2), Cipher::Aes128Gcm, true), Some(pair.number));
    assert_eq!(refusal(&mut pair, &second), Some(DatagramRefusal::Forged));
}

#[test]
fn the_number_of_paths_is_bounded() {
    let settings = ServerPathSettings { links_max: 2, ..ServerPathSettings::default() };
    let mut server = ServerPath::new(WORKER, settings, [9; 32]);
    let mut open = || server.open(1, &secrets(1), Cipher::Aes128Gcm, true);
    assert_eq!((open(), open(), open()), (Some(0), Some(1), None));
}

#[test]
fn a_batch_that_is_not_sent_stays_bounded_and_what_does_not_fit_is_counted() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    for _ in 0..100 {
        assert!(pair.server_sends(1, b"voice"));
    }
    assert_eq!((pair.server.batch().len(), pair.server.counts().batch_full), (64, 36));
}

/// A client neither panics on arbitrary datagrams nor accepts anything from them.
#[test]
fn a_client_drops_what_the_server_did_not_seal() {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    assert!(pair.server_sends(1, b"voice"));
    let (_, genuine) = pair.batch().remove(0);
    for bit in 0..genuine.len() * 8 {
        let mut changed = genuine.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(pair.client.handle_datagram(pair.now, &mut changed).is_err(), "bit {bit}");
    }
    assert!(pair.client.handle_datagram(pair.now, &mut genuine.clone()).is_ok());
    assert_eq!(pair.client.refused().total() as usize, genuine.len() * 8);
}

proptest! {
    #[test]
    fn nothing_that_can_happen_breaks_either_half(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
        consonance_quic::fast_path::fuzz::path_operations(&bytes);
    }

    #[test]
    fn no_datagram_is_too_strange_to_be_judged(datagrams: Vec<(bool, Vec<u8>)>) {
        let mut pair = Pair::opened(Cipher::Aes128Gcm);
        for (is_up, mut datagram) in datagrams {
            if is_up {
                prop_assert!(refusal(&mut pair, &datagram).is_some());
            } else {
                prop_assert!(pair.client.handle_datagram(pair.now, &mut datagram).is_err());
            }
        }
    }
}
