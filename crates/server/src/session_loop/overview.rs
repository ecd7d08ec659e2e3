//! What operators see of sessions, besides the sessions themselves.

use std::collections::BTreeSet;
use std::time::Instant;

use consonance_cluster::placement::NodeId;
use consonance_inspector::ServedSession;
use consonance_session::{Instant as SessionInstant, LinkId, PlayerIdentity};

use super::link_places::other_node_of;
use super::worker_state::WorkerState;
use crate::inspection::{Links, Shown, session_row};

impl WorkerState {
    /// The node that has a link or had it last, where that is another one.
    pub(crate) fn other_node_of(&self, link: LinkId) -> Option<NodeId> {
        other_node_of(&self.networks, &self.directory, self.copies.as_ref(), link)
    }

    /// A session with all its players, without their distances.
    pub(super) fn session_row(&self, now: Instant, at: SessionInstant, shown: Shown<'_>) -> ServedSession {
        let node_of = |link| self.other_node_of(link);
        session_row(at, shown, Links { ways: Some(self.networks.ways(now)), node_of: &node_of }, false)
    }

    /// The sessions that are recorded because an operator wants it.
    pub(crate) fn asked_to_record(&self) -> Vec<String> {
        let asked = self.sessions.iter().filter(|session| session.recording.is_asked_for());
        asked.map(|session| session.name.clone()).collect()
    }

    /// The identities that an operator means by a name, however it is spelled: those of all players with it now, else
    /// the account that had it last, else the name itself. At least one, each once. `None` if no session of this name
    /// is here.
    pub(crate) fn identities_named(&self, session: &str, name: &str) -> Option<Vec<PlayerIdentity>> {
        let session = self.sessions.get(self.sessions.find(session)?)?;
        let present = session.server.tables().clients_named(name).iter();
        let present: BTreeSet<_> =
            present.filter_map(|id| session.server.tables().identity_of(*id)).collect();
        if !present.is_empty() {
            return Some(present.into_iter().collect());
        }
        let gone = session.departed.account_of(name).map(|account| PlayerIdentity::Subject(account.into()));
        Some(vec![gone.unwrap_or_else(|| PlayerIdentity::Name(name.into()))])
    }

    /// Keeps a name for no account any longer; returns the one that it was kept for.
    pub(crate) fn release_name(&self, session: &str, name: &str) -> Option<Box<str>> {
        self.join_handler.release_name(session, name)
    }
}

#[cfg(feature = "fuzzing")]
impl WorkerState {
    /// The copy of a session of another node, if there is one.
    pub(crate) fn copy_of(&self, session: &str) -> Option<&crate::copies::SessionCopy> {
        self.copies.as_ref().and_then(|copies| copies.get(session))
    }
}
