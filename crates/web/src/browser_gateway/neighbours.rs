//! The players of each session, and when their pages are told of moves.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use consonance_link::gateway::Timers;

use crate::browser_gateway::indices::{BrowserIndex, NeighboursIndex};

/// The interval of updates to a page, and its increase for each page in the session and each place of other workers'
/// pages: a page is told of a hundred places a second at most.
const INTERVAL: Duration = Duration::from_millis(100);
const INTERVAL_PER_BROWSER: Duration = Duration::from_millis(10);

/// The browsers of one worker by session.
#[derive(Default)]
pub(crate) struct Neighbours {
    /// Those without a session are free.
    slots: Vec<Slot>,
    /// Untrusted peers choose the keys that are looked up here, so they are hashed with a secret.
    by_session: HashMap<Box<str>, NeighboursIndex>,
    due: Timers<NeighboursIndex>,
}

#[derive(Default)]
struct Slot {
    session: Option<Box<str>>,
    browsers: BTreeSet<BrowserIndex>,
    /// The places that pages of other workers share.
    places_elsewhere: usize,
    told_at: Option<Instant>,
    is_due: bool,
}

impl Neighbours {
    /// The players of this session; at first none.
    pub(crate) fn of_session(&mut self, session: &str) -> NeighboursIndex {
        if let Some(index) = self.by_session.get(session) {
            return *index;
        }
        let free = self.slots.iter().position(|slot| slot.session.is_none()).unwrap_or(self.slots.len());
        if free == self.slots.len() {
            self.slots.push(Slot::default());
        }
        self.slots[free].session = Some(session.into());
        self.by_session.insert(session.into(), NeighboursIndex(free));
        NeighboursIndex(free)
    }

    pub(crate) fn enter(&mut self, index: NeighboursIndex, browser: BrowserIndex) {
        self.slots[index.0].browsers.insert(browser);
    }

    /// Returns whether it was the last one of its session.
    pub(crate) fn leave(&mut self, index: NeighboursIndex, browser: BrowserIndex) -> bool {
        let slot = &mut self.slots[index.0];
        slot.browsers.remove(&browser);
        let is_last = slot.browsers.is_empty();
        if is_last {
            let session = std::mem::take(slot).session;
            self.due.clear(index);
            session.and_then(|session| self.by_session.remove(&session));
        }
        is_last
    }

    /// Notes news of a player: its neighbours' pages are told when their next update is due.
    pub(crate) fn note_news(&mut self, now: Instant, index: NeighboursIndex) {
        let slot = &mut self.slots[index.0];
        if !slot.is_due {
            slot.is_due = true;
            let interval =
                INTERVAL + INTERVAL_PER_BROWSER * (slot.browsers.len() + slot.places_elsewhere) as u32;
            let earliest = slot.told_at.map_or(now, |at| at + interval);
            self.due.set(index, earliest.max(now));
        }
    }

    /// Notes news of players of other workers, where so many share their places.
    pub(crate) fn note_news_elsewhere(&mut self, now: Instant, session: &str, places: usize) {
        if let Some(&index) = self.by_session.get(session) {
            self.slots[index.0].places_elsewhere = places;
            self.note_news(now, index);
        }
    }

    /// Takes out a session whose pages are to be told by now: its name, and whose they are, in order.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<(Box<str>, Vec<BrowserIndex>)> {
        let slot = &mut self.slots[self.due.pop(now)?.0];
        (slot.is_due, slot.told_at) = (false, Some(now));
        Some((slot.session.clone()?, slot.browsers.iter().copied().collect()))
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.due.next()
    }
}
