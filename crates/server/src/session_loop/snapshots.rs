//! What a session loop shows of itself: numbers of the worker, and everything to inspectors.

use std::slice;
use std::time::Instant;

use consonance_inspector::{ServedSession, ServerSnapshot};

use super::SessionLoop;
use crate::gauges::WorkerStatistics;
use crate::inspection::{Inspection, fill, session_row};

impl Inspection {
    /// How that loop is doing, wherever it runs.
    pub fn of(session_loop: &SessionLoop) -> Self {
        Self::of_all(slice::from_ref(session_loop))
    }

    /// How all workers of a server are doing.
    pub(crate) fn of_all(loops: &[SessionLoop]) -> Self {
        Self::new(loops.iter().map(|session_loop| session_loop.observation.snapshot()).collect())
    }
}

impl SessionLoop {
    /// The counters of this loop; its driver knows the rest.
    pub(crate) fn worker_statistics(&self) -> WorkerStatistics {
        WorkerStatistics {
            worker: self.number,
            sessions: self.sessions.len() as u64,
            clients: self.sessions.clients() as u64,
            links: self.routes.len() as u64,
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

    /// One session with all its players, without their distances; `None` if it is not here. It takes a moment for each
    /// player, so ask about once a second.
    pub fn inspect(&mut self, now: Instant, session: &str) -> Option<ServedSession> {
        let at = self.at(now);
        let index = self.sessions.find(session)?;
        Some(session_row(at, self.sessions.get_mut(index), Some(self.networks.ways(now)), false))
    }

    /// Shows how everything is doing, at most ten times a second, and seldom if that is much.
    pub(super) fn show(&mut self, now: Instant) {
        if !self.observation.is_due(now) {
            return;
        }
        let at = self.at(now);
        // Following targets costs every frame a little: only while there is an observer.
        if let Some(has_observers) = self.observation.look_for_observers(now) {
            self.sessions.monitor_channels(has_observers);
        }
        let (sessions, networks) = (&self.sessions, &self.networks);
        let has_observers = self.observation.has_observers();
        if self.observation.is_filled(self.routes.len()) {
            let fill = |notes: &_| fill(at, sessions, notes, networks.ways(now), has_observers);
            self.observation.publish(now, sessions.clients(), fill);
        } else {
            self.observation.publish(now, 0, |_| ServerSnapshot::default());
        }
    }
}
