//! The only "now": a queue of future events, and the inaccurate clock of each player.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::ops::Add;
use std::time::Duration;

use consonance_session::Instant;

/// A point in simulated time: microseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

impl Time {
    /// The start of the run.
    pub const START: Self = Self(0);

    /// Microseconds since the run began.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Seconds since the run began.
    pub const fn as_secs_f64(self) -> f64 {
        Duration::from_micros(self.0).as_secs_f64()
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0 + span.as_micros() as u64)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6} s", self.as_secs_f64())
    }
}

/// Future events, soonest first; those of one moment in the order in which they were added.
///
/// A calendar: most things are due within a second, and are only put in order when their day has come.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    now: Time,
    added: u64,
    /// The entries due up to the end of this day, soonest last.
    today: Vec<Entry>,
    day: u64,
    /// The entries due on the days after it, unordered, by the day modulo [`DAYS`].
    days: Vec<Vec<Entry>>,
    /// The entries due after those.
    later: BinaryHeap<Reverse<Entry>>,
    /// The things that the entries refer to.
    things: Vec<Option<T>>,
    free: Vec<u32>,
}

/// The time in 64 bits, the order among entries of one time in 40, the slot of the thing in 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry(u128);

/// Days on the calendar: half a second.
const DAYS: u64 = 512;
/// The microseconds of a day, as a power of two.
const DAY_BITS: u32 = 10;

impl Entry {
    fn new(at: Time, order: u64, slot: u32) -> Self {
        debug_assert!(order < 1 << 40 && slot < 1 << 24, "a run ends before its numbers do");
        Self(u128::from(at.0) << 64 | u128::from(order << 24 | u64::from(slot)))
    }

    fn at(self) -> Time {
        Time((self.0 >> 64) as u64)
    }

    fn day(self) -> u64 {
        self.at().0 >> DAY_BITS
    }

    fn slot(self) -> u32 {
        self.0 as u32 & 0x00ff_ffff
    }
}

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self {
            now: Time::START,
            added: 0,
            today: Vec::new(),
            day: 0,
            days: (0..DAYS).map(|_| Vec::new()).collect(),
            later: BinaryHeap::new(),
            things: Vec::new(),
            free: Vec::new(),
        }
    }

    /// The time of the thing that was taken last.
    pub(crate) fn now(&self) -> Time {
        self.now
    }

    /// The number of pending things.
    pub(crate) fn len(&self) -> usize {
        self.things.len() - self.free.len()
    }

    /// The time of the next thing.
    pub(crate) fn next_at(&mut self) -> Option<Time> {
        if self.today.is_empty() {
            self.turn_the_page();
        }
        self.today.last().map(|entry| entry.at())
    }

    /// Adds a thing; one in the past happens next.
    pub(crate) fn add(&mut self, at: Time, thing: T) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.things.push(None);
            (self.things.len() - 1) as u32
        });
        self.things[slot as usize] = Some(thing);
        self.added += 1;
        let entry = Entry::new(at.max(self.now), self.added, slot);
        let day = entry.day();
        if day <= self.day {
            let index = self.today.partition_point(|other| *other > entry);
            self.today.insert(index, entry);
        } else if day < self.day + DAYS {
            self.days[(day % DAYS) as usize].push(entry);
        } else {
            self.later.push(Reverse(entry));
        }
    }

    /// Advances to that time, if nothing is due before.
    pub(crate) fn pass_to(&mut self, time: Time) {
        debug_assert!(self.next_at().is_none_or(|at| at >= time), "time does not pass over what is due");
        self.now = self.now.max(time);
    }

    /// Takes the next thing and advances to its time.
    pub(crate) fn take(&mut self) -> Option<T> {
        self.next_at()?;
        let entry = self.today.pop()?;
        self.now = entry.at();
        self.free.push(entry.slot());
        self.things[entry.slot() as usize].take()
    }

    /// Today is the next day on which anything is due.
    fn turn_the_page(&mut self) {
        let soon = (self.day + 1..self.day + DAYS).find(|day| !self.days[(day % DAYS) as usize].is_empty());
        let later = self.later.peek().map(|Reverse(entry)| entry.day());
        let Some(day) = [soon, later].into_iter().flatten().min() else { return };
        self.day = day;
        self.today.append(&mut self.days[(day % DAYS) as usize]);
        while let Some(Reverse(entry)) = self.later.peek().filter(|Reverse(entry)| entry.day() == day) {
            self.today.push(*entry);
            self.later.pop();
        }
        self.today.sort_unstable_by(|a, b| b.cmp(a));
    }
}

/// The clock of one machine: it began somewhere else and runs a little fast or slow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnClock {
    started: Time,
    offset_us: u64,
    /// Own microseconds per million true ones.
    rate: u64,
}

impl OwnClock {
    /// A clock that showed `offset_us` at `started` and gains `drift_ppm` µs per second.
    pub(crate) fn new(started: Time, offset_us: u64, drift_ppm: i64) -> Self {
        Self { started, offset_us, rate: MILLION.saturating_add_signed(drift_ppm) }
    }

    /// The time that it shows at a true time.
    pub(crate) fn read(&self, now: Time) -> Instant {
        Instant::from_micros(self.offset_us + (now.0 - self.started.0) * self.rate / MILLION)
    }

    /// The first true time at which it shows `instant` or more.
    pub(crate) fn when(&self, instant: Instant) -> Time {
        let own = instant.as_micros().saturating_sub(self.offset_us);
        let true_us = (u128::from(own) * u128::from(MILLION)).div_ceil(u128::from(self.rate));
        Time(self.started.0.saturating_add(u64::try_from(true_us).unwrap_or(u64::MAX)))
    }
}

const MILLION: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: u64) -> Time {
        Time::START + Duration::from_micros(micros)
    }

    #[test]
    fn the_soonest_comes_first_and_equals_keep_their_order() {
        let mut agenda = Agenda::new();
        for (time, thing) in [(5, 'c'), (1, 'a'), (5, 'd'), (2, 'b')] {
            agenda.add(at(time), thing);
        }
        let order: Vec<_> = std::iter::from_fn(|| agenda.take().map(|thing| (agenda.now(), thing))).collect();
        assert_eq!(order, [(at(1), 'a'), (at(2), 'b'), (at(5), 'c'), (at(5), 'd')]);
    }

    #[test]
    fn near_and_far_come_in_order_whenever_they_were_added() {
        let mut agenda = Agenda::new();
        let mut dice = crate::sim::dice::Dice::new(1);
        let mut due = Vec::new();
        for number in 0..2000_u64 {
            // Delays range from zero to several seconds.
            let time = agenda.now() + Duration::from_micros(dice.throw() >> (41 + dice.below(23)));
            agenda.add(time, (time, number));
            due.push((time, number));
            if dice.chance(600_000) {
                due.sort_unstable();
                assert_eq!(agenda.take(), Some(due.remove(0)));
            }
            assert_eq!(agenda.len(), due.len());
        }
        due.sort_unstable();
        assert!(std::iter::from_fn(|| agenda.take()).eq(due));
    }

    #[test]
    fn time_never_goes_back() {
        let mut agenda = Agenda::new();
        agenda.add(at(9), 'a');
        agenda.take();
        agenda.add(at(3), 'b');
        assert_eq!((agenda.take(), agenda.now()), (Some('b'), at(9)));
    }

    #[test]
    fn a_wrong_clock_is_right_about_when_it_will_show_a_time() {
        for drift in [-20_000, -50, 0, 3, 20_000] {
            let clock = OwnClock::new(at(1234), 777_777, drift);
            for own in [0, 777_777, 777_778, 1_000_003, 99_999_999] {
                let wanted = Instant::from_micros(own);
                let when = clock.when(wanted);
                assert!(clock.read(when) >= wanted);
                let before = Time(when.0 - 1);
                assert!(when == at(1234) || clock.read(before) < wanted, "{drift} {own}");
            }
        }
    }
}
