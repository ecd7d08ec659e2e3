//! Ending a running server: empty, after a while, or in the hands of another process.

use std::sync::{MutexGuard, PoisonError};
use std::time::Instant;

use consonance_session::SessionSnapshot;

use super::{ServerHandle, WorkerError};
use crate::draining::DrainPlan;
use crate::hand_over::RestartPlan;
use crate::session_loop::SessionLoop;

impl ServerHandle {
    /// Lets all sessions run empty: newcomers are refused, and clients that understand it are told when the sessions
    /// end and where to go on. Sessions that begin later run empty, too. The driver of the server ends it when it is
    /// [idle](Self::is_idle), or at [`drains_until`](Self::drains_until). How many clients were told.
    ///
    /// If other nodes continue the sessions, only this node's own links are affected.
    ///
    /// # Errors
    /// The first of the workers that has not followed; it may do so later.
    pub fn drain(&self, plan: &DrainPlan) -> Result<usize, WorkerError> {
        *self.drain_end() = Some(Instant::now() + plan.ends_in);
        let plan = plan.clone();
        let told = self.ask_all(move |session_loop, now| session_loop.carrying(now).drain_sessions(&plan));
        told.into_iter().sum()
    }

    /// The server stays after all.
    ///
    /// # Errors
    /// As those of [`drain`](Self::drain).
    pub fn stop_draining(&self) -> Result<(), WorkerError> {
        *self.drain_end() = None;
        self.ask_all(SessionLoop::stop_draining).into_iter().collect()
    }

    /// The latest time at which a server that [drains](Self::drain) ends; none if it does not drain: joining is open.
    pub fn drains_until(&self) -> Option<Instant> {
        *self.drain_end()
    }

    /// Whether no client needs this server any more. Where other nodes go on with the sessions, only its own links do.
    ///
    /// # Errors
    /// If a worker does not answer.
    pub fn is_idle(&self) -> Result<bool, WorkerError> {
        let is_node = self.shared.directory.lease().is_some();
        let needed = self.ask_all(
            move |session_loop, _| {
                if is_node { session_loop.links() } else { session_loop.clients() }
            },
        );
        needed.into_iter().sum::<Result<usize, WorkerError>>().map(|needed| needed == 0)
    }

    /// How many clients are in all sessions, those whose places are kept included.
    ///
    /// # Errors
    /// If a worker does not answer.
    pub fn clients(&self) -> Result<usize, WorkerError> {
        self.ask_all(|session_loop, _| session_loop.clients()).into_iter().sum()
    }

    /// Leaves all sessions to another process; see [`SessionLoop::hand_over`]. The server is to be stopped then. A
    /// worker that does not answer leaves nothing.
    pub fn hand_over(&self, plan: &RestartPlan) -> Vec<(String, SessionSnapshot)> {
        let plan = *plan;
        let left = self.ask_all(move |session_loop, now| session_loop.hand_over(now, &plan));
        left.into_iter().flatten().flatten().collect()
    }

    /// The sessions that are recorded because an operator wanted it, of all workers that answer.
    pub fn asked_to_record(&self) -> Vec<String> {
        let asked = self.ask_all(|session_loop, _| session_loop.state().asked_to_record());
        asked.into_iter().flatten().flatten().collect()
    }

    /// Nothing that could panic happens while it is locked, so poison means nothing.
    fn drain_end(&self) -> MutexGuard<'_, Option<Instant>> {
        self.shared.drain_end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
