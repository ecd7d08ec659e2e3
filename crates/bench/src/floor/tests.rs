//! Every loop does what it is measured for.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::drainer::{Drain, Drainer};
use super::frames::Frames;
use super::listeners::Listeners;
use super::loops::{Kind, Loop};
use super::measurement::alternate;
use super::sealer::{Sealer, open};

/// More than fit into one call of `sendmmsg`, so that the last call is not full.
const LISTENERS: usize = 300;
const BYTES: usize = 120;
/// Generous: the kernel delivers over loopback almost at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// The packets that each listener receives when the loop sends twice.
fn received(kind: Kind, sealed: bool) -> Vec<Vec<Vec<u8>>> {
    let listeners = Listeners::open(LISTENERS).unwrap();
    let frames = Frames::new(BYTES);
    let mut it = Loop::new(kind, sealed, &listeners, &frames).unwrap();
    it.send(&frames).unwrap();
    it.send(&frames).unwrap();
    let (mut received, mut missing) = (vec![Vec::new(); LISTENERS], 2 * Frames::COUNT * LISTENERS);
    let deadline = Instant::now() + PATIENCE;
    while missing > 0 {
        assert!(Instant::now() < deadline, "{missing} packets of {} are missing", it.name);
        let each = |listener: usize, packet: &[u8]| {
            received[listener].push(packet.to_vec());
            missing -= 1;
        };
        listeners.drain(each).unwrap();
    }
    received
}

fn sent() -> Vec<Vec<u8>> {
    let frames = Frames::new(BYTES);
    frames.iter().chain(frames.iter()).map(<[u8]>::to_vec).collect()
}

#[test]
fn every_plain_loop_delivers_every_frame_to_every_listener_in_order() {
    for kind in Kind::ALL {
        for packets in received(*kind, false) {
            assert_eq!(packets, sent());
        }
    }
}

#[test]
fn every_sealed_loop_delivers_datagrams_that_open_with_the_listeners_own_key_and_have_a_counter_each() {
    for kind in Kind::ALL {
        for (listener, packets) in received(*kind, true).into_iter().enumerate() {
            assert!(packets.iter().all(|packet| packet.len() == BYTES + Sealer::OVERHEAD));
            let opened: Vec<_> = packets.iter().map(|packet| open(listener, packet).unwrap()).collect();
            let expected: Vec<_> = (0..).zip(sent()).collect();
            assert_eq!(opened, expected);
            assert!(open(listener + 1, &packets[0]).is_none());
        }
    }
}

#[test]
fn a_sealed_datagram_with_one_changed_bit_does_not_open() {
    let mut packet = vec![0; BYTES + Sealer::OVERHEAD];
    Sealer::new(7).unwrap().seal(&[5; BYTES], &mut packet).unwrap();
    assert_eq!(open(7, &packet), Some((0, vec![5; BYTES])));
    for bit in 0..8 * packet.len() {
        packet[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(7, &packet), None);
        packet[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn a_measurement_has_a_row_for_each_loop_and_loses_nothing_wherever_it_is_drained() {
    let frames = Frames::new(1);
    for drain in [Drain::WhileSending, Drain::BetweenBursts, Drain::BySender] {
        let listeners = Arc::new(Listeners::open(3).unwrap());
        let mut loops = all(&listeners, &frames);
        let drainer = Drainer::start(listeners, drain).unwrap();
        let rows = alternate(&mut loops, &drainer, &frames, 2).unwrap();
        assert_eq!(rows.iter().map(|row| row.name).collect::<BTreeSet<_>>().len(), 2 * Kind::ALL.len());
        for row in rows {
            assert!(row.packets_per_cpu_s > 0.0 && row.lost == Some(0.0), "{} lost {:?}", row.name, row.lost);
        }
    }
}

#[test]
fn a_drainer_empties_every_socket_and_counts() {
    let frames = Frames::new(BYTES);
    let cases = [
        (Drain::WhileSending, Some(8)),
        (Drain::BetweenBursts, Some(8)),
        (Drain::BySender, Some(8)),
        (Drain::Never, None),
    ];
    for (drain, expected) in cases {
        let listeners = Arc::new(Listeners::open(2).unwrap());
        let drainer = Drainer::start(Arc::clone(&listeners), drain).unwrap();
        Loop::new(Kind::SendTo, false, &listeners, &frames).unwrap().send(&frames).unwrap();
        assert_eq!(drainer.drain().unwrap(), expected);
        assert_eq!(drainer.drain().unwrap(), expected.map(|_| 0));
    }
}

fn all(listeners: &Listeners, frames: &Frames) -> Vec<Loop> {
    let two = |kind: &Kind| [false, true].map(|sealed| Loop::new(*kind, sealed, listeners, frames).unwrap());
    Kind::ALL.iter().flat_map(two).collect()
}
