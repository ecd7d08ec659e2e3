//! The rules of making room, one by one, and all of them at random against a model that examines every connection.

use super::*;
use crate::random::Random;

const SHARES: AddressShares = AddressShares { ipv6_prefix_bits: 48, share_percent: 10 };

/// Slots, simulated time, and connections that count up from 1.
struct Stage {
    slots: ConnectionSlots<u32>,
    now: Instant,
    last: u32,
}

impl Stage {
    fn new(slots_max: usize) -> Self {
        Self { slots: ConnectionSlots::new(slots_max, SHARES), now: Instant::now(), last: 0 }
    }

    /// A connection comes a millisecond after the previous one; returns its number, and that of the displaced one.
    fn come(&mut self, address: &str) -> Result<(u32, Option<u32>), SlotsFull> {
        self.now += Duration::from_millis(1);
        let id = self.last + 1;
        let address = address.parse().unwrap();
        let has_room = self.slots.has_room_for(self.now, address);
        let taken = self.slots.take(self.now, address, id);
        assert_eq!(has_room, taken.is_ok(), "what is said before is what happens");
        let displaced = taken?;
        self.last = id;
        Ok((id, displaced))
    }

    fn come_and_join(&mut self, address: &str) -> Result<(u32, Option<u32>), SlotsFull> {
        let (id, displaced) = self.come(address)?;
        self.slots.set_joined(self.now, id, true);
        Ok((id, displaced))
    }

    /// Makes this many connections from one address, while there is room.
    fn fill(&mut self, address: &str, count: u32) {
        for _ in 0..count {
            assert_eq!(self.come(address).map(|(_, displaced)| displaced), Ok(None));
        }
    }

    fn fill_joined(&mut self, address: &str, count: u32) {
        for _ in 0..count {
            assert_eq!(self.come_and_join(address).map(|(_, displaced)| displaced), Ok(None));
        }
    }

    fn displaced_by(&mut self, address: &str) -> Result<Option<u32>, SlotsFull> {
        self.come(address).map(|(_, displaced)| displaced)
    }
}

const CROWD: &str = "192.0.2.1";

#[test]
fn any_prefix_may_have_all_free_slots() {
    let mut stage = Stage::new(30);
    stage.fill_joined(CROWD, 30);
    assert_eq!(stage.slots.len(), 30);
    assert_eq!(stage.displaced_by(CROWD), Err(SlotsFull));
    assert_eq!(stage.displaced_by("::ffff:192.0.2.1"), Err(SlotsFull), "which is the same address");
}

#[test]
fn connections_of_one_address_do_not_keep_another_out_whether_they_have_joined_or_not() {
    for joined in [false, true] {
        let mut stage = Stage::new(30);
        if joined {
            stage.fill_joined(CROWD, 30);
        } else {
            stage.fill(CROWD, 30);
        }
        // The oldest pending one is displaced, or the one that joined last.
        assert_eq!(stage.displaced_by("192.0.2.2"), Ok(Some(if joined { 30 } else { 1 })), "{joined}");
    }
}

#[test]
fn pending_connections_make_room_before_joined_ones_of_the_same_prefix() {
    let mut stage = Stage::new(10);
    stage.fill_joined(CROWD, 9);
    stage.fill(CROWD, 1);
    assert_eq!(stage.come_and_join("192.0.2.2"), Ok((11, Some(10))));
    assert_eq!(stage.come_and_join("192.0.2.3"), Ok((12, Some(9))), "the one that joined last ends first");
    assert_eq!(stage.come_and_join("192.0.2.4"), Ok((13, Some(8))));
}

#[test]
fn a_prefix_keeps_its_share_of_joined_connections() {
    let mut stage = Stage::new(40);
    stage.fill_joined(CROWD, 40);
    for other in 2..=37 {
        assert!(stage.come_and_join(&format!("192.0.2.{other}")).unwrap().1.is_some(), "{other}");
    }
    assert_eq!(stage.displaced_by("192.0.2.200"), Err(SlotsFull), "four of forty are left, which is a tenth");
}

#[test]
fn a_joined_connection_makes_no_room_for_a_prefix_that_has_as_many() {
    let mut stage = Stage::new(4);
    stage.fill_joined("192.0.2.1", 2);
    stage.fill_joined("192.0.2.2", 2);
    assert_eq!(stage.displaced_by("192.0.2.1"), Err(SlotsFull));
    assert_eq!(stage.displaced_by("192.0.2.2"), Err(SlotsFull));
    assert!(stage.come_and_join("192.0.2.3").is_ok(), "which has none");
    assert_eq!(stage.displaced_by("192.0.2.3"), Err(SlotsFull), "none has two more");
}

#[test]
fn a_player_on_the_way_in_is_not_displaced_while_a_joined_crowd_is_beyond_its_share() {
    let mut stage = Stage::new(30);
    stage.fill_joined(CROWD, 28);
    stage.fill("192.0.2.2", 2);
    assert_eq!(stage.displaced_by("192.0.2.3"), Ok(Some(28)), "one of the crowd, not of the two");
}

#[test]
fn a_pending_connection_makes_room_after_five_seconds_wherever_it_is_from() {
    let mut stage = Stage::new(100);
    let start = stage.now;
    for number in 0..100 {
        stage.fill(&format!("198.51.100.{number}"), 1);
    }
    assert_eq!(stage.displaced_by(CROWD), Err(SlotsFull), "each has its time");
    stage.now = start + PENDING_UNDISTURBED;
    assert_eq!(stage.displaced_by(CROWD), Ok(Some(1)));
    assert_eq!(stage.displaced_by(CROWD), Err(SlotsFull), "all others have as many now");
    assert_eq!(stage.displaced_by("192.0.2.2"), Ok(Some(2)));
}

#[test]
fn a_prefix_with_more_connections_takes_no_stale_ones_from_prefixes_with_fewer() {
    let mut stage = Stage::new(40);
    for number in 0..20 {
        stage.fill(&format!("198.51.100.{number}"), 1);
    }
    stage.fill(CROWD, 20);
    stage.now += PENDING_UNDISTURBED;
    assert_eq!(stage.displaced_by(CROWD), Ok(Some(21)), "its own oldest, though all others are older");
    for own in 21..=40 {
        stage.slots.set_joined(stage.now, own, true);
    }
    stage.slots.set_joined(stage.now, 41, true);
    assert_eq!(stage.displaced_by(CROWD), Err(SlotsFull));
    assert_eq!(stage.displaced_by("203.0.113.1"), Ok(Some(1)));
}

#[test]
fn an_ipv6_network_is_one_prefix_as_long_as_the_setting_says() {
    for (ipv6_prefix_bits, gets_in) in [(64, true), (48, false)] {
        let mut stage = Stage::new(8);
        stage.slots = ConnectionSlots::new(8, AddressShares { ipv6_prefix_bits, ..SHARES });
        stage.fill_joined("2001:db8:1:2::1", 8);
        assert_eq!(stage.displaced_by("2001:db8:1:2::2"), Err(SlotsFull));
        assert_eq!(stage.displaced_by("2001:db8:1:3::1").is_ok(), gets_in, "{ipv6_prefix_bits}");
        assert!(stage.displaced_by("2001:db8:2::1").is_ok());
    }
}

#[test]
fn a_connection_that_leaves_its_session_is_pending_again_from_then_on() {
    let mut stage = Stage::new(2);
    stage.fill_joined("192.0.2.1", 1);
    stage.fill_joined("192.0.2.2", 1);
    stage.now += Duration::from_mins(1);
    stage.slots.set_joined(stage.now, 1, false);
    assert_eq!(stage.displaced_by("192.0.2.3"), Err(SlotsFull), "it may join again");
    stage.now += PENDING_UNDISTURBED;
    assert_eq!(stage.displaced_by("192.0.2.3"), Ok(Some(1)));
}

#[test]
fn a_connection_that_joins_before_it_takes_its_slot_has_joined() {
    let mut stage = Stage::new(2);
    stage.slots.set_joined(stage.now, 1, true);
    stage.fill(CROWD, 2);
    stage.now += 2 * PENDING_UNDISTURBED;
    assert_eq!(stage.displaced_by("192.0.2.2"), Ok(Some(2)));
    assert!(stage.slots.joined_without_slot.is_empty());
    stage.slots.set_joined(stage.now, 7, true);
    stage.slots.release(7);
    assert!(stage.slots.joined_without_slot.is_empty(), "nothing is kept of one that has ended");
}

#[test]
fn a_slot_is_released_once_and_nothing_is_kept_of_a_prefix_without_any() {
    let mut stage = Stage::new(4);
    stage.fill(CROWD, 2);
    stage.fill_joined("192.0.2.2", 2);
    assert_eq!(stage.slots.take(stage.now, CROWD.parse().unwrap(), 1), Ok(None), "it has one");
    for id in [1, 1, 2, 3, 4, 5] {
        stage.slots.release(id);
        stage.slots.set_joined(stage.now, id, false);
    }
    let ConnectionSlots { held, prefixes, by_size, by_size_with_pending, pending, .. } = &stage.slots;
    assert!(stage.slots.is_empty() && held.is_empty() && prefixes.is_empty() && pending.is_empty());
    assert!(by_size.is_empty() && by_size_with_pending.is_empty());
}

#[test]
fn without_slots_no_connection_is_accepted() {
    assert_eq!(Stage::new(0).displaced_by(CROWD), Err(SlotsFull));
}

/// A connection in the model: its number, its address, its start, and whether it has joined.
#[derive(Clone, Copy, Debug)]
struct Known {
    id: u32,
    address: u8,
    is_joined: bool,
}

fn size(known: &[Known], address: u8) -> usize {
    known.iter().filter(|it| it.address == address).count()
}

/// Crowds and single visitors come, join, leave and end at random: displacement keeps its promises.
#[test]
fn joined_connections_within_their_share_stay_and_none_makes_room_for_a_larger_prefix() {
    const SLOTS: usize = 20;
    let (mut refused, mut displaced_joined) = (0, 0);
    for seed in 0..50 {
        let mut random = Random::new(seed, "connection slots");
        let mut stage = Stage::new(SLOTS);
        let mut known: Vec<Known> = Vec::new();
        for _ in 0..1000 {
            stage.now += Duration::from_millis(random.next_u64() % 400);
            let pick = if known.is_empty() { None } else { Some(random.next_u64() as usize % known.len()) };
            match (random.next_u64() % 10, pick) {
                (0, Some(pick)) => stage.slots.release(known.swap_remove(pick).id),
                (1..=3, Some(pick)) => {
                    known[pick].is_joined = random.chance(0.8);
                    stage.slots.set_joined(stage.now, known[pick].id, known[pick].is_joined);
                }
                _ => {
                    // Half of all come from two addresses.
                    let address = (random.next_u64() % if random.chance(0.5) { 2 } else { 30 }) as u8;
                    let was_full = known.len() == SLOTS;
                    if let Ok((id, displaced)) = stage.come(&format!("192.0.2.{address}")) {
                        assert_eq!(displaced.is_some(), was_full, "room is made when it is needed");
                        if let Some(displaced) = displaced {
                            let at = known.iter().position(|it| it.id == displaced).unwrap();
                            let gone = known[at];
                            let (own, theirs) = (size(&known, address), size(&known, gone.address));
                            assert!(theirs > own || gone.address == address, "seed {seed}");
                            assert!(!gone.is_joined || (theirs > own + 1 && theirs > 2), "seed {seed}");
                            displaced_joined += u32::from(gone.is_joined);
                            known.swap_remove(at);
                        }
                        known.push(Known { id, address, is_joined: false });
                    } else {
                        let own = size(&known, address);
                        let largest = (0..=255).map(|other| size(&known, other)).max().unwrap();
                        assert!(was_full && (largest <= own + 1 || largest <= 2), "seed {seed}");
                        refused += 1;
                    }
                }
            }
            assert_eq!(stage.slots.len(), known.len());
        }
    }
    assert!(refused > 100 && displaced_joined > 50, "every case comes up: {refused}, {displaced_joined}");
}
