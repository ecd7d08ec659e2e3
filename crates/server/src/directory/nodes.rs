//! Sessions that may be other nodes'.

use consonance_cluster::{ClusterNode, Member, NodeLease};
use consonance_session::SessionId;

use super::{Directory, SessionOwner, State};
use crate::sessions::SessionsSettings;

impl Directory {
    /// The same where other nodes have sessions, too: each begins with its first client, wherever that is.
    pub(crate) fn of_node(settings: &SessionsSettings, workers: usize, node: &ClusterNode) -> Self {
        let directory = Self::new(&settings.all_on_demand(), workers);
        let mut state = directory.lock();
        state.nodes = Some(node.requests());
        state.set_only_name(settings);
        drop(state);
        Self { lease: Some(node.lease()), ..directory }
    }

    /// How many workers there are.
    pub(crate) fn workers(&self) -> u16 {
        u16::try_from(self.gauges.len()).unwrap_or(u16::MAX)
    }

    /// Whether a member of the buses is a worker of this process.
    pub(crate) fn is_worker(&self, Member(number): Member) -> bool {
        usize::from(number) < self.gauges.len()
    }

    /// Whether this node may decide, where other nodes have sessions, too.
    pub(crate) fn lease(&self) -> Option<&NodeLease> {
        self.lease.as_ref()
    }

    /// A client that had arrived at the session's worker is at an edge of it: another node owns the session.
    pub(crate) fn move_to_edge(&self, session: &str) {
        if let Some(entry) = self.lock().entries.get_mut(session) {
            entry.arrived = entry.arrived.saturating_sub(1);
            entry.at_edge += 1;
        }
    }

    /// So many clients at an edge of a session are gone, or are at its worker from now on.
    pub(crate) fn leave_edge(&self, session: &str, clients: usize) {
        let mut state = self.lock();
        if let Some(entry) = state.entries.get_mut(session) {
            entry.at_edge = entry.at_edge.saturating_sub(clients);
            state.forget_unused(session);
        }
    }

    /// A number of this process for one more session, or a copy of one.
    pub(crate) fn draw_serial(&self) -> u64 {
        let mut state = self.lock();
        state.next_serial += 1;
        state.next_serial - 1
    }

    /// The store names this worker as the one of a session, even if its clients were placed at another one since.
    /// Returns the session's worker; `None` if no client here needs the session any more.
    pub(crate) fn move_to(&self, session: &str, worker: u16) -> Option<usize> {
        let mut state = self.lock();
        let State { entries, sessions_of, .. } = &mut *state;
        let entry = entries.get_mut(session)?;
        let worker = usize::from(worker);
        if worker < sessions_of.len() {
            sessions_of[entry.worker] -= 1;
            sessions_of[worker] += 1;
            entry.worker = worker;
        }
        Some(entry.worker)
    }

    /// This node owns a session from now on, which has this number. Returns its number in this process; none if no
    /// client here needs it any more.
    pub(crate) fn own(&self, session: &str, id: SessionId) -> Option<u64> {
        let mut state = self.lock();
        let serial = state.next_serial;
        let Some(entry) = state.entries.get_mut(session) else {
            state.tell_of_end(session);
            return None;
        };
        entry.owner = SessionOwner::Here;
        let former = entry.id.replace(id);
        state.next_serial += 1;
        if let Some(former) = former {
            state.ids.remove(&former);
        }
        state.ids.insert(id);
        Some(serial)
    }

    /// Another node owns a session, or no known one. False if no client here is in it, or on the way.
    pub(crate) fn disown(&self, session: &str, owner: Option<Member>) -> bool {
        let mut state = self.lock();
        let Some(entry) = state.entries.get_mut(session) else { return false };
        entry.owner = SessionOwner::AtNode(owner);
        if let Some(former) = entry.id.take() {
            state.ids.remove(&former);
        }
        if owner.is_none() {
            state.ask_for_owner(session);
        }
        true
    }

    /// The owner of a session is to be found, since this one is lost, unless another one is known by now.
    pub(crate) fn find_owner(&self, session: &str, lost: Member) {
        let mut state = self.lock();
        let owner = state.entries.get(session).map(|entry| entry.owner);
        if owner == Some(SessionOwner::AtNode(Some(lost))) {
            state.ask_for_owner(session);
        }
    }
}
