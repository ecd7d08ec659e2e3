//! The snapshots of a session loop: numbers of the worker, and everything for inspectors.

use std::slice;
use std::time::Instant;

use consonance_inspector::{ServedPlayer, ServedSession, ServerSnapshot};

use super::SessionLoop;
use super::link_places::other_node_of;
use super::worker_state::WorkerState;
use crate::copies::SessionCopies;
use crate::inspection::{Inspection, Links, Shown, fill};

impl Inspection {
    /// How that loop is doing, wherever it runs.
    pub fn of(session_loop: &SessionLoop) -> Self {
        Self::of_all(slice::from_ref(session_loop))
    }

    /// How all workers of a server are doing.
    pub(crate) fn of_all(loops: &[SessionLoop]) -> Self {
        Self::new(
            loops.iter().map(|session_loop| session_loop.state.watchers.observation().snapshot()).collect(),
        )
    }
}

impl SessionLoop {
    /// One session with all its players, without their distances; `None` if it is not here. It takes a moment for each
    /// player, so ask about once a second.
    pub fn inspect(&mut self, now: Instant, session: &str) -> Option<ServedSession> {
        let at = self.state.clock.at(now);
        let index = self.state.sessions.find(session)?;
        let session = self.state.sessions.get(index)?;
        let shown = Shown { name: &session.name, server: &session.server, is_copy: false };
        Some(self.state.session_row(now, at, shown))
    }

    /// The players of a session of another node whose links are here. It takes a moment for each player.
    pub fn inspect_edge(&mut self, now: Instant, session: &str) -> Vec<ServedPlayer> {
        let at = self.state.clock.at(now);
        let Some(copy) = self.state.copies.as_ref().and_then(|copies| copies.get(session)) else {
            return Vec::new();
        };
        let shown = Shown { name: session, server: &copy.server, is_copy: true };
        let mut players = self.state.session_row(now, at, shown).players;
        players.retain(|player| player.node.is_none());
        players
    }
}

impl WorkerState {
    /// Shows how everything is doing, at most ten times a second, and seldom if that is much.
    pub(super) fn show(&mut self, now: Instant) {
        if !self.watchers.observation().is_due(now) {
            return;
        }
        let at = self.clock.at(now);
        let Self { sessions, networks, directory, copies, watchers, routes, .. } = self;
        let observation = watchers.observation_mut();
        // Monitoring channels costs a little per frame, so do it only while there is an observer.
        if let Some(has_observers) = observation.look_for_observers(now) {
            sessions.monitor_channels(has_observers);
        }
        let has_observers = observation.has_observers();
        if observation.is_filled(routes.len()) {
            let node_of = |link| other_node_of(networks, directory, copies.as_ref(), link);
            let links = Links { ways: Some(networks.ways(now)), node_of: &node_of };
            let own = sessions.iter().map(|session| Shown {
                name: &session.name,
                server: &session.server,
                is_copy: false,
            });
            let copied = copies.iter().flat_map(SessionCopies::iter);
            let copied = copied.map(|(name, copy)| Shown { name, server: &copy.server, is_copy: true });
            let fill = |notes: &_| fill(at, own.chain(copied), notes, links, has_observers);
            observation.publish(now, sessions.clients(), fill);
        } else {
            observation.publish(now, 0, |_| ServerSnapshot::default());
        }
    }
}
