//! The directory of sessions: which worker serves which session, and which sessions there may be.
//!
//! It is used when a client arrives and when a session ends, and never for a packet, so its lock is on no voice's way.

mod nodes;
mod refusal;
mod reservations;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use consonance_cluster::{Member, NodeLease};
use consonance_link::split_mix::mixed;
use consonance_session::{RoomPattern, SessionId};

use crate::gauges::Gauges;
use crate::sessions::{Begin, SessionsSettings};
pub use refusal::SessionRefusal;
pub use reservations::Reservations;
use state::{Entry, SessionOwner, State};

/// Shared by all workers of a process and by the networks that place clients.
#[derive(Debug)]
pub(crate) struct Directory {
    state: Mutex<State>,
    /// Whether this node may decide, where there are others.
    lease: Option<NodeLease>,
    /// One for each worker.
    gauges: Box<[Arc<Gauges>]>,
}

/// Sessions that there are and were, and those that were refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionCounts {
    /// Sessions that run at present.
    pub running: u64,
    /// Sessions started on demand, since the start.
    pub begun_on_demand: u64,
    /// Sessions that ended because they were empty, since the start.
    pub ended: u64,
    /// Clients that were refused because no session of that name is served.
    pub refused_unknown: u64,
    /// Clients that were refused because there were as many sessions as there may be.
    pub refused_full: u64,
}

/// The worker of a client that is here.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// The session runs already.
    Running,
    /// It begins with this one.
    Begins(Begin),
    /// Another worker of this process has the session; the client has yet to arrive there.
    AtWorker(Member),
    /// Another node owns the session; `None` if that node is not known yet.
    AtNode(Option<Member>),
}

/// Loads that differ by less than this, in thousandths, are equal: the number of sessions decides then, so that many
/// sessions that start at once do not all go where it was quietest a moment ago.
const LOAD_STEP_PERMILLE: u32 = 50;

impl Directory {
    /// The sessions of the configuration, spread over the workers, each with the numbers to begin with.
    pub(crate) fn new(settings: &SessionsSettings, workers: usize) -> Self {
        let gauges = (0..workers).map(|_| Arc::default()).collect();
        let state = State {
            entries: BTreeMap::new(),
            ids: BTreeSet::new(),
            next_serial: settings.names().len() as u64,
            on_demand: settings.on_demand.clone(),
            sessions_max: settings.hosting.sessions_max,
            spread_from: settings.hosting.spread_from,
            nodes: None,
            only_name: None,
            sessions_of: vec![0; workers],
            counts: SessionCounts::default(),
            random: mixed(settings.seed),
        };
        let directory = Self { state: Mutex::new(state), lease: None, gauges };
        for (index, name) in settings.names().iter().enumerate() {
            let mut state = directory.lock();
            let seed = settings.seed.wrapping_add(index as u64);
            let id = state.draw_id((0..).map(|attempt| seed.wrapping_add(attempt << 32)));
            let worker = directory.least_loaded(&state);
            state.insert(name, Entry { worker, id: Some(id), is_settled: true, ..Entry::default() });
        }
        directory
    }

    /// A number that need not be secret.
    pub(crate) fn random(&self) -> u64 {
        self.lock().random()
    }

    /// The worker that takes a client which names this session; for a session that is not allowed, the worker that
    /// rejects it. The client will [arrive](Self::arrive) there, or else its place has to be [given
    /// back](Self::cancel).
    pub(crate) fn place(&self, session: &str) -> usize {
        let mut state = self.lock();
        match self.place_in(&mut state, session) {
            Ok(owner) => self.spread(&mut state, session, owner),
            Err(_) => self.least_loaded(&state),
        }
    }

    /// The same, at the session's owner however many clients it has.
    pub(crate) fn place_at_owner(&self, session: &str) -> usize {
        let mut state = self.lock();
        self.place_in(&mut state, session).unwrap_or_else(|_| self.least_loaded(&state))
    }

    /// The same for a client that is refused at once if there may be no such session, and which may not arrive.
    pub(crate) fn reserve(&self, session: &str) -> Result<usize, SessionRefusal> {
        let mut state = self.lock();
        let owner = self.place_in(&mut state, session).inspect_err(|refusal| state.count(refusal))?;
        Ok(self.spread(&mut state, session, owner))
    }

    /// A client that was on the way to a session will not arrive.
    pub(crate) fn cancel(&self, session: &str) {
        let mut state = self.lock();
        let Some(name) = state.name_meant(session) else { return };
        let Some(entry) = state.entries.get_mut(&name) else { return };
        entry.on_the_way = entry.on_the_way.saturating_sub(1);
        state.forget_unused(&name);
    }

    /// A client that names this session is at this worker; with the name of the session meant.
    pub(crate) fn arrive(&self, worker: usize, session: &str) -> Result<(Box<str>, Arrival), SessionRefusal> {
        let mut state = self.lock();
        let name = state.name_meant(session).unwrap_or_else(|| session.into());
        if !state.entries.contains_key(&name) {
            state.check_new(&name).inspect_err(|refusal| state.count(refusal))?;
            state.insert(&name, Entry { worker, on_the_way: 1, ..Entry::default() });
        }
        let entry = state.entries.get_mut(&name).expect("it was put there if it was missing");
        entry.on_the_way = entry.on_the_way.saturating_sub(1);
        if let SessionOwner::AtNode(owner) = entry.owner {
            entry.at_edge += 1;
            return Ok((name, Arrival::AtNode(owner)));
        }
        if entry.worker != worker {
            entry.at_edge += 1;
            return Ok((name, Arrival::AtWorker(Member(entry.worker as u16))));
        }
        entry.arrived += 1;
        let arrival = state.enter(&name);
        Ok((name, arrival))
    }

    /// A client at an edge arrives at the worker of its session. The edge counts it if it is in this process. In a
    /// cluster, no session begins in this way. `None` if the session is not at this worker.
    pub(crate) fn arrive_over_edge(
        &self,
        worker: usize,
        session: &str,
        is_of_own_edge: bool,
    ) -> Option<Arrival> {
        let mut state = self.lock();
        let may_begin = state.nodes.is_none();
        let entry = state.entries.get_mut(session)?;
        let is_here = entry.owner == SessionOwner::Here && entry.worker == worker;
        if !is_here || entry.id.is_none() && !may_begin {
            return None;
        }
        entry.arrived += usize::from(!is_of_own_edge);
        Some(state.enter(session))
    }

    /// A client that had arrived at a session's worker, over a network or from another node, is gone.
    pub(crate) fn leave(&self, session: &str) {
        let mut state = self.lock();
        if let Some(entry) = state.entries.get_mut(session) {
            entry.arrived = entry.arrived.saturating_sub(1);
            state.forget_unused(session);
        }
    }

    /// Continues a session of another process under its id; returns its worker and its number in this process. `None`
    /// if a session of this name is not allowed, if another one has the id, or if other nodes continue it.
    pub(crate) fn restore(&self, session: &str, id: SessionId) -> Option<(usize, u64)> {
        let mut state = self.lock();
        let is_known = state.entries.contains_key(session);
        if state.nodes.is_some() || !is_known && state.check_new(session).is_err() || !state.ids.insert(id) {
            return None;
        }
        if !is_known {
            let worker = self.least_loaded(&state);
            state.insert(session, Entry { worker, ..Entry::default() });
        }
        let serial = state.next_serial;
        state.next_serial += 1;
        let entry = state.entries.get_mut(session)?;
        let (worker, former) = (entry.worker, entry.id.replace(id));
        if let Some(former) = former {
            state.ids.remove(&former);
        }
        Some((worker, serial))
    }

    /// A worker has seen that a session is empty. False if a client is on the way there, so that it has to go on.
    pub(crate) fn end(&self, session: &str) -> bool {
        let mut state = self.lock();
        let Some(entry) = state.entries.get(session) else { return true };
        if entry.on_the_way + entry.at_edge > 0 || entry.is_settled {
            return false;
        }
        if entry.owner == SessionOwner::Here {
            state.counts.ended += 1;
        }
        state.remove(session);
        true
    }

    /// Another number for a session that starts again.
    pub(crate) fn renew_id(&self, session: &str) -> SessionId {
        let mut state = self.lock();
        let fresh = state.random_id();
        let former = state.entries.get_mut(session).and_then(|entry| entry.id.replace(fresh));
        if let Some(former) = former {
            state.ids.remove(&former);
        }
        fresh
    }

    /// Changes which sessions there may be; running sessions go on.
    pub(crate) fn reconfigure(&self, settings: &SessionsSettings) {
        let mut state = self.lock();
        state.on_demand.clone_from(&settings.on_demand);
        if state.nodes.is_some() {
            state.on_demand = settings.all_on_demand().on_demand;
            state.set_only_name(settings);
        }
        state.sessions_max = settings.hosting.sessions_max;
        state.spread_from = settings.hosting.spread_from;
    }

    /// The worker that serves this session, if one does.
    pub(crate) fn worker_of(&self, session: &str) -> Option<usize> {
        self.lock().entries.get(session).map(|entry| entry.worker)
    }

    /// The worker for a network whose clients all mean this session. None if it is not served from the start.
    pub(crate) fn worker_for_network(&self, session: &str) -> Option<usize> {
        let state = self.lock();
        if let Some(entry) = state.entries.get(session) {
            return Some(entry.worker);
        }
        let is_named = |pattern: &RoomPattern| *pattern == RoomPattern::Name(session.into());
        let is_served = state.nodes.is_some() && state.on_demand.iter().any(is_named);
        is_served.then(|| self.least_loaded(&state))
    }

    /// The number of a session.
    pub(crate) fn id_of(&self, session: &str) -> Option<SessionId> {
        self.lock().entries.get(session)?.id
    }

    /// Every session, by name.
    pub(crate) fn sessions(&self) -> Vec<String> {
        self.lock().entries.keys().map(ToString::to_string).collect()
    }

    pub(crate) fn counts(&self) -> SessionCounts {
        let state = self.lock();
        SessionCounts { running: state.entries.len() as u64, ..state.counts }
    }

    pub(crate) fn gauges(&self) -> &[Arc<Gauges>] {
        &self.gauges
    }

    /// The worker that owns a session, which waits for one more client from now on.
    fn place_in(&self, state: &mut State, session: &str) -> Result<usize, SessionRefusal> {
        if let Some(name) = state.name_meant(session)
            && let Some(entry) = state.entries.get_mut(&name)
        {
            entry.on_the_way += 1;
            return Ok(entry.worker);
        }
        state.check_new(session)?;
        let worker = self.least_loaded(state);
        state.insert(session, Entry { worker, on_the_way: 1, ..Entry::default() });
        Ok(worker)
    }

    /// The worker that takes the client for which a session waits: the owner, while it has few enough clients.
    fn spread(&self, state: &mut State, session: &str, owner: usize) -> usize {
        let spread_from = state.spread_from;
        let Some(name) = state.name_meant(session) else { return owner };
        let Some(entry) = state.entries.get_mut(&name) else { return owner };
        if entry.arrived + entry.at_edge + entry.on_the_way <= spread_from {
            return owner;
        }
        entry.spread += 1;
        (owner + entry.spread) % self.gauges.len()
    }

    /// The worker that has least to do.
    fn least_loaded(&self, state: &State) -> usize {
        let load = |worker: &usize| {
            let busy = self.gauges[*worker].busy_permille() / LOAD_STEP_PERMILLE;
            (busy, state.sessions_of[*worker])
        };
        (0..self.gauges.len()).min_by_key(load).unwrap_or(0)
    }

    /// A panic of another thread leaves at worst a session that is not found, so poison means nothing.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
