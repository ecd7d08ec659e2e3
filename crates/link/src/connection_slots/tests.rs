//! The rules of making room, one by one, and all of them at random against a model that examines every connection.

use super::*;
use crate::random::Random;

const SHARES: AddressShares = AddressShares { ipv6_prefix_bits: 48, share_percent: 10 };

/// Slots, simulated time, and connections that count up from 1.
struct Fixture {
    slots: ConnectionSlots<u32>,
    now: Instant,
    last: u32,
}

impl Fixture {
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
    let mut fixture = Fixture::new(30);
    fixture.fill_joined(CROWD, 30);
    assert_eq!(fixture.slots.len(), 30);
    assert_eq!(fixture.displaced_by(CROWD), Err(SlotsFull));
    assert_eq!(fixture.displaced_by("::ffff:192.0.2.1"), Err(SlotsFull), "which is the same address");
}

#[test]
fn connections_of_one_address_do_not_keep_another_out_whether_they_have_joined_or_not() {
    for joined in [false, true] {
        let mut fixture = Fixture::new(30);
        if joined {
            fixture.fill_joined(CROWD, 30);
        } else {
            fixture.fill(CROWD, 30);
        }
        // The oldest pending one is displaced, or the one that joined last.
        assert_eq!(fixture.displaced_by("192.0.2.2"), Ok(Some(if joined { 30 } else { 1 })), "{joined}");
    }
}

#[test]
fn pending_connections_make_room_before_joined_ones_of_the_same_prefix() {
    let mut fixture = Fixture::new(10);
    fixture.fill_joined(CROWD, 9);
    fixture.fill(CROWD, 1);
    assert_eq!(fixture.come_and_join("192.0.2.2"), Ok((11, Some(10))));
    assert_eq!(fixture.come_and_join("192.0.2.3"), Ok((12, Some(9))), "the one that joined last ends first");
    assert_eq!(fixture.come_and_join("192.0.2.4"), Ok((13, Some(8))));
}

#[test]
fn a_prefix_keeps_its_share_of_joined_connections() {
    let mut fixture = Fixture::new(40);
    fixture.fill_joined(CROWD, 40);
    for other in 2..=37 {
        assert!(fixture.come_and_join(&format!("192.0.2.{other}")).unwrap().1.is_some(), "{other}");
    }
    assert_eq!(
        fixture.displaced_by("192.0.2.200"),
        Err(SlotsFull),
        "four of forty are left, which is a tenth"
    );
}

#[test]
fn a_joined_connection_makes_no_room_for_a_prefix_that_has_as_many() {
    let mut fixture = Fixture::new(4);
    fixture.fill_joined("192.0.2.1", 2);
    fixture.fill_joined("192.0.2.2", 2);
    assert_eq!(fixture.displaced_by("192.0.2.1"), Err(SlotsFull));
    assert_eq!(fixture.displaced_by("192.0.2.2"), Err(SlotsFull));
    assert!(fixture.come_and_join("192.0.2.3").is_ok(), "which has none");
    assert_eq!(fixture.displaced_by("192.0.2.3"), Err(SlotsFull), "none has two more");
}

#[test]
fn a_player_on_the_way_in_is_not_displaced_while_a_joined_crowd_is_beyond_its_share() {
    let mut fixture = Fixture::new(30);
    fixture.fill_joined(CROWD, 28);
    fixture.fill("192.0.2.2", 2);
    assert_eq!(fixture.displaced_by("192.0.2.3"), Ok(Some(28)), "one of the crowd, not of the two");
}

#[test]
fn a_pending_connection_makes_room_after_five_seconds_wherever_it_is_from() {
    let mut fixture = Fixture::new(100);
    let start = fixture.now;
    for number in 0..100 {
        fixture.fill(&format!("198.51.100.{number}"), 1);
    }
    assert_eq!(fixture.displaced_by(CROWD), Err(SlotsFull), "each has its time");
    fixture.now = start + PENDING_UNDISTURBED;
    assert_eq!(fixture.displaced_by(CROWD), Ok(Some(1)));
    assert_eq!(fixture.displaced_by(CROWD), Err(SlotsFull), "all others have as many now");
    assert_eq!(fixture.displaced_by("192.0.2.2"), Ok(Some(2)));
}

#[test]
fn a_prefix_with_more_connections_takes_no_stale_ones_from_prefixes_with_fewer() {
    let mut fixture = Fixture::new(40);
    for number in 0..20 {
        fixture.fill(&format!("198.51.100.{number}"), 1);
    }
    fixture.fill(CROWD, 20);
    fixture.now += PENDING_UNDISTURBED;
    assert_eq!(fixture.displaced_by(CROWD), Ok(Some(21)), "its own oldest, though all others are older");
    for own in 21..=40 {
        fixture.slots.set_joined(fixture.now, own, true);
    }
    fixture.slots.set_joined(fixture.now, 41, true);
    assert_eq!(fixture.displaced_by(CROWD), Err(SlotsFull));
    assert_eq!(fixture.displaced_by("203.0.113.1"), Ok(Some(1)));
}

#[test]
fn an_ipv6_network_is_one_prefix_as_long_as_the_setting_says() {
    for (ipv6_prefix_bits, gets_in) in [(64, true), (48, false)] {
        let mut fixture = Fixture::new(8);
        fixture.slots = ConnectionSlots::new(8, AddressShares { ipv6_prefix_bits, ..SHARES });
        fixture.fill_joined("2001:db8:1:2::1", 8);
        assert_eq!(fixture.displaced_by("2001:db8:1:2::2"), Err(SlotsFull));
        assert_eq!(fixture.displaced_by("2001:db8:1:3::1").is_ok(), gets_in, "{ipv6_prefix_bits}");
        assert!(fixture.displaced_by("2001:db8:2::1").is_ok());
    }
}

#[test]
fn a_connection_that_leaves_its_session_is_pending_again_from_then_on() {
    let mut fixture = Fixture::new(2);
    fixture.fill_joined("192.0.2.1", 1);
    fixture.fill_joined("192.0.2.2", 1);
    fixture.now += Duration::from_mins(1);
    fixture.slots.set_joined(fixture.now, 1, false);
    assert_eq!(fixture.displaced_by("192.0.2.3"), Err(SlotsFull), "it may join again");
    fixture.now += PENDING_UNDISTURBED;
    assert_eq!(fixture.displaced_by("192.0.2.3"), Ok(Some(1)));
}

#[test]
fn a_connection_that_joins_before_it_takes_its_slot_has_joined() {
    let mut fixture = Fixture::new(2);
    fixture.slots.set_joined(fixture.now, 1, true);
    fixture.fill(CROWD, 2);
    fixture.now += 2 * PENDING_UNDISTURBED;
    assert_eq!(fixture.displaced_by("192.0.2.2"), Ok(Some(2)));
    assert!(fixture.slots.joined_without_slot.is_empty());
    fixture.slots.set_joined(fixture.now, 7, true);
    fixture.slots.release(7);
    assert!(fixture.slots.joined_without_slot.is_empty(), "nothing is kept of one that has ended");
}

#[test]
fn a_slot_is_released_once_and_nothing_is_kept_of_a_prefix_without_any() {
    let mut fixture = Fixture::new(4);
    fixture.fill(CROWD, 2);
    fixture.fill_joined("192.0.2.2", 2);
    assert_eq!(fixture.slots.take(fixture.now, CROWD.parse().unwrap(), 1), Ok(None), "it has one");
    for id in [1, 1, 2, 3, 4, 5] {
        fixture.slots.release(id);
        fixture.slots.set_joined(fixture.now, id, false);
    }
    let ConnectionSlots { held, prefixes, by_size, by_size_with_pending, pending, .. } = &fixture.slots;
    assert!(fixture.slots.is_empty() && held.is_empty() && prefixes.is_empty() && pending.is_empty());
    assert!(by_size.is_empty() && by_size_with_pending.is_empty());
}

#[test]
fn without_slots_no_connection_is_accepted() {
    assert_eq!(Fixture::new(0).displaced_by(CROWD), Err(SlotsFull));
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
        let mut fixture = Fixture::new(SLOTS);
        let mut known: Vec<Known> = Vec::new();
        for _ in 0..1000 {
            fixture.now += Duration::from_millis(random.next_u64() % 400);
            let pick = if known.is_empty() { None } else { Some(random.next_u64() as usize % known.len()) };
            match (random.next_u64() % 10, pick) {
                (0, Some(pick)) => fixture.slots.release(known.swap_remove(pick).id),
                (1..=3, Some(pick)) => {
                    known[pick].is_joined = random.chance(0.8);
                    fixture.slots.set_joined(fixture.now, known[pick].id, known[pick].is_joined);
                }
                _ => {
                    // Half of all come from two addresses.
                    let address = (random.next_u64() % if random.chance(0.5) { 2 } else { 30 }) as u8;
                    let was_full = known.len() == SLOTS;
                    if let Ok((id, displaced)) = fixture.come(&format!("192.0.2.{address}")) {
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
            assert_eq!(fixture.slots.len(), known.len());
        }
    }
    assert!(refused > 100 && displaced_joined > 50, "every case comes up: {refused}, {displaced_joined}");
}
