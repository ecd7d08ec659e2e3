//! What a session loop shows of itself: numbers of the worker, and everything to inspectors.

use std::slice;
use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_inspector::{ServedSession, ServerSnapshot};

use super::SessionLoop;
use crate::gauges::WorkerStatistics;
use crate::inspection::{Inspection, fill, session_row};

/// How often it is shown how everything is doing, while somebody looks at few players.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// So many players are shown as often as that; twice as many half as often, since each of them takes time.
const PLAYERS_PER_LOOK: u32 = 500;
/// While nobody looks, this many links are shown, and more are not.
const UNSEEN_LINKS_MAX: usize = 256;

impl Inspection {
    /// How that loop is doing, wherever it is turned.
    pub fn of(session_loop: &SessionLoop) -> Self {
        Self::of_all(slice::from_ref(session_loop))
    }

    /// How all workers of a server are doing.
    pub(crate) fn of_all(loops: &[SessionLoop]) -> Self {
        Self::new(loops.iter().map(|session_loop| Arc::clone(&session_loop.snapshot)).collect())
    }
}

impl SessionLoop {
    /// What this loop counts; who drives it knows the rest.
    pub(crate) fn worker_statistics(&self) -> WorkerStatistics {
        WorkerStatistics {
            worker: self.number,
            sessions: self.sessions.len() as u64,
            clients: self.sessions.clients() as u64,
            links: self.session_of.len() as u64,
            packets_in: self.packets_in,
            packets_out: self.networks.packets_out,
            relay_delay: self.relay_clock.delay,
            shedding: self.shedding().number(),
            ..WorkerStatistics::default()
        }
    }

    /// Packets that came in since the start.
    pub(crate) fn packets_in(&self) -> u64 {
        self.packets_in
    }

    /// One session with everybody in it, but for their distances; `None` if it is not here. It takes a moment for each
    /// player, so ask about once a second.
    pub fn inspect(&mut self, now: Instant, session: &str) -> Option<ServedSession> {
        let at = self.at(now);
        let index = self.sessions.find(session)?;
        Some(session_row(at, self.sessions.get_mut(index), Some(self.networks.ways(now)), false))
    }

    /// Shows how everything is doing, at most ten times a second, and seldom if that is much.
    pub(super) fn show(&mut self, now: Instant) {
        if self.next_look_at.is_some_and(|at| now < at) {
            return;
        }
        let at = self.at(now);
        // Knowing who speaks to what costs every frame a little: only while somebody wants to know.
        let has_observers = self.snapshot.has_observers(now);
        if has_observers != self.has_observers {
            self.has_observers = has_observers;
            self.sessions.monitor_channels(has_observers);
        }
        let (sessions, notes, networks) = (&self.sessions, &self.notes, &self.networks);
        let is_filled = has_observers || self.session_of.len() <= UNSEEN_LINKS_MAX;
        let shown = || {
            if is_filled {
                fill(at, sessions, notes, networks.ways(now), has_observers)
            } else {
                ServerSnapshot::default()
            }
        };
        if self.snapshot.publish(now, false, shown) {
            let players =
                if is_filled { u32::try_from(self.sessions.clients()).unwrap_or(u32::MAX) } else { 0 };
            self.next_look_at = Some(now + LOOK_INTERVAL * players.div_ceil(PLAYERS_PER_LOOK).max(1));
        }
    }
}
