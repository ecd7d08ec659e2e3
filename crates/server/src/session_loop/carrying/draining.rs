//! Draining: sessions run empty, or those of one of several nodes go on at the others.

use consonance_session::LinkId;
use tracing::info;

use super::super::at_edge::carry_out;
use super::super::link_places::other_node_of;
use super::super::worker_state::WorkerState;
use super::Carrying;
use crate::copies::member_at;
use crate::draining::{DrainPlan, target_of};
use crate::sessions::Session;

impl Carrying<'_> {
    /// Lets all sessions run empty, also those that begin later. How many clients were told.
    pub(crate) fn drain_sessions(&mut self, plan: &DrainPlan) -> usize {
        if self.state.copies.is_some() {
            return self.drain_node(plan);
        }
        self.state.sessions.set_draining(true);
        let mut told = 0;
        self.with_each(|session, at| {
            told += session.server.announcements().drain(at, &target_of(plan, &session.name));
        });
        info!(told, ends_in = ?plan.ends_in, redirect = plan.redirect, "draining");
        told
    }

    /// Joining is open again, and clients that were told otherwise are told so.
    pub(in super::super) fn stop_draining(&mut self) {
        if self.state.copies.is_some() {
            return self.stop_draining_node();
        }
        self.with_each(|session, at| {
            session.server.announcements().stop_draining(at);
        });
        self.state.sessions.set_draining(false);
        info!("no longer draining");
    }

    /// Admits no new link from now on, and tells the clients with links here when they end, and where to go on, in
    /// sessions of any node. How many were told.
    fn drain_node(&mut self, plan: &DrainPlan) -> usize {
        let (now, at) = (self.now, self.at);
        let mut told = 0;
        self.change_sessions(|session, is_here| {
            told +=
                session.server.announcements().announce_drain(at, &target_of(plan, &session.name), is_here);
        });
        let WorkerState { networks, copies: Some(copies), .. } = &mut *self.state else { return told };
        copies.draining = Some(plan.clone());
        for (name, copy) in copies.iter_mut() {
            told += copy.server.announcements().announce_drain(at, &target_of(plan, name), is_of_this_worker);
            carry_out(copy, networks, now);
        }
        info!(told, ends_in = ?plan.ends_in, redirect = plan.redirect, "node draining");
        told
    }

    /// The node stays after all.
    fn stop_draining_node(&mut self) {
        let (now, at) = (self.now, self.at);
        self.change_sessions(|session, is_here| {
            session.server.announcements().announce_stay(at, is_here);
        });
        let WorkerState { networks, copies: Some(copies), .. } = &mut *self.state else { return };
        copies.draining = None;
        for (_, copy) in copies.iter_mut() {
            copy.server.announcements().announce_stay(at, is_of_this_worker);
            carry_out(copy, networks, now);
        }
        info!("node draining cancelled");
    }

    /// Changes every session here, and says which of its links are of this node.
    fn change_sessions(&mut self, mut change: impl FnMut(&mut Session, &dyn Fn(LinkId) -> bool)) {
        for index in self.state.sessions.indices() {
            let WorkerState { sessions, networks, directory, copies, .. } = &mut *self.state;
            let is_here = |link| other_node_of(networks, directory, copies.as_ref(), link).is_none();
            change(sessions.get_mut(index), &is_here);
            self.drain(index);
        }
    }
}

fn is_of_this_worker(link: LinkId) -> bool {
    member_at(link).is_none()
}
