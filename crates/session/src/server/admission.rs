//! The admission of newcomers, and the end of their visits: the driver decides, if the settings say so.

use super::waiting_joins::{Asking, Newcomer};
use super::{Access, JoinState, Server, ServerEvent};
use crate::link::{CloseReason, LinkId};

impl Server {
    /// Sets whether newcomers can join.
    pub fn set_join_state(&mut self, join_state: JoinState) {
        self.join_gate.set_join_state(join_state);
    }

    /// Admits the client that [asked](ServerEvent::JoinRequested) over this link, with these tokens. False if there is
    /// no such request, the client has gone since, or the [join state](Server::set_join_state) admits no newcomers any
    /// more, which the client is told.
    pub fn admit(&mut self, link: LinkId, access: Access) -> bool {
        let Some(newcomer) = self.joins.take(link) else { return false };
        if self.rejects(link) {
            return false;
        }
        self.join(newcomer, access);
        true
    }

    /// Refuses the client that [asked](ServerEvent::JoinRequested) over this link; the link is closed. False if there
    /// is no such request.
    pub fn refuse(&mut self, link: LinkId) -> bool {
        if self.joins.take(link).is_none() {
            return false;
        }
        self.statistics.joins_refused += 1;
        self.close(link, CloseReason::NotAdmitted);
        true
    }

    /// Handles a newcomer that may have its name: it joins, or the driver is asked.
    pub(super) fn let_in(&mut self, newcomer: Newcomer) {
        if !self.settings.admission {
            return self.join(newcomer, Access::default());
        }
        let link = newcomer.link;
        let (name, join_token) = (newcomer.name.as_str().into(), newcomer.join_token.clone());
        let (deadline, limits) = (self.now + self.settings.limits.handshake, &self.settings.limits);
        match self.joins.ask(newcomer, deadline, limits.waiting_joins) {
            Asking::Asked => self.events.push(ServerEvent::JoinRequested { link, name, join_token }),
            Asking::Repeated => self.statistics.ignored += 1,
            Asking::Full => self.statistics.joins_postponed += 1,
        }
    }

    /// Closes the link of a newcomer if no newcomer comes in. True if it did; one with a client stays.
    pub(super) fn rejects(&mut self, link: LinkId) -> bool {
        if self.links.client_of(link).is_ok() {
            return false;
        }
        let Some(reason) = self.join_gate.refusal() else { return false };
        self.statistics.newcomers_rejected += 1;
        self.close(link, reason);
        true
    }

    /// Refuses every newcomer about which the driver has said nothing in time.
    pub(super) fn refuse_forgotten(&mut self) {
        while let Some(link) = self.joins.overdue(self.now) {
            self.refuse(link);
        }
    }

    /// Closes the links of clients whose visits are over.
    pub(super) fn end_visits(&mut self) {
        while let Some(id) = self.policy.ended_visit(self.now) {
            self.statistics.visits_ended += 1;
            match self.outbound.link_of(id) {
                Some(link) => self.close(link, CloseReason::VisitEnded),
                None => self.remove_client(id),
            }
        }
    }
}
