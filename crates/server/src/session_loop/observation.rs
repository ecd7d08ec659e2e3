//! The snapshots for inspectors, and their interval.

use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_inspector::{ServerSnapshot, SnapshotCell};
use consonance_session::{Instant as SessionInstant, ServerEvent};

use crate::inspection::Notes;

/// How often the worker is shown while an inspector looks at few players.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// So many players are shown as often as that; twice as many half as often, since each of them takes time.
const PLAYERS_PER_LOOK: usize = 500;
/// While no inspector looks, this many links are shown, and more are not.
const UNSEEN_LINKS_MAX: usize = 256;

/// One worker's window.
#[derive(Default)]
pub(super) struct Observation {
    snapshot: Arc<SnapshotCell<ServerSnapshot>>,
    next_look_at: Option<Instant>,
    has_observers: bool,
    notes: Notes,
}

impl Observation {
    /// Something has happened in a session that is shown for a while.
    pub(super) fn note(&mut self, at: SessionInstant, session: &str, event: &ServerEvent) {
        self.notes.add(at, session, event);
    }

    /// The cell that snapshots are published in.
    pub(super) fn snapshot(&self) -> Arc<SnapshotCell<ServerSnapshot>> {
        Arc::clone(&self.snapshot)
    }

    /// Whether it is time to show something.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next_look_at.is_none_or(|at| now >= at)
    }

    /// The time of the next snapshot, as long as an inspector looks.
    pub(super) fn next_look_at(&self) -> Option<Instant> {
        self.next_look_at.filter(|_| self.has_observers)
    }

    /// Whether an inspector looks, if that has changed.
    pub(super) fn look_for_observers(&mut self, now: Instant) -> Option<bool> {
        let has_observers = self.snapshot.has_observers(now);
        let has_changed = std::mem::replace(&mut self.has_observers, has_observers) != has_observers;
        has_changed.then_some(has_observers)
    }

    /// Whether an inspector looked last.
    pub(super) fn has_observers(&self) -> bool {
        self.has_observers
    }

    /// Whether a snapshot with this many links has contents: an empty one costs nothing while no inspector looks.
    pub(super) fn is_filled(&self, links: usize) -> bool {
        self.has_observers || links <= UNSEEN_LINKS_MAX
    }

    /// Publishes a snapshot that takes time for each of this many players, unless it is being read right now.
    pub(super) fn publish(
        &mut self,
        now: Instant,
        players: usize,
        shown: impl FnOnce(&Notes) -> ServerSnapshot,
    ) {
        if self.snapshot.publish(now, false, || shown(&self.notes)) {
            let looks = u32::try_from(players.div_ceil(PLAYERS_PER_LOOK)).unwrap_or(u32::MAX);
            self.next_look_at = Some(now + LOOK_INTERVAL * looks.max(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_players_are_shown_less_often_and_many_only_while_an_inspector_looks() {
        let mut observation = Observation::default();
        let now = Instant::now();
        assert!(observation.is_due(now) && observation.is_filled(256) && !observation.is_filled(257));
        observation.publish(now, 1001, |_| ServerSnapshot::default());
        assert!(!observation.is_due(now + LOOK_INTERVAL * 2) && observation.is_due(now + LOOK_INTERVAL * 3));
        assert_eq!(observation.next_look_at(), None, "no inspector looks");
        let _ = observation.snapshot().get();
        assert_eq!(observation.look_for_observers(Instant::now()), Some(true));
        assert_eq!(observation.look_for_observers(Instant::now()), None);
        assert_eq!(observation.next_look_at(), Some(now + LOOK_INTERVAL * 3));
        assert!(observation.is_filled(257) && observation.has_observers());
    }
}
