//! The only "now": a heap of things to come, and everybody's own wrong clock.

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
    /// When the run began.
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

/// Things to come, soonest first; those of one moment in the order in which they were added.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    now: Time,
    added: u64,
    heap: BinaryHeap<Reverse<Entry>>,
    /// What the entries stand for: a heap moves its entries often, so they are small.
    things: Vec<Option<T>>,
    free: Vec<u32>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: Time,
    order: u64,
    slot: u32,
}

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self { now: Time::START, added: 0, heap: BinaryHeap::new(), things: Vec::new(), free: Vec::new() }
    }

    /// The time of the thing that was taken last.
    pub(crate) fn now(&self) -> Time {
        self.now
    }

    /// How many things are to come.
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    /// When the next thing is due.
    pub(crate) fn next_at(&self) -> Option<Time> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    /// Adds a thing; one of the past happens next.
    pub(crate) fn add(&mut self, at: Time, thing: T) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.things.push(None);
            (self.things.len() - 1) as u32
        });
        self.things[slot as usize] = Some(thing);
        self.added += 1;
        self.heap.push(Reverse(Entry { at: at.max(self.now), order: self.added, slot }));
    }

    /// It is that time now, if nothing was due before.
    pub(crate) fn pass_to(&mut self, time: Time) {
        debug_assert!(self.next_at().is_none_or(|at| at >= time), "time does not pass over what is due");
        self.now = self.now.max(time);
    }

    /// Takes the next thing, and it is its time now.
    pub(crate) fn take(&mut self) -> Option<T> {
        let Reverse(entry) = self.heap.pop()?;
        self.now = entry.at;
        self.free.push(entry.slot);
        self.things[entry.slot as usize].take()
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

    /// What it shows at a true time.
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
