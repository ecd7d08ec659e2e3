//! The store is deleted while nodes run.

use super::*;

#[test]
fn sessions_go_on_at_their_owners_which_write_their_records_into_a_new_store() {
    for seed in 0..20 {
        let mut world = owned_by_the_first(3, seed);
        world.set_links(2, ARENA, true);
        let record = world.record(0, 0);
        for _ in 0..2 {
            world.lose_store();
            run(&mut world, Duration::from_secs(2));
            assert_eq!(world.owners(ARENA), [0], "{seed}: {}", world.describe(ARENA));
            assert_eq!(world.stored(ARENA), Some(record), "{seed}");
            assert_eq!(world.place(1, ARENA), SessionPlace::At(record), "{seed}");
        }
        world.kill(0);
        run(&mut world, Duration::from_secs(3));
        assert_eq!(world.owners(ARENA), [2], "{seed}: {}", world.describe(ARENA));
    }
}

#[test]
fn a_session_ends_and_begins_anew_and_a_lost_owner_is_replaced_though_the_store_is_new() {
    for seed in 0..20 {
        let mut world = owned_by_the_first(3, seed);
        world.lose_store();
        world.end(0, ARENA);
        run(&mut world, Duration::from_secs(3));
        world.place(1, ARENA);
        run(&mut world, Duration::from_secs(1));
        assert_eq!(world.owners(ARENA), [1], "{seed}: {}", world.describe(ARENA));

        world.set_links(2, ARENA, true);
        world.kill(1);
        world.lose_store();
        run(&mut world, Duration::from_secs(4));
        assert_eq!(world.owners(ARENA), [2], "{seed}: {}", world.describe(ARENA));
    }
}

#[test]
fn a_node_that_hears_of_a_new_store_after_another_one_has_begun_its_session_there_gives_it_up() {
    let mut world = owned_by_the_first(3, 1);
    world.set_bus(0, false);
    run(&mut world, Duration::from_secs(3));
    world.lose_store();
    world.set_links(2, ARENA, true);
    run(&mut world, Duration::from_secs(4));
    assert_eq!(world.owners(ARENA), [2], "{}", world.describe(ARENA));
    world.set_bus(0, true);
    run(&mut world, Duration::from_secs(3));
    assert_eq!(world.owners(ARENA), [2], "{}", world.describe(ARENA));
    assert_eq!(world.owner_as_known_by(0, ARENA), Some(World::id(2)));
}

#[test]
fn an_answer_of_the_former_store_does_not_count() {
    let (now, own) = (Instant::now(), NodeId(1));
    let mut placement = owner_by(now, own, Revision(5));
    placement.end(now, ARENA);
    let removal = placement.poll_request().unwrap();
    assert_eq!(removal.change, StoreChange::Remove(Revision(5)));
    placement.handle_new_store();
    placement.handle_answer(now, removal.number, StoreAnswer::Done(Revision(6)));
    placement.handle_timeout(now);
    let removal = placement.poll_request().expect("it is still to be removed");
    assert_eq!(removal.change, StoreChange::Remove(Revision::NONE));
    let record = SessionRecord { owner: NodeId(2), worker: 0, session: 8 };
    placement.handle_record(now, ARENA, record, Revision(2));
    assert_eq!(placement.place(now, ARENA, 9, 0), SessionPlace::At(record), "the new store counts from 1");
}
