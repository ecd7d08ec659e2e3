//! Queueing, dropping, and waking members.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use super::*;

fn poll(receiver: &mut Box<dyn BusReceiver>) -> Option<(u16, Vec<u8>)> {
    match receiver.poll()? {
        BusEvent::Message(from) => Some((from.0, receiver.message().to_vec())),
        other => panic!("{other:?}"),
    }
}

/// The way from the first of two members to the second.
fn pair() -> (Box<dyn BusSender>, Box<dyn BusReceiver>) {
    let mut ways = mailboxes(2);
    let (_, receiver) = ways.pop().unwrap();
    let (sender, _) = ways.pop().unwrap();
    (sender, receiver)
}

#[test]
fn messages_of_one_member_arrive_in_order_after_a_flush() {
    let (mut sender, mut receiver) = pair();
    for (delivery, message) in
        [(Delivery::Unreliable, &b"voice"[..]), (Delivery::Reliable, b"control"), (Delivery::Reliable, b"")]
    {
        assert!(sender.send(Member(1), delivery, message));
    }
    assert_eq!(poll(&mut receiver), None, "nothing is sent before the flush");
    sender.flush();
    for expected in [&b"voice"[..], b"control", b""] {
        assert_eq!(poll(&mut receiver), Some((0, expected.to_vec())));
    }
    assert_eq!(poll(&mut receiver), None);
    assert_eq!(sender.statistics(), BusStatistics { sent: 3, bytes: 12, ..BusStatistics::default() });
}

#[test]
fn members_take_turns() {
    let mut ways = mailboxes(3);
    let (_, mut receiver) = ways.pop().unwrap();
    for (index, (sender, _)) in ways.iter_mut().enumerate() {
        for number in 0..2 {
            sender.send(Member(2), Delivery::Reliable, &[number]);
        }
        sender.flush();
        assert!(index < 2);
    }
    let came: Vec<(u16, Vec<u8>)> = std::iter::from_fn(|| poll(&mut receiver)).collect();
    assert_eq!(came, [(1, vec![0]), (1, vec![1]), (0, vec![0]), (0, vec![1])]);
}

#[test]
fn a_member_that_does_not_read_loses_old_voice_and_nothing_reliable() {
    let (mut sender, mut receiver) = pair();
    let voice = vec![7; 1 << 20];
    for number in 0..20 {
        sender.send(Member(1), Delivery::Reliable, &[number]);
        sender.send(Member(1), Delivery::Unreliable, &voice);
        sender.flush();
    }
    let dropped = sender.statistics().unreliable_dropped;
    let came: Vec<(u16, Vec<u8>)> = std::iter::from_fn(|| poll(&mut receiver)).collect();
    let control: Vec<u8> = came.iter().filter(|(_, it)| it.len() == 1).map(|(_, it)| it[0]).collect();
    assert_eq!(control, (0..20).collect::<Vec<u8>>());
    let heard = came.iter().filter(|(_, it)| it.len() > 1).count() as u64;
    assert!((1..9).contains(&heard), "{heard} heard, {dropped} dropped");
    assert_eq!(heard + dropped, 20);
}

#[test]
fn what_hangs_for_long_holds_a_bounded_amount() {
    let (mut sender, mut receiver) = pair();
    let control = vec![7; 1 << 20];
    let taken = (0..200).filter(|_| {
        let was_taken = sender.send(Member(1), Delivery::Reliable, &control);
        sender.flush();
        was_taken
    });
    let taken = taken.count();
    assert!((64..=2 * 64).contains(&taken), "{taken} MiB wait");
    assert_eq!(sender.statistics().reliable_dropped, 200 - taken as u64);
    let before = std::iter::from_fn(|| poll(&mut receiver)).count();
    sender.flush();
    let after = std::iter::from_fn(|| poll(&mut receiver)).count();
    assert_eq!(before + after, taken, "what was taken arrives once the member reads");
}

#[test]
fn the_member_that_is_written_to_is_woken() {
    struct Count(AtomicUsize);
    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let (mut sender, mut receiver) = pair();
    receiver.set_waker(Arc::clone(&count).into());
    sender.flush();
    assert_eq!(count.0.load(Ordering::Relaxed), 0, "there was nothing");
    sender.send(Member(1), Delivery::Unreliable, b"voice");
    sender.send(Member(1), Delivery::Unreliable, b"voice");
    sender.flush();
    assert_eq!(count.0.load(Ordering::Relaxed), 1, "once for all of a flush");
}
