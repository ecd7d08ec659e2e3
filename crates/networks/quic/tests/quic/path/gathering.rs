//! Packets of several speakers share datagrams when the worker is busy; otherwise no packet waits.

use std::time::Duration;

use consonance_quic::fast_path::{Cipher, DATAGRAM_BYTES_MAX, ServerPathSettings};

use crate::path::pair::Pair;

const MS: Duration = Duration::from_millis(1);

/// An open pair with this busy share that has already heard two speakers.
pub(crate) fn busy(busy_share: f64) -> Pair {
    let mut pair = Pair::opened(Cipher::Aes128Gcm);
    pair.server.set_busy_share(busy_share);
    pair.now += MS;
    for speaker in [1, 2] {
        assert!(pair.server_sends(speaker, b"before"));
    }
    pair.run(20 * MS);
    pair.at_client.clear();
    pair.sent_down.clear();
    pair
}

/// The number of datagrams that a busy server makes of one packet from each speaker.
fn datagrams_of_ten_speakers(mut pair: Pair) -> usize {
    pair.exchange();
    pair.server.set_busy_share(1.0);
    for speaker in 0..10 {
        assert!(pair.server_sends(speaker, b"voice"));
    }
    pair.batch().len()
}

#[test]
fn packets_of_several_speakers_share_a_datagram_within_ten_milliseconds() {
    let mut pair = busy(0.5);
    for speaker in 1..=8 {
        assert!(pair.server_sends(speaker, &[speaker as u8; 120]));
        pair.now += MS;
    }
    assert!(pair.batch().is_empty());
    pair.run(2 * MS);
    assert_eq!(pair.at_client, (1..=8).map(|speaker| vec![speaker; 120]).collect::<Vec<_>>());
    assert_eq!(pair.sent_down.len(), 1);
    assert_eq!(pair.server.poll_timeout(), None);
}

#[test]
fn a_datagram_that_is_full_goes_at_the_next_packet_and_the_rest_waits() {
    let mut pair = busy(0.5);
    for number in 0..30_u8 {
        assert!(pair.server_sends(u64::from(number % 8), &[number; 120]));
    }
    let full = pair.batch();
    assert_eq!(full.len(), 3, "nine packets each");
    assert!(full.iter().all(|(_, datagram)| datagram.len() <= DATAGRAM_BYTES_MAX));
    pair.run(10 * MS);
    assert_eq!(pair.at_client.len(), 3);
}

#[test]
fn one_speaker_never_waits() {
    let mut pair = busy(1.0);
    pair.run(101 * MS);
    for _ in 0..10 {
        assert!(pair.server_sends(2, b"voice"));
        assert_eq!(pair.batch().len(), 1);
        pair.now += 20 * MS;
    }
}

#[test]
fn the_wait_grows_with_the_load_and_is_nothing_while_the_worker_is_quiet() {
    for (busy_share, wait) in [
        (0.0, None),
        (0.1, None),
        (0.12, None),
        (0.225, Some(5 * MS)),
        (0.35, Some(10 * MS)),
        (7.0, Some(10 * MS)),
    ] {
        let mut pair = busy(busy_share);
        for speaker in [1, 2] {
            assert!(pair.server_sends(speaker, b"voice"));
        }
        assert_eq!(pair.batch().len(), if wait.is_some() { 0 } else { 2 }, "{busy_share}");
        let waits = pair.server.poll_timeout().map(|at| at - pair.now);
        let is_close = |wait: Duration, waits: Duration| waits.abs_diff(wait) < Duration::from_micros(1);
        assert_eq!(waits.is_some(), wait.is_some());
        assert!(wait.zip(waits).is_none_or(|(wait, waits)| is_close(wait, waits)), "{busy_share}: {waits:?}");
    }
}

#[test]
fn gathering_can_be_switched_off() {
    let settings = ServerPathSettings { gather_max: Duration::ZERO, ..ServerPathSettings::default() };
    let pair = Pair::with(Cipher::Aes128Gcm, settings, true);
    assert_eq!(datagrams_of_ten_speakers(pair), 10);
}

#[test]
fn a_client_that_takes_one_packet_at_a_time_gets_one() {
    let pair = Pair::with(Cipher::Aes128Gcm, ServerPathSettings::default(), false);
    assert_eq!(datagrams_of_ten_speakers(pair), 10);
}

#[test]
fn packets_queued_for_a_client_that_left_are_dropped() {
    let mut pair = busy(0.5);
    assert!(pair.server_sends(1, b"voice") && pair.server_sends(2, b"voice"));
    pair.server.close(pair.number);
    let number = pair.server.open(78, &crate::path::pair::secrets(2), Cipher::Aes128Gcm, true).unwrap();
    assert_eq!(number, pair.number);
    pair.now += 20 * MS;
    assert!(!pair.server.flush(pair.now));
    assert!(pair.batch().is_empty());
    assert_eq!(pair.server.counts().left_meanwhile, 1, "one datagram with two packets");
}

#[test]
fn what_waits_for_a_client_that_leaves_the_way_meanwhile_is_counted_as_lost() {
    let mut pair = busy(0.5);
    let (_, mut word) = pair.leave();
    assert!(pair.server_sends(1, b"voice") && pair.server_sends(2, b"voice"));
    assert!(pair.batch().is_empty());
    pair.server.handle_datagram(pair.now, pair.client_at, &mut word).unwrap();
    assert_eq!(pair.server.counts().left_meanwhile, 0, "it still waits");
    pair.run(20 * MS);
    assert_eq!(pair.server.counts().left_meanwhile, 1, "one datagram with two packets");
    assert!(pair.server.poll_timeout().is_none());
}

#[test]
fn a_flush_of_more_than_a_batch_takes_several() {
    let settings = ServerPathSettings { batch_datagrams: 1, ..ServerPathSettings::default() };
    let mut pair = Pair::with(Cipher::Aes128Gcm, settings, true);
    pair.exchange();
    pair.server.set_busy_share(1.0);
    pair.server_sends(1, b"at once");
    pair.exchange();
    pair.server_sends(2, &[0; 100]);
    pair.now += 20 * MS;
    pair.server_sends(2, &[0; 1150]);
    assert!(pair.server.batch().is_full());
    assert!(pair.server.flush(pair.now), "something is left");
    pair.exchange();
    assert_eq!(pair.at_client.len(), 3);
}
