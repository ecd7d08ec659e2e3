//! All timers of a client, in one table.

use alloc::collections::{BTreeMap, BTreeSet};

use consonance_wire::ClientId;

use crate::time::Instant;

/// A timer of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The handshake is unanswered: repeat it.
    Handshake,
    /// The delay before reconnecting is over.
    Reconnect,
    /// The server no longer keeps the lost place.
    Place,
    /// The budget for direct copies has grown enough to be refilled.
    UploadBudget,
    /// A report on how I receive the others is due.
    Reception,
    /// A position report is due.
    Position,
    /// A speaker has been silent for long; never moved to a later time, but checked against its last frame when it
    /// fires, so that a frame costs next to nothing here.
    Speaker(ClientId),
}

impl Timer {
    fn reason(self) -> &'static str {
        match self {
            Self::Handshake => "the handshake has no answer yet",
            Self::Reconnect => "time to connect again",
            Self::Place => "the lost place is given up",
            Self::UploadBudget => "the budget for direct copies grows",
            Self::Reception => "the server is to be told how the others are received",
            Self::Position => "the server is to be told where this player is",
            Self::Speaker(_) => "a speaker may have stopped",
        }
    }
}

/// At most one deadline per timer.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    deadline_of: BTreeMap<Timer, Instant>,
    by_deadline: BTreeSet<(Instant, Timer)>,
}

impl Timers {
    pub(crate) fn set(&mut self, timer: Timer, deadline: Instant) {
        self.clear(timer);
        self.deadline_of.insert(timer, deadline);
        self.by_deadline.insert((deadline, timer));
    }

    /// Like [`set`](Self::set), unless the timer is set for an earlier deadline.
    pub(crate) fn set_no_later(&mut self, timer: Timer, deadline: Instant) {
        if self.deadline_of.get(&timer).is_none_or(|earlier| deadline < *earlier) {
            self.set(timer, deadline);
        }
    }

    pub(crate) fn is_set(&self, timer: Timer) -> bool {
        self.deadline_of.contains_key(&timer)
    }

    pub(crate) fn clear(&mut self, timer: Timer) {
        if let Some(deadline) = self.deadline_of.remove(&timer) {
            self.by_deadline.remove(&(deadline, timer));
        }
    }

    pub(crate) fn clear_all(&mut self) {
        self.deadline_of.clear();
        self.by_deadline.clear();
    }

    /// The next timer that is due; it is cleared.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<Timer> {
        let &(deadline, timer) = self.by_deadline.first()?;
        if deadline > now {
            return None;
        }
        self.clear(timer);
        Some(timer)
    }

    pub(crate) fn next(&self) -> Option<(Instant, &'static str)> {
        self.by_deadline.first().map(|&(deadline, timer)| (deadline, timer.reason()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Instant = Instant::from_millis(1);
    const LATER: Instant = Instant::from_millis(2);

    #[test]
    fn timers_fire_once_in_order_of_time() {
        let mut timers = Timers::default();
        timers.set(Timer::Reconnect, LATER);
        timers.set(Timer::Handshake, SOON);
        assert_eq!(timers.next().map(|next| next.0), Some(SOON));
        assert_eq!(timers.pop_due(SOON), Some(Timer::Handshake));
        assert_eq!(timers.pop_due(SOON), None);
        assert_eq!(timers.pop_due(LATER), Some(Timer::Reconnect));
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn setting_a_timer_again_moves_it() {
        let mut timers = Timers::default();
        timers.set(Timer::Handshake, SOON);
        timers.set(Timer::Handshake, LATER);
        assert_eq!(timers.pop_due(SOON), None);
        assert!(timers.is_set(Timer::Handshake));
    }

    #[test]
    fn after_all_are_cleared_none_is_set_or_fires() {
        let mut timers = Timers::default();
        timers.set(Timer::Speaker(ClientId(3)), LATER);
        timers.clear_all();
        assert!(!timers.is_set(Timer::Speaker(ClientId(3))));
        timers.set_no_later(Timer::Speaker(ClientId(3)), LATER);
        assert_eq!(timers.pop_due(LATER), Some(Timer::Speaker(ClientId(3))), "it can be set as before");
        assert_eq!((timers.pop_due(LATER), timers.next()), (None, None));
    }
}
