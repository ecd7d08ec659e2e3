//! The sessions of a process, and which there may be.

use std::collections::{BTreeMap, BTreeSet};

use consonance_cluster::{Member, NodeRequests};
use consonance_link::session_name;
use consonance_link::split_mix::{STEP, mixed};
use consonance_session::{RoomPattern, ServerSettings, SessionId};

use super::{Arrival, SessionCounts, SessionRefusal};
use crate::sessions::{Begin, SessionsSettings};

#[derive(Debug)]
pub(super) struct State {
    pub(super) entries: BTreeMap<Box<str>, Entry>,
    pub(super) ids: BTreeSet<SessionId>,
    pub(super) next_serial: u64,
    pub(super) on_demand: Vec<RoomPattern>,
    pub(super) sessions_max: usize,
    pub(super) spread_from: usize,
    /// Asks which node owns a session, if there are others.
    pub(super) nodes: Option<NodeRequests>,
    /// The only session that may begin, where it is none of the entries.
    pub(super) only_name: Option<Box<str>>,
    /// How many sessions each worker has.
    pub(super) sessions_of: Vec<usize>,
    pub(super) counts: SessionCounts,
    /// The state of the generator of ids that sessions on demand have.
    pub(super) random: u64,
}

#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) worker: usize,
    /// Clients that were placed and have not arrived at a worker yet.
    pub(super) on_the_way: usize,
    /// Clients that have arrived at the session's worker, or at another node's, and not left.
    pub(super) arrived: usize,
    /// Clients that have arrived at another worker of this process, or at any while another node owns the session or
    /// the owner is not known. The worker of the client's link counts it, independent of changes of the owner.
    pub(super) at_edge: usize,
    /// Clients that were placed at any worker, since the session has too many for one.
    pub(super) spread: usize,
    /// `None` before the first client has arrived.
    pub(super) id: Option<SessionId>,
    pub(super) is_settled: bool,
    pub(super) owner: SessionOwner,
}

/// The owner of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SessionOwner {
    /// This one.
    #[default]
    Here,
    /// Another node, if it is known.
    AtNode(Option<Member>),
}

impl State {
    /// A client that names no session means the only one that there is.
    pub(super) fn name_meant(&self, session: &str) -> Option<Box<str>> {
        if !session.is_empty() {
            return Some(session.into());
        }
        if self.only_name.is_some() {
            return self.only_name.clone();
        }
        let only =
            self.entries.keys().next().filter(|_| self.on_demand.is_empty() && self.entries.len() == 1);
        only.cloned()
    }

    pub(super) fn insert(&mut self, session: &str, entry: Entry) {
        self.sessions_of[entry.worker] += 1;
        self.entries.insert(session.into(), entry);
        if self.nodes.is_some() {
            self.ask_for_owner(session);
        }
    }

    /// Asks which node owns a session: this one, if no other one does.
    pub(super) fn ask_for_owner(&mut self, session: &str) {
        // A fresh id for each attempt; it is used only if this node begins the session.
        let fresh = ServerSettings::from_seed(self.random()).session;
        let Some(entry) = self.entries.get_mut(session) else { return };
        entry.owner = SessionOwner::AtNode(None);
        if let Some(nodes) = &self.nodes {
            let worker = entry.worker as u16;
            // If too many requests are pending, the client's wait times out, and it is told so.
            let _ = nodes.place(session, fresh.0, worker) && nodes.set_links(session, Some(worker));
        }
    }

    /// Forgets a session that has no client here, nor one on the way, and does not run here.
    pub(super) fn forget_unused(&mut self, session: &str) {
        let Some(entry) = self.entries.get(session) else { return };
        let runs_here = entry.owner == SessionOwner::Here && entry.id.is_some();
        // `arrived` counts, too: when another node becomes the owner, such clients are about to move to an edge.
        if entry.on_the_way + entry.at_edge + entry.arrived == 0 && !runs_here {
            self.remove(session);
        }
    }

    pub(super) fn remove(&mut self, session: &str) {
        let Some(Entry { worker, id, owner, .. }) = self.entries.remove(session) else { return };
        self.sessions_of[worker] -= 1;
        if let Some(id) = id {
            self.ids.remove(&id);
        }
        if let Some(nodes) = &self.nodes {
            // If too many messages are pending, the session's record stays until the session begins again.
            let _ = nodes.set_links(session, None);
        }
        if owner == SessionOwner::Here {
            self.tell_of_end(session);
        }
    }

    /// A session that this node owns has ended.
    pub(super) fn tell_of_end(&self, session: &str) {
        if let Some(nodes) = &self.nodes {
            let _ = nodes.end(session);
        }
    }

    /// A node without sessions yet that may have only one.
    pub(super) fn set_only_name(&mut self, settings: &SessionsSettings) {
        self.only_name = match settings.names() {
            [only] if settings.on_demand.is_empty() => Some((**only).into()),
            _ => None,
        };
    }

    pub(super) fn check_new(&self, session: &str) -> Result<(), SessionRefusal> {
        if session_name::problem(session).is_some()
            || !self.on_demand.iter().any(|pattern| pattern.matches(session))
        {
            let settled = self.entries.iter().filter(|(_, entry)| entry.is_settled);
            let served = settled.map(|(name, _)| name.to_string());
            let served = served.chain(self.on_demand.iter().map(ToString::to_string)).collect();
            return Err(SessionRefusal::Unknown { session: session.to_owned(), served });
        }
        let max = self.sessions_max;
        if self.entries.len() < max { Ok(()) } else { Err(SessionRefusal::Full { max }) }
    }

    pub(super) fn count(&mut self, refusal: &SessionRefusal) {
        match refusal {
            SessionRefusal::Unknown { .. } => self.counts.refused_unknown += 1,
            SessionRefusal::Full { .. } => self.counts.refused_full += 1,
            SessionRefusal::Elsewhere { .. } => {}
        }
    }

    /// A client is at the worker of a session that is here, and begins it if it is the first one.
    pub(super) fn enter(&mut self, session: &str) -> Arrival {
        if self.entries.get(session).is_some_and(|entry| entry.id.is_some()) {
            return Arrival::Running;
        }
        self.counts.begun_on_demand += 1;
        let serial = self.next_serial;
        self.next_serial += 1;
        let id = self.random_id();
        if let Some(entry) = self.entries.get_mut(session) {
            entry.id = Some(id);
        }
        Arrival::Begins(Begin { id, serial })
    }

    pub(super) fn random_id(&mut self) -> SessionId {
        let mut random = self.random;
        let id = self.draw_id(std::iter::repeat_with(|| next(&mut random)));
        self.random = random;
        id
    }

    pub(super) fn random(&mut self) -> u64 {
        next(&mut self.random)
    }

    /// The first that no other session has.
    pub(super) fn draw_id(&mut self, mut seeds: impl Iterator<Item = u64>) -> SessionId {
        let fresh = seeds.find_map(|seed| {
            let id = ServerSettings::from_seed(seed).session;
            self.ids.insert(id).then_some(id)
        });
        fresh.expect("seeds do not end, and there are more ids than sessions")
    }
}

fn next(random: &mut u64) -> u64 {
    *random = random.wrapping_add(STEP);
    mixed(*random)
}
