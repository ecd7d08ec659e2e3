//! Proximity by the grid of the original: which players hear each other, and the effect of walking.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use consonance::trigger::{
    AllowCell, Blocked, Cell, FrameInput, Grid, ProximityBroadcastTrigger, ProximityReceiptTrigger,
    ReceiptTrigger, TriggerActivation,
};
use consonance_session::RoomId;

use crate::hall::Hall;
use crate::player::{PATIENCE, Player, entered, exited, started_speaking, stopped_speaking};
use crate::speech::{Speech, recording};

fn at(x: f32) -> FrameInput {
    FrameInput { seconds: 0.01, position_m: Some([x, 1.0, 1.0]), push_to_talk: false }
}

fn open(grid: &Grid) -> ProximityBroadcastTrigger {
    let mut trigger = ProximityBroadcastTrigger::new(grid.clone());
    trigger.activation = TriggerActivation::Open;
    trigger
}

/// Waits for a condition that becomes true by itself.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Alice, the speaker, and Bob.
fn players(hall: &Hall) -> (Player, Player) {
    let voice = recording(3, 0.5, 2.5);
    let alice = Player::join("Alice", hall.chat().0.input(Speech::endless(&voice)));
    (alice, Player::join("Bob", hall.chat().0))
}

#[test]
fn two_players_hear_each_other_within_twice_the_range_and_not_beyond_four_times_of_it() {
    let hall = Hall::open();
    let (mut alice, mut bob) = players(&hall);
    let grid = Grid::default();
    let (mut mouth, mut ear) = (open(&grid), ProximityReceiptTrigger::new(grid.clone()));
    ear.update(&bob.voice, &at(19.0));
    for cell in ear.cells() {
        alice.until(&entered("Bob", &grid.room_of(cell)));
    }
    mouth.update(&alice.voice, &at(0.0));
    assert_eq!((mouth.cells().len(), ear.cells().len()), (8, 8));
    bob.until(&started_speaking("Alice"));
    until("transmitting", || {
        mouth.update(&alice.voice, &at(0.0));
        mouth.is_transmitting() && mouth.blocked().is_none()
    });
    until("from a place", || bob.voice.player_state("Alice").is_some_and(|alice| alice.is_positional()));

    mouth.update(&alice.voice, &at(-21.5));
    bob.until(&stopped_speaking("Alice"));
    // Continues without another player nearby, and comes back.
    bob.forget();
    mouth.update(&alice.voice, &at(0.0));
    bob.until(&started_speaking("Alice"));
}

#[test]
fn a_walking_speaker_is_heard_without_a_break_by_a_listener_beside_it() {
    let hall = Hall::open();
    let (mut alice, mut bob) = players(&hall);
    let grid = Grid::new("near", 1).unwrap();
    let (mut mouth, mut ear) = (open(&grid), ProximityReceiptTrigger::new(grid.clone()));
    ear.update(&bob.voice, &at(0.0));
    let last = ear.cells().last().unwrap();
    alice.until(&entered("Bob", &grid.room_of(last)));
    mouth.update(&alice.voice, &at(0.0));
    bob.until(&started_speaking("Alice"));
    for step in 1_u8..=40 {
        // Moves half a cell at a time, once all players know of it.
        let tick = at(f32::from(step));
        ear.update(&bob.voice, &tick);
        let last = ear.cells().last().unwrap();
        alice.until(&entered("Bob", &grid.room_of(last)));
        mouth.update(&alice.voice, &tick);
        bob.ear.listen_for(0.05);
        assert_eq!((mouth.cells().len(), ear.cells().len()), (8, 8));
    }
    assert!(!bob.has_seen(&stopped_speaking("Alice")));
    bob.ear.clear();
    bob.ear.listen_for(0.5);
    assert!(bob.ear.peak() > 0.01, "and still is");
}

#[test]
fn a_player_that_mutes_leaves_the_world_or_must_not_enter_a_cell_has_none() {
    let hall = Hall::open();
    let (mut alice, mut bob) = players(&hall);
    let grid = Grid::default();
    let (mut mouth, mut ear) = (open(&grid), ProximityReceiptTrigger::new(grid.clone()));
    mouth.rules.allow_cell = AllowCell::only(|cell| cell.x >= 0);
    mouth.update(&alice.voice, &at(0.0));
    assert!(mouth.cells().len() == 4 && mouth.cells().all(|cell| cell.x == 0));
    ear.update(&bob.voice, &at(0.0));
    bob.until(&started_speaking("Alice"));
    mouth.toggle_mute();
    mouth.update(&alice.voice, &at(0.0));
    assert_eq!((mouth.cells().len(), mouth.blocked()), (0, Some(Blocked::Muted)));
    bob.until(&stopped_speaking("Alice"));
    mouth.toggle_mute();
    for nowhere in [None, Some([f32::NAN, 0.0, 0.0]), Some([0.0, f32::INFINITY, 0.0])] {
        let tick = FrameInput { position_m: nowhere, ..at(0.0) };
        mouth.update(&alice.voice, &tick);
        ear.update(&bob.voice, &tick);
        assert_eq!((mouth.cells().len(), mouth.blocked()), (0, Some(Blocked::NoPosition)));
        assert_eq!((ear.cells().len(), ear.blocked()), (0, Some(Blocked::NoPosition)));
    }
    alice.until(&exited("Bob", &grid.room_of(Cell { x: 0, y: 0, z: 0 })));
}

#[test]
fn another_grid_leaves_all_rooms_and_a_room_that_something_else_has_joined_stays() {
    let hall = Hall::open();
    let (mut alice, bob) = players(&hall);
    let (near, nearer) = (Grid::default(), Grid::new("nearer", 2).unwrap());
    let kept = near.room_of(Cell { x: 0, y: 0, z: 0 });
    let left = near.room_of(Cell { x: -1, y: 0, z: 0 });
    bob.voice.room(&kept).listen();
    let mut ear = ProximityReceiptTrigger::new(near);
    ear.update(&bob.voice, &at(0.0));
    alice.until(&entered("Bob", &left));
    ear.rules.grid = nearer.clone();
    ear.update(&bob.voice, &at(0.0));
    alice.until(&exited("Bob", &left));
    for cell in ear.cells() {
        alice.until(&entered("Bob", &nearer.room_of(cell)));
    }
    let bob_as_seen = alice.voice.player_state("Bob").unwrap();
    until("nine rooms", || bob_as_seen.rooms().len() == 9);
    assert!(bob_as_seen.rooms().contains(&kept));
}

#[test]
fn a_player_moved_far_away_listens_to_all_cells_there_though_both_places_do_not_fit_into_one_packet() {
    let hall = Hall::open();
    let (_alice, bob) = players(&hall);
    let grid = Grid::new("w".repeat(64), 10).unwrap();
    let mut ear = ProximityReceiptTrigger::new(grid.clone());
    for x in [0.0, 2000.0] {
        until("all cells", || {
            ear.update(&bob.voice, &at(x));
            let mut cells: Vec<_> = ear.cells().map(|cell| grid.room_of(cell)).collect();
            cells.sort();
            cells.len() == 8 && bob.voice.local_player().rooms() == cells && ear.blocked().is_none()
        });
    }
}

#[test]
fn a_room_that_the_wire_cannot_tell_from_another_is_listened_to_once_that_one_is_left() {
    let hall = Hall::open();
    let (_alice, bob) = players(&hall);
    let (first, second) = names_of_one_id();
    bob.voice.room(&first).listen();
    let mut ear = ReceiptTrigger::new(second.clone());
    until("it waits for a place", || {
        ear.update(&bob.voice, &at(0.0));
        ear.blocked() == Some(Blocked::NoPlace)
    });
    assert!(!ear.is_listening() && bob.voice.local_player().rooms() == [first.clone()]);
    bob.voice.room(&first).stop_listening();
    until("it listens", || {
        ear.update(&bob.voice, &at(0.0));
        ear.is_listening() && bob.voice.local_player().rooms() == [second.clone()]
    });
    drop(ear);
    until("it is left", || bob.voice.local_player().rooms().is_empty());
}

fn names_of_one_id() -> (String, String) {
    let mut names = HashMap::new();
    let mut made = (0..).map(|number| format!("room {number}"));
    let twice = made.find_map(|name| Some((names.insert(RoomId::of(&name), name.clone())?, name)));
    twice.unwrap()
}
