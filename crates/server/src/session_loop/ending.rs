//! The end of a worker's sessions: they run empty, or another process takes them over.

use std::time::Instant;

use consonance_session::SessionSnapshot;
use tracing::info;

use super::SessionLoop;
use crate::draining::{DrainPlan, target_of};
use crate::hand_over::RestartPlan;
use crate::webhooks::Occurrence;

impl SessionLoop {
    /// Ends every session and asks the networks to disconnect all players in order; call `run_once` until
    /// [`is_idle`](Self::is_idle).
    ///
    /// Received packets count: the others do not wait for a client that has left already.
    pub fn shut_down(&mut self, now: Instant) {
        if !self.is_handed_over {
            self.run_once(now);
            // In a cluster, other nodes take over the sessions.
            if self.directory.lease().is_none() {
                self.end_sessions(now);
            }
        }
        self.networks.shutdown(now);
    }

    fn end_sessions(&mut self, now: Instant) {
        for index in self.sessions.indices() {
            self.sessions.get_mut(index).server.stop();
            self.drain(index, now);
            self.tell_ended(index);
        }
    }

    /// Ends a session that has been empty for a while, unless a client is on the way to it.
    pub(super) fn end(&mut self, index: usize) {
        let name = &self.sessions.get_mut(index).name;
        if self.directory.end(name) {
            if let Some(session) = self.sessions.remove(index) {
                // Its recording, if there is one, ends with it.
                self.webhooks.tell(&Occurrence::SessionEnded { session: &session.name });
                self.ended.add(&session.server.statistics());
            }
        } else {
            self.sessions.keep(index);
        }
    }

    /// Restarts every session: it is empty then, and clients come back over the links that they have.
    pub fn restart_sessions(&mut self, now: Instant) {
        let at = self.at(now);
        for index in self.sessions.indices() {
            let session = self.sessions.get_mut(index);
            session.server.restart(at, self.directory.renew_id(&session.name));
            self.drain(index, now);
        }
    }

    /// Lets all sessions run empty, also those that begin later. How many clients were told.
    pub(crate) fn drain_sessions(&mut self, now: Instant, plan: &DrainPlan) -> usize {
        if self.copies.is_some() {
            return self.drain_node(now, plan);
        }
        let at = self.at(now);
        self.sessions.set_draining(true);
        let mut told = 0;
        for index in self.sessions.indices() {
            let session = self.sessions.get_mut(index);
            told += session.server.announcements().drain(at, &target_of(plan, &session.name));
            self.drain(index, now);
        }
        info!(told, ends_in = ?plan.ends_in, redirect = plan.redirect, "draining");
        told
    }

    /// Goes on with a session of another process; before the first iteration.
    pub(crate) fn restore(&mut self, name: &str, serial: u64, snapshot: &SessionSnapshot) {
        self.sessions.restore(name, serial, snapshot);
        // Its beginning was reported by the other process.
        self.untold_sessions.retain(|untold| untold != name);
    }

    /// Joining is open again, and clients that were told otherwise are told so.
    pub fn stop_draining(&mut self, now: Instant) {
        if self.copies.is_some() {
            return self.stop_draining_node(now);
        }
        let at = self.at(now);
        for index in self.sessions.indices() {
            self.sessions.get_mut(index).server.announcements().stop_draining(at);
            self.drain(index, now);
        }
        self.sessions.set_draining(false);
        info!("no longer draining");
    }

    /// How many clients are in all sessions, those whose places are kept included.
    pub fn clients(&self) -> usize {
        self.sessions.iter().map(|session| session.server.clients()).sum()
    }

    /// Hands the sessions over to another process; returns the state that it needs, by session name. Clients that
    /// understand it are told when to come back, and all links are closed; no client is told that a player left. Turn
    /// on until [`is_idle`](Self::is_idle), and do nothing else with it.
    pub fn hand_over(&mut self, now: Instant, plan: &RestartPlan) -> Vec<(String, SessionSnapshot)> {
        let at = self.at(now);
        self.is_handed_over = true;
        let mut left = Vec::new();
        for index in self.sessions.indices() {
            let session = self.sessions.get_mut(index);
            session.recording.hand_over();
            left.push((session.name.clone(), session.server.snapshot(at)));
            let window = plan.window_of(session.server.clients());
            session.server.announcements().announce_restart(at, plan.pause, window);
            self.drain(index, now);
        }
        self.networks.shutdown(now);
        left
    }
}
