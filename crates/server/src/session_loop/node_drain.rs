//! Draining one of several nodes: the sessions go on at the others.

use std::time::Instant;

use consonance_session::LinkId;
use consonance_transport::{EndCode, EndReason};
use tracing::info;

use super::SessionLoop;
use super::copies::{carry_out, other_node_of};
use crate::copies::member_at;
use crate::draining::{DrainPlan, target_of};
use crate::sessions::Session;

impl SessionLoop {
    /// Admits no new link from now on, and tells the clients with links here when they end, and where to go on, in
    /// sessions of any node. How many were told.
    pub(super) fn drain_node(&mut self, now: Instant, plan: &DrainPlan) -> usize {
        let at = self.at(now);
        let mut told = 0;
        self.change_sessions(now, |session, is_here| {
            told +=
                session.server.announcements().announce_drain(at, &target_of(plan, &session.name), is_here);
        });
        let Self { networks, copies: Some(copies), .. } = self else { return told };
        copies.draining = Some(plan.clone());
        for (name, copy) in copies.iter_mut() {
            told += copy.server.announcements().announce_drain(at, &target_of(plan, name), is_of_this_worker);
            carry_out(copy, networks, now);
        }
        info!(told, ends_in = ?plan.ends_in, redirect = plan.redirect, "node draining");
        told
    }

    /// The node stays after all.
    pub(super) fn stop_draining_node(&mut self, now: Instant) {
        let at = self.at(now);
        self.change_sessions(now, |session, is_here| {
            session.server.announcements().announce_stay(at, is_here);
        });
        let Self { networks, copies: Some(copies), .. } = self else { return };
        copies.draining = None;
        for (_, copy) in copies.iter_mut() {
            copy.server.announcements().announce_stay(at, is_of_this_worker);
            carry_out(copy, networks, now);
        }
        info!("node draining cancelled");
    }

    /// Changes every session here, and says which of its links are of this node.
    fn change_sessions(
        &mut self,
        now: Instant,
        mut change: impl FnMut(&mut Session, &dyn Fn(LinkId) -> bool),
    ) {
        for index in self.sessions.indices() {
            let Self { sessions, networks, directory, copies, .. } = self;
            let is_here = |link| other_node_of(networks, directory, copies.as_ref(), link).is_none();
            change(sessions.get_mut(index), &is_here);
            self.drain(index, now);
        }
    }

    /// Why a new link into a session is not admitted, if the node drains.
    pub(super) fn drain_refusal(&self, session: &str) -> Option<EndReason> {
        let plan = self.copies.as_ref()?.draining.as_ref()?;
        let redirect = target_of(plan, session).redirect.map(|target| target.address);
        Some(EndReason { redirect, ..EndCode::Draining.into() })
    }
}

fn is_of_this_worker(link: LinkId) -> bool {
    member_at(link).is_none()
}
