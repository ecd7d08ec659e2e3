//! Delivery over a bus that loses, repeats and delays bundles.

use super::gathering::WAIT_MAX;
use super::*;
use crate::nodes::Way;

const NODES: [NodeId; 2] = [NodeId(7), NodeId(9)];

/// Two nodes whose bus misbehaves in a way that depends on a seed.
struct World {
    now: Instant,
    random: u64,
    streams: [NodeStream; 2],
    /// By receiver: bundles on their way, and when each arrives.
    on_the_way: [Vec<(Instant, Vec<u8>)>; 2],
    came: [Vec<u32>; 2],
    /// Parcels that were handed out and not taken yet.
    handed: [Vec<(u32, u64)>; 2],
    lose_percent: u64,
}

impl World {
    fn new(seed: u64, lose_percent: u64) -> Self {
        Self {
            now: Instant::now(),
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            streams: [NodeStream::new(), NodeStream::new()],
            on_the_way: [Vec::new(), Vec::new()],
            came: [Vec::new(), Vec::new()],
            handed: [Vec::new(), Vec::new()],
            lose_percent,
        }
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % 100 < percent
    }

    fn push(&mut self, from: usize, is_reliable: bool, number: u32) {
        let message = number.to_le_bytes();
        let parcel = Parcel { way: Way::ToOwner, is_reliable, from: 0, to: 0, message: &message };
        assert!(self.streams[from].push(self.now, &parcel));
    }

    /// Advances by a millisecond.
    fn step(&mut self) {
        self.now += Duration::from_millis(1);
        for (node, id) in NODES.into_iter().enumerate() {
            while let Some(bundle) = self.streams[node].poll_publish(self.now, id) {
                let bundle = bundle.to_vec();
                let copies = 1 + usize::from(self.lose_percent > 0 && self.chance(5));
                for _ in 0..copies {
                    if !self.chance(self.lose_percent) {
                        let at = self.now + Duration::from_millis(if self.chance(10) { 30 } else { 1 });
                        self.on_the_way[1 - node].push((at, bundle.clone()));
                    }
                }
            }
            // Workers take their parcels a while later, and not all at once.
            if self.chance(50) {
                for (epoch, number) in std::mem::take(&mut self.handed[node]) {
                    self.streams[node].note_taken(epoch, number);
                }
            }
        }
        for node in 0..2 {
            let (now, ways) = (self.now, std::mem::take(&mut self.on_the_way[node]));
            let (due, later): (Vec<_>, Vec<_>) = ways.into_iter().partition(|(at, _)| *at <= now);
            self.on_the_way[node] = later;
            for (_, bundle) in due {
                self.arrive(node, &bundle);
            }
        }
    }

    fn arrive(&mut self, node: usize, bundle: &[u8]) {
        let bundle = Bundle::read(bundle).unwrap();
        let stream = &mut self.streams[node];
        let mut came = stream.look(self.now, &bundle);
        if matches!(came, Came::Restarted | Came::TheirsRestarted) {
            if came == Came::Restarted {
                stream.lose();
            } else {
                stream.forget_theirs();
            }
            came = stream.look(self.now, &bundle);
        }
        if came != Came::Fresh {
            return;
        }
        let epoch = self.streams[node].their_epoch();
        let (came, handed) = (&mut self.came[node], &mut self.handed[node]);
        let take = self.streams[node].take(self.now, bundle, |number, parcel| {
            came.push(u32::from_le_bytes(parcel.message.try_into().unwrap()));
            handed.extend(number.map(|number| (epoch, number)));
        });
        take.unwrap();
    }

    fn run(&mut self, time_ms: u32) {
        (0..time_ms).for_each(|_| self.step());
    }
}

#[test]
fn reliable_parcels_arrive_in_order_and_once_whatever_is_lost_repeated_or_delayed() {
    for seed in 0..200 {
        let mut world = World::new(seed, 20);
        for number in 0..200 {
            world.push(0, true, number);
            world.push(1, true, number);
            world.step();
        }
        world.run(5_000);
        let all: Vec<u32> = (0..200).collect();
        assert_eq!(world.came, [all.clone(), all], "seed {seed}");
        let is_done = |stream: &NodeStream| stream.outgoing.overdue_at().is_none();
        assert!(world.streams.iter().all(is_done), "seed {seed}: all is known to be taken");
    }
}

#[test]
fn an_unreliable_parcel_is_sent_once_and_waits_for_nothing_reliable() {
    let mut world = World::new(1, 0);
    world.push(0, true, 1);
    let lost = world.streams[0].poll_publish(world.now, NODES[0]).map(<[u8]>::len);
    assert!(lost.is_some());
    world.now += WAIT_MAX;
    world.push(0, false, 2);
    world.push(0, true, 3);
    world.run(2);
    assert_eq!(world.came[1], [2], "3 waits for 1");
    world.run(20);
    assert_eq!(world.came[1], [2, 1, 3], "which is asked for at once");
}

#[test]
fn parcels_share_a_bundle_only_where_there_are_many() {
    let (mut now, mut stream) = (Instant::now(), NodeStream::new());
    let parcel = Parcel { way: Way::ToEdge, is_reliable: false, from: 1, to: 2, message: b"voice" };
    let publish = |stream: &mut NodeStream, now| {
        let bundle = stream.poll_publish(now, NODES[0]).map(<[u8]>::to_vec);
        bundle.map_or(0, |bundle| Bundle::read(&bundle).unwrap().parcels().count())
    };
    for _ in 0..50 {
        assert!(stream.push(now, &parcel));
        assert_eq!(publish(&mut stream, now), 1, "each at once");
        assert_eq!(stream.poll_timeout(now), None, "nothing waits any more");
        now += Duration::from_millis(1);
    }
    let mut bundles = Vec::new();
    for _ in 0..20_000 {
        assert!(stream.push(now, &parcel));
        bundles.extend(Some(publish(&mut stream, now)).filter(|parcels| *parcels > 0));
        now += Duration::from_micros(10);
    }
    assert_eq!(bundles.last(), Some(&250), "all of 2.5 ms");
}

#[test]
fn what_was_not_taken_when_its_node_is_lost_comes_back_and_only_that() {
    let mut world = World::new(1, 0);
    world.push(0, true, 1);
    world.run(100);
    assert_eq!(world.came[1], [1]);
    world.push(0, true, 2);
    world.push(0, false, 3);
    let returned = world.streams[0].lose();
    let numbers: Vec<u8> = returned.iter().map(|written| written[written.len() - 4]).collect();
    assert_eq!(numbers, [2]);
}

#[test]
fn a_node_that_was_lost_and_is_there_after_all_begins_again() {
    let mut world = World::new(1, 0);
    world.push(0, true, 1);
    world.push(1, true, 1);
    world.run(100);
    world.streams[0].lose();
    world.push(1, true, 2);
    world.run(100);
    assert_eq!(world.came[0], [1], "what comes from before counts no more");
    world.push(0, true, 3);
    world.push(1, true, 4);
    world.run(100);
    assert_eq!(world.came, [vec![1, 4], vec![1, 3]]);
}

#[test]
fn two_sides_that_lose_each_other_at_once_begin_again_both() {
    let mut world = World::new(1, 0);
    for number in 0..3 {
        world.push(0, true, number);
        world.push(1, true, number);
        world.run(100);
        world.on_the_way = [Vec::new(), Vec::new()];
        world.streams.iter_mut().for_each(|stream| drop(stream.lose()));
    }
    for number in 3..5 {
        world.push(0, true, number);
        world.push(1, true, number);
        world.run(500);
    }
    assert!(world.came.iter().all(|came| came.last() == Some(&4)), "{:?}", world.came);
}

#[test]
fn a_side_that_never_heard_the_other_one_begins_again_too() {
    let mut world = World::new(1, 0);
    world.push(1, true, 1);
    world.run(2);
    assert_eq!(world.came[0], [1]);
    world.on_the_way = [Vec::new(), Vec::new()];
    world.streams[0].lose();
    world.run(500);
    world.push(1, true, 2);
    world.run(500);
    assert_eq!(world.came[0], [1, 2]);
}

#[test]
fn a_side_that_loses_the_other_one_twice_before_it_hears_of_it_makes_both_begin_again_once() {
    let mut world = World::new(1, 0);
    world.push(0, true, 1);
    world.push(1, true, 1);
    world.run(100);
    // The other side restarts, too, and the bundle that it then sends is late.
    world.streams[0].lose();
    world.push(0, true, 2);
    world.run(3);
    world.push(1, true, 2);
    let late = world.streams[1].poll_publish(world.now + WAIT_MAX, NODES[1]).unwrap().to_vec();
    world.on_the_way = [Vec::new(), Vec::new()];
    world.streams[0].lose();
    world.arrive(0, &late);
    world.push(0, true, 3);
    world.run(500);
    let epochs = world.streams.each_ref().map(|stream| stream.epoch);
    for number in 4..6 {
        world.push(0, true, number);
        world.push(1, true, number);
        world.run(500);
    }
    assert_eq!(world.streams.each_ref().map(|stream| stream.epoch), epochs);
    assert!(world.came.iter().all(|came| came.ends_with(&[4, 5])), "{:?}", world.came);
}

#[test]
fn old_voice_is_dropped_and_counted_when_nothing_is_published() {
    let (mut now, mut stream) = (Instant::now(), NodeStream::new());
    assert_eq!(stream.status(now), LinkStatus::default());
    let message = vec![0; 60_000];
    let parcel = Parcel { way: Way::ToEdge, is_reliable: false, from: 0, to: 0, message: &message };
    for _ in 0..1_000 {
        assert!(stream.push(now, &parcel));
    }
    let dropped = stream.statistics().dropped;
    assert!((900..1_000).contains(&dropped), "{dropped}");
    let mut kept = 0;
    now += Duration::from_secs(3);
    assert_eq!(stream.status(now).dropped_ago, Some(Duration::from_secs(3)));
    while let Some(bundle) = stream.poll_publish(now, NODES[0]) {
        kept += Bundle::read(bundle).unwrap().parcels().count() as u64;
        now += WAIT_MAX;
    }
    assert_eq!(kept + dropped, 1_000);
}

#[test]
fn what_is_no_bundle_is_counted_and_breaks_nothing() {
    let mut world = World::new(1, 0);
    world.push(0, true, 1);
    let bundle = world.streams[0].poll_publish(world.now, NODES[0]).unwrap().to_vec();
    for length in 0..bundle.len() {
        if let Ok(cut) = Bundle::read(&bundle[..length]) {
            let mut stream = NodeStream::new();
            assert_eq!(stream.look(world.now, &cut), Came::Fresh);
            let taken = stream.take(world.now, cut, |_, _| panic!("{length} bytes"));
            assert_eq!(taken.is_err(), stream.statistics().malformed == 1);
        }
    }
}
