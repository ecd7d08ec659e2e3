//! The messages, losses and store of a simulated NATS.

use super::*;
use crate::placement::StoreChange;

const ARENA: &str = "arena";

fn two_nodes() -> (SimulatedNats<u32>, Instant) {
    let (mut nats, now) = (SimulatedNats::new(7), Instant::now());
    for id in 1..=2 {
        nats.add_node(now, NodeId(id));
    }
    (nats, now)
}

fn taken(nats: &mut SimulatedNats<u32>, now: Instant, node: usize) -> Vec<u32> {
    let next = || nats.poll(now, node);
    std::iter::from_fn(next)
        .filter_map(|incoming| match incoming {
            Arrived::Message(message) => Some(message),
            _ => None,
        })
        .collect()
}

fn ask(nats: &mut SimulatedNats<u32>, now: Instant, change: StoreChange) -> Vec<Arrived<u32>> {
    nats.ask(now, 0, &StoreRequest { number: 9, name: ARENA.into(), change });
    std::iter::from_fn(|| nats.poll(now, 0)).collect()
}

#[test]
fn messages_of_one_node_arrive_in_order_and_each_once() {
    let (mut nats, now) = two_nodes();
    nats.set_faults(NatsFaults { delay: Duration::from_millis(50), ..NatsFaults::default() });
    for number in 0..100 {
        nats.publish(now, 0, Some(NodeId(2)), 2, &number);
    }
    let arrived = taken(&mut nats, now + Duration::from_millis(50), 1);
    assert!(arrived.into_iter().eq(0..100));
    assert!(taken(&mut nats, now + Duration::from_secs(1), 0).is_empty());
}

#[test]
fn what_does_not_arrive_is_counted() {
    let (mut nats, now) = two_nodes();
    nats.set_cut(0, 1, true);
    nats.publish(now, 0, None, 0, &1);
    assert_eq!((taken(&mut nats, now, 0), taken(&mut nats, now, 1)), (vec![1], vec![]));
    assert_eq!(nats.loss(0, 1), Some(Loss { messages: 1, last: now }));
    assert_eq!(nats.loss(0, 0), None);
    nats.set_cut(0, 1, false);
    nats.set_faults(NatsFaults { lost_messages: 500_000, ..NatsFaults::default() });
    (0..100).for_each(|number| nats.publish(now, 0, Some(NodeId(2)), 2, &number));
    let arrived = taken(&mut nats, now, 1).len() as u64;
    let lost = nats.loss(0, 1).map(|loss| loss.messages - 1);
    assert!(arrived > 20 && lost == Some(100 - arrived), "{arrived}, {lost:?}");
}

#[test]
fn the_store_changes_only_what_is_as_it_was_believed_to_be() {
    let (mut nats, now) = two_nodes();
    let record = SessionRecord { owner: NodeId(1), worker: 0, session: 5 };
    let told = ask(&mut nats, now, StoreChange::Create(record));
    let first = Revision(1);
    let done = |revision| Arrived::Answer(9, StoreAnswer::Done(revision));
    assert_eq!(told, [Arrived::Record(ARENA.into(), record, first), done(first)]);
    let conflict = [Arrived::Answer(9, StoreAnswer::Conflict)];
    assert_eq!(ask(&mut nats, now, StoreChange::Create(record)), conflict);
    assert_eq!(ask(&mut nats, now, StoreChange::Remove(Revision(0))), conflict);
    assert_eq!(ask(&mut nats, now, StoreChange::Remove(first))[1], done(Revision(2)));
    let gone = Arrived::NoRecord(ARENA.into(), Revision(2));
    assert_eq!(ask(&mut nats, now, StoreChange::Read), [gone, done(Revision(2))]);
    nats.stop_store(now + Duration::from_secs(5));
    assert_eq!(ask(&mut nats, now, StoreChange::Read), []);
    let at = now + REQUEST_PATIENCE;
    assert_eq!(nats.poll(at, 0), Some(Arrived::Answer(9, StoreAnswer::Unavailable)));
}

#[test]
fn a_node_that_comes_back_is_told_what_the_store_has_and_has_no_longer() {
    let (mut nats, now) = two_nodes();
    nats.set_connected(now, 1, false);
    let record = SessionRecord { owner: NodeId(1), worker: 0, session: 5 };
    ask(&mut nats, now, StoreChange::Create(record));
    ask(&mut nats, now, StoreChange::Remove(Revision(1)));
    nats.publish(now, 0, None, 0, &1);
    let later = now + NOTICED;
    assert_eq!(nats.poll(later, 1), Some(Arrived::Bus(false)));
    nats.set_connected(later, 1, true);
    let told: Vec<_> = std::iter::from_fn(|| nats.poll(later, 1)).collect();
    assert_eq!(told, [Arrived::Bus(true), Arrived::NoRecord(ARENA.into(), Revision(2))]);
}
