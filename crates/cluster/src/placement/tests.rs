//! Nodes connected by a store and a bus with all kinds of faults.

mod new_store;
mod world;

use std::collections::BTreeSet;

use super::*;

use world::World;

const ARENA: &str = "arena";

/// Runs a world for this long, checking it at every step.
fn run(world: &mut World, time: Duration) {
    let until = world.now() + time;
    while world.now() < until {
        world.step();
        world.check();
    }
}

/// A world of this many nodes, the first of which owns the arena.
fn owned_by_the_first(nodes: usize, seed: u64) -> World {
    let mut world = World::new(nodes, seed);
    world.place(0, ARENA);
    run(&mut world, Duration::from_secs(2));
    world
}

#[test]
fn the_node_of_the_first_client_owns_a_session_and_the_others_learn_it() {
    let mut world = World::new(3, 1);
    assert_eq!(world.place(1, ARENA), SessionPlace::Unknown);
    run(&mut world, Duration::from_millis(300));
    assert_eq!(world.owners(ARENA), [1]);
    assert_eq!(world.place(0, ARENA), world.at(1, 1));
    assert_eq!(world.place(1, ARENA), SessionPlace::Here);
    let is_told = world.told(1).contains(&PlacementEvent::Owned {
        name: ARENA.into(),
        session: world.number(1),
        worker: 1,
        former: None,
    });
    assert!(is_told, "{:?}", world.told(1));
}

#[test]
fn sessions_are_looked_at_once_per_tick_and_at_once_when_a_node_is_lost() {
    let start = Instant::now();
    let mut placement = Placement::new(start, NodeId(1));
    placement.handle_bus(start, true);
    let record = SessionRecord { owner: NodeId(2), worker: 0, session: 7 };
    placement.handle_record(start, ARENA, record, Revision(1));
    assert_eq!(placement.place(start, ARENA, 8, 0), SessionPlace::At(record));
    placement.set_links(ARENA, Some(0));
    let lost = start + SILENCE;
    for before in [TICK / 2, TICK / 4] {
        let now = lost.checked_sub(before).unwrap();
        let beat = placement.poll_beat(now);
        placement.handle_beat(now, NodeId(1), beat.unwrap_or(u64::MAX));
        placement.handle_timeout(now);
        assert_eq!((placement.poll_timeout(now), placement.poll_request()), (lost + TICK / 2, None));
    }
    placement.handle_timeout(lost);
    let request = placement.poll_request().expect("the owner is replaced at once");
    assert!(matches!(request.change, StoreChange::Replace(..)), "{request:?}");

    placement.handle_answer(lost, request.number, StoreAnswer::Unavailable);
    let mut asked = Vec::new();
    for ms in 0..100 {
        let now = lost + (STORE_PATIENCE.saturating_sub(TICK / 2) + Duration::from_millis(ms));
        if let Some(beat) = placement.poll_beat(now) {
            placement.handle_beat(now, NodeId(1), beat);
        }
        placement.handle_timeout(now);
        asked.extend(placement.poll_request().map(|_| ms));
    }
    assert_eq!(asked, [50], "the second look");
}

#[test]
fn an_owner_that_is_partitioned_from_the_others_and_hears_itself_has_stopped_when_another_one_acts() {
    let mut world = owned_by_the_first(3, 1);
    world.set_links(1, ARENA, true);
    world.set_partitioned(0, true);
    run(&mut world, Duration::from_secs(5));
    assert_eq!(world.owners(ARENA), [1]);
    world.set_partitioned(0, false);
    run(&mut world, Duration::from_secs(2));
    assert_eq!(world.owners(ARENA), [1]);
    assert_eq!(world.owner_as_known_by(0, ARENA), Some(World::id(1)));
}

#[test]
fn an_owner_goes_on_when_others_are_lost_as_soon_as_the_store_has_confirmed_it() {
    let mut world = owned_by_the_first(3, 1);
    world.kill(1);
    world.kill(2);
    let mut stopped = 0;
    for _ in 0..300 {
        run(&mut world, Duration::from_millis(10));
        stopped += usize::from(!world.acts(0, ARENA));
    }
    assert!(stopped <= 10, "for {stopped} hundredths of a second");
    assert!(world.acts(0, ARENA));
}

/// A node that owns the arena by this revision and has sent the store no requests since.
fn owner_by(now: Instant, own: NodeId, revision: Revision) -> Placement {
    let mut placement = Placement::new(now, own);
    let beat = placement.poll_beat(now).unwrap();
    placement.handle_beat(now, own, beat);
    placement.place(now, ARENA, 7, 0);
    let request = placement.poll_request().unwrap();
    placement.handle_answer(now, request.number, StoreAnswer::Done(revision));
    placement
}

#[test]
fn an_owner_stops_when_another_node_announces_a_newer_record_and_the_store_is_out_of_reach() {
    let (now, own) = (Instant::now(), NodeId(1));
    let mut placement = owner_by(now, own, Revision(5));
    let record = SessionRecord { owner: NodeId(2), worker: 0, session: 7 };
    placement.handle_announcement(now, ARENA, record, Revision(4));
    assert!(placement.may_act(now, ARENA), "that was before");
    placement.handle_announcement(now, ARENA, record, Revision(6));
    assert!(!placement.may_act(now, ARENA));
}

#[test]
fn a_node_that_was_about_to_own_a_session_waits_again_when_it_replaces_the_next_owner() {
    let (mut now, own, other) = (Instant::now(), NodeId(1), NodeId(2));
    let mut placement = Placement::new(now, own);
    let of_other = SessionRecord { owner: other, worker: 0, session: 7 };
    let of_own = SessionRecord { owner: own, ..of_other };
    let mut acted_before = false;
    for revision in [1, 3] {
        placement.handle_record(now, ARENA, of_other, Revision(revision));
        placement.set_links(ARENA, Some(0));
        let silent_until = now + SILENCE + BEAT;
        while now < silent_until {
            now += TICK;
            if let Some(beat) = placement.poll_beat(now) {
                placement.handle_beat(now, own, beat);
            }
            placement.handle_timeout(now);
        }
        // The store's news arrive before its answer.
        placement.handle_record(now, ARENA, of_own, Revision(revision + 1));
        let request = std::iter::from_fn(|| placement.poll_request()).last().unwrap();
        placement.handle_timeout(now);
        placement.handle_answer(now, request.number, StoreAnswer::Done(Revision(revision + 1)));
        let events: Vec<_> = std::iter::from_fn(|| placement.poll_event()).collect();
        acted_before |= events.iter().any(|event| matches!(event, PlacementEvent::Owned { .. }));
        assert!(!acted_before && !placement.may_act(now, ARENA), "{revision}: {events:?}");
        // It is replaced before it acts, and learns of that late.
        now += LEASE / 2;
    }
}

#[test]
fn a_session_is_its_owners_whatever_another_node_announces() {
    let mut world = owned_by_the_first(2, 1);
    let record = world.record(1, 1);
    world.announce(1, ARENA, record, Revision(u64::MAX));
    run(&mut world, Duration::from_secs(2));
    assert!(world.acts(0, ARENA), "{}", world.describe(ARENA));
    let is_elsewhere = |event: &PlacementEvent| matches!(event, PlacementEvent::Elsewhere { .. });
    assert!(!world.told(0).iter().any(is_elsewhere), "{:?}", world.told(0));
}

#[test]
fn of_two_nodes_with_a_first_client_at_once_one_owns_it_and_the_other_learns_it() {
    for seed in 0..20 {
        let mut world = World::new(2, seed);
        world.place(0, ARENA);
        world.place(1, ARENA);
        run(&mut world, Duration::from_millis(500));
        let owners = world.owners(ARENA);
        assert_eq!(owners.len(), 1, "{seed}");
        let other = 1 - owners[0];
        assert_eq!(world.place(other, ARENA), world.at(owners[0], owners[0]), "{seed}");
    }
}

#[test]
fn a_dead_owner_is_replaced_within_three_seconds_by_a_node_with_players_and_keeps_its_number() {
    for seed in 0..20 {
        let mut world = owned_by_the_first(3, seed);
        let number = world.number(0);
        world.set_links(2, ARENA, true);
        world.kill(0);
        run(&mut world, Duration::from_secs(3));
        assert_eq!(world.owners(ARENA), [2], "{seed}");
        let (name, former) = (ARENA.into(), Some(World::id(0)));
        let owned = PlacementEvent::Owned { name, session: number, worker: 2, former };
        assert!(world.told(2).contains(&owned), "{seed}: {:?}", world.told(2));
    }
}

#[test]
fn an_owner_that_ends_in_order_is_replaced_at_once() {
    for seed in 0..20 {
        let mut world = owned_by_the_first(3, seed);
        world.set_links(2, ARENA, true);
        world.stop(0);
        run(&mut world, Duration::from_millis(300));
        assert_eq!(world.owners(ARENA), [2], "{seed}");
    }
}

#[test]
fn a_node_whose_last_beat_is_lost_is_replaced_like_one_that_crashed() {
    let mut world = owned_by_the_first(3, 1);
    world.set_links(2, ARENA, true);
    world.set_partitioned(0, true);
    world.stop(0);
    run(&mut world, Duration::from_millis(500));
    assert!(world.owners(ARENA).is_empty());
    run(&mut world, Duration::from_millis(2500));
    assert_eq!(world.owners(ARENA), [2]);
}

#[test]
fn a_node_that_slept_finds_itself_replaced_and_does_not_act_before_it_knows() {
    for seed in 0..20 {
        let mut world = owned_by_the_first(3, seed);
        world.set_links(1, ARENA, true);
        world.pause(0, Duration::from_secs(10));
        run(&mut world, Duration::from_secs(9));
        assert_eq!(world.owners(ARENA), [1], "{seed}");
        // Each step checks that no two nodes act at once.
        run(&mut world, Duration::from_secs(3));
        assert_eq!(world.owners(ARENA), [1], "{seed}");
        let elsewhere =
            PlacementEvent::Elsewhere { name: ARENA.into(), record: world.record(1, 0), former: None };
        assert!(world.told(0).contains(&elsewhere), "{seed}: {:?}", world.told(0));
    }
}

#[test]
fn a_node_that_slept_and_was_not_replaced_goes_on() {
    let mut world = owned_by_the_first(2, 3);
    // The other node has no players of the session.
    world.pause(0, Duration::from_secs(10));
    run(&mut world, Duration::from_secs(12));
    assert_eq!(world.owners(ARENA), [0]);
}

#[test]
fn while_the_store_has_no_leader_no_owner_resigns_and_none_is_replaced() {
    for seed in 0..20 {
        let mut world = owned_by_the_first(3, seed);
        world.set_links(1, ARENA, true);
        world.stop_store(Duration::from_secs(8));
        for _ in 0..80 {
            run(&mut world, Duration::from_millis(100));
            assert_eq!(world.owners(ARENA), [0], "{seed}");
        }
    }
}

#[test]
fn a_client_that_came_while_the_owner_was_silent_is_led_to_it_when_it_is_heard_again() {
    let mut world = owned_by_the_first(2, 3);
    world.pause(0, Duration::from_secs(3));
    world.stop_store(Duration::from_secs(6));
    run(&mut world, Duration::from_secs(2));
    assert_eq!(world.place(1, ARENA), SessionPlace::Unknown);
    run(&mut world, Duration::from_secs(3));
    let elsewhere =
        PlacementEvent::Elsewhere { name: ARENA.into(), record: world.record(0, 0), former: None };
    assert!(world.told(1).contains(&elsewhere), "{:?}", world.told(1));
}

#[test]
fn a_client_of_a_new_session_is_told_in_time_that_the_store_does_not_answer() {
    let mut world = World::new(2, 5);
    run(&mut world, Duration::from_secs(1));
    world.stop_store(Duration::from_mins(1));
    world.place(0, ARENA);
    run(&mut world, CLIENT_PATIENCE + Duration::from_millis(200));
    assert!(world.told(0).contains(&PlacementEvent::Unplaced { name: ARENA.into() }));
    assert_eq!(world.owners(ARENA), [0; 0]);
}

#[test]
fn without_a_bus_an_owner_goes_on_detached_and_is_the_owner_soon_after_its_return() {
    for seed in 0..20 {
        let mut world = owned_by_the_first(3, seed);
        world.set_links(1, ARENA, true);
        for node in 0..3 {
            world.set_bus(node, false);
        }
        run(&mut world, Duration::from_secs(20));
        assert!(world.acts(0, ARENA) && world.is_detached(0, ARENA), "{seed}");
        for node in 0..3 {
            world.set_bus(node, true);
        }
        for _ in 0..20 {
            run(&mut world, Duration::from_millis(100));
            assert!(world.acts(0, ARENA), "{seed}: its own players notice nothing");
        }
        assert_eq!(world.owners(ARENA), [0], "{seed}: two seconds later it is attached");
    }
}

#[test]
fn a_session_that_has_ended_can_begin_at_another_node() {
    let mut world = World::new(2, 7);
    world.place(0, ARENA);
    run(&mut world, Duration::from_secs(1));
    world.end(0, ARENA);
    run(&mut world, Duration::from_secs(1));
    assert_eq!(world.owners(ARENA), [0; 0]);
    world.place(1, ARENA);
    run(&mut world, Duration::from_secs(1));
    assert_eq!(world.owners(ARENA), [1]);
}

/// The number of seeds, from `CONSONANCE_CLUSTER_SEEDS`.
fn seeds() -> u64 {
    std::env::var("CONSONANCE_CLUSTER_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(20)
}

/// The first seed, from `CONSONANCE_CLUSTER_FIRST_SEED`.
fn first_seed() -> u64 {
    std::env::var("CONSONANCE_CLUSTER_FIRST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0)
}

#[test]
fn whatever_is_lost_late_twice_or_asleep_at_most_one_node_acts_and_at_last_one_does() {
    for seed in first_seed()..first_seed() + seeds() {
        let mut world = World::new(4, seed);
        world.make_rough();
        let names = ["arena", "lobby"];
        for _ in 0..600 {
            world.disturb(&names);
            run(&mut world, Duration::from_millis(100));
        }
        world.calm();
        for (node, name) in [(0, names[0]), (1, names[1])] {
            world.place(node, name);
            world.set_links(node, name, true);
        }
        run(&mut world, Duration::from_secs(15));
        for name in names {
            let owners = world.owners(name);
            assert_eq!(owners.len(), 1, "seed {seed}, {name}: {}", world.describe(name));
            let known: BTreeSet<Option<NodeId>> =
                (0..4).map(|node| world.owner_as_known_by(node, name)).collect();
            assert_eq!(known, BTreeSet::from([Some(World::id(owners[0]))]), "seed {seed}, {name}");
        }
    }
}
