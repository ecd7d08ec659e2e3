//! Gateways with one worker each.

use std::time::Duration;

use consonance_link::Delivery;

use super::super::worker_bus::join_nodes;
use super::*;

/// A gateway with one worker, and the worker's way to owners.
fn gateway(own: u64) -> (NodeGateway, BusWay) {
    let mut joined: [_; WAYS] = std::array::from_fn(|_| join_nodes(1));
    let worker = joined[0].workers.remove(0);
    (NodeGateway::new(NodeId(own), 1, joined.map(|joined| joined.gateway)), worker)
}

#[test]
fn a_node_that_came_after_many_lost_ones_is_heard() {
    let (mut own, (_, mut incoming)) = gateway(1);
    let mut now = Instant::now();
    let others = NODES_MAX as u64 + 10;
    for number in 0..others {
        let (mut other, (mut out, _)) = gateway(100 + number);
        let to = other.workers().number(NodeId(1), 0).unwrap();
        assert!(out.send(to, Delivery::Unreliable, &number.to_le_bytes()));
        out.flush();
        other.collect(now);
        let (_, bundle) = other.poll_publish(now).unwrap();
        own.handle(now, bundle).unwrap();
        assert!(matches!(incoming.poll(), Some(BusEvent::Message(_))), "{number}");
        assert_eq!(incoming.message(), number.to_le_bytes());
        own.lose(NodeId(100 + number));
        assert!(matches!(incoming.poll(), Some(BusEvent::Lost(_))));
        now += Duration::from_secs(2);
    }
    assert!(own.streams.len() <= NODES_MAX);
}

#[test]
fn what_was_sent_to_a_forgotten_node_is_counted_still() {
    let (mut own, (mut out, _)) = gateway(1);
    let now = Instant::now();
    for number in 0..=NODES_MAX as u64 {
        let to = own.workers().number(NodeId(100 + number), 0).unwrap();
        assert!(out.send(to, Delivery::Unreliable, b"voice"));
        out.flush();
        own.collect(now);
        assert!(own.poll_publish(now).is_some());
        own.lose(NodeId(100 + number));
    }
    let (mut stranger, (mut out, _)) = gateway(7);
    let to = stranger.workers().number(NodeId(1), 0).unwrap();
    assert!(out.send(to, Delivery::Unreliable, b"hello"));
    out.flush();
    stranger.collect(now);
    own.handle(now, stranger.poll_publish(now).unwrap().1).unwrap();
    let sent = NODES_MAX as u64 + 1;
    let StreamStatistics { bundles, unreliable, .. } = own.total();
    assert_eq!((bundles, unreliable), (sent, sent));
}

#[test]
fn voice_of_a_node_that_was_lost_and_does_not_know_it_is_heard_at_once() {
    let (mut own, (_, mut incoming)) = gateway(1);
    let (mut other, (mut out, _)) = gateway(2);
    let (mut now, to) = (Instant::now(), other.workers().number(NodeId(1), 0).unwrap());
    let mut send = |now, delivery, message: &[u8]| {
        assert!(out.send(to, delivery, message));
        out.flush();
        other.collect(now);
        other.poll_publish(now).unwrap().1.to_vec()
    };
    let first = send(now, Delivery::Reliable, b"joined");
    own.handle(now, &first).unwrap();
    assert!(matches!(incoming.poll(), Some(BusEvent::Message(_))));
    own.lose(NodeId(2));
    assert!(matches!(incoming.poll(), Some(BusEvent::Lost(_))));
    now += Duration::from_secs(5);
    let voice = send(now, Delivery::Unreliable, b"voice");
    own.handle(now, &voice).unwrap();
    assert!(matches!(incoming.poll(), Some(BusEvent::Message(_))));
    assert_eq!(incoming.message(), b"voice");
    assert!(incoming.poll().is_none(), "what had to arrive is of a stream that is over");
}
