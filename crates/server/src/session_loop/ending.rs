//! The end of a worker's sessions: they run empty, or another process takes them over.

use std::sync::Arc;
use std::time::Instant;

use consonance_session::SessionSnapshot;

use super::SessionLoop;
use crate::hand_over::RestartPlan;

impl SessionLoop {
    /// Ends every session and asks the networks to disconnect all players in order; call `run_once` until
    /// [`is_idle`](Self::is_idle).
    ///
    /// Received packets count: the others do not wait for a client that has left already.
    pub fn shut_down(&mut self, now: Instant) {
        if !self.is_handed_over {
            self.run_once(now);
            // In a cluster, other nodes take over the sessions.
            if self.state.directory.lease().is_none() {
                self.carrying(now).stop_all();
            }
        }
        self.state.networks.shutdown(now);
    }

    /// Restarts every session: it is empty then, and clients come back over the links that they have.
    pub fn restart_sessions(&mut self, now: Instant) {
        let directory = Arc::clone(&self.state.directory);
        self.carrying(now)
            .with_each(|session, at| session.server.restart(at, directory.renew_id(&session.name)));
    }

    /// Goes on with a session of another process; before the first iteration.
    pub(crate) fn restore(&mut self, name: &str, serial: u64, snapshot: &SessionSnapshot) {
        self.state.sessions.restore(name, serial, snapshot);
        // Its beginning was reported by the other process.
        self.state.watchers.forget_first_session(name);
    }

    /// Joining is open again, and clients that were told otherwise are told so.
    pub fn stop_draining(&mut self, now: Instant) {
        self.carrying(now).stop_draining();
    }

    /// How many clients are in all sessions, those whose places are kept included.
    pub fn clients(&self) -> usize {
        self.state.sessions.iter().map(|session| session.server.clients()).sum()
    }

    /// Hands the sessions over to another process; returns the state that it needs, by session name. Clients that
    /// understand it are told when to come back, and all links are closed; no client is told that a player left. Turn
    /// on until [`is_idle`](Self::is_idle), and do nothing else with it.
    pub fn hand_over(&mut self, now: Instant, plan: &RestartPlan) -> Vec<(String, SessionSnapshot)> {
        self.is_handed_over = true;
        let mut left = Vec::new();
        self.carrying(now).with_each(|session, at| {
            session.recording.hand_over();
            left.push((session.name.clone(), session.server.snapshot(at)));
            let window = plan.window_of(session.server.clients());
            session.server.announcements().announce_restart(at, plan.pause, window);
        });
        self.state.networks.shutdown(now);
        left
    }
}
