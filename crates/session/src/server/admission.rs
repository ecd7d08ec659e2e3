//! The admission of newcomers, and the end of their visits: the driver decides, if the settings say so.

use alloc::vec::Vec;

use super::names::NameStep;
use super::waiting_joins::{Asking, Newcomer};
use super::{Access, Server, ServerEvent};
use crate::link::{CloseReason, LinkId};
use crate::time::Instant;

impl Server {
    /// Admits the client that [asked](ServerEvent::JoinRequested) over this link, with these tokens. False if there is
    /// no such request, the client has gone since, or the [join state](crate::Reconfigure::set_join_state) admits no
    /// newcomers any more, which the client is told.
    pub fn admit(&mut self, link: LinkId, access: Access) -> bool {
        let Some(newcomer) = self.entrance.take_asked(link) else { return false };
        if self.rejects(link) {
            return false;
        }
        self.join(newcomer, access);
        true
    }

    /// Refuses the client that [asked](ServerEvent::JoinRequested) over this link; the link is closed. False if there
    /// is no such request.
    pub fn refuse(&mut self, link: LinkId) -> bool {
        if self.entrance.take_asked(link).is_none() {
            return false;
        }
        self.observations.statistics_mut().joins_refused += 1;
        self.close(link, CloseReason::NotAdmitted);
        true
    }

    /// Handles a newcomer that may have its name: it joins, or the driver is asked.
    pub(super) fn let_in(&mut self, newcomer: Newcomer) {
        if !self.rules.settings().admission {
            return self.join(newcomer, Access::default());
        }
        let link = newcomer.link;
        let (name, join_token) = (newcomer.name.as_str().into(), newcomer.join_token.clone());
        let (deadline, limits) = (self.rules.handshake_deadline(), self.rules.limits());
        match self.entrance.joins_mut().ask(newcomer, deadline, limits.waiting_joins) {
            Asking::Asked => self.observations.raise(ServerEvent::JoinRequested { link, name, join_token }),
            Asking::Repeated => self.observations.statistics_mut().ignored += 1,
            Asking::Full => self.observations.statistics_mut().joins_postponed += 1,
        }
    }

    /// Closes the link of a newcomer if no newcomer comes in. True if it did; one with a client stays.
    pub(super) fn rejects(&mut self, link: LinkId) -> bool {
        if self.presence.links().client_of(link).is_ok() {
            return false;
        }
        let Some(reason) = self.entrance.gate().refusal() else { return false };
        self.observations.statistics_mut().newcomers_rejected += 1;
        self.close(link, reason);
        true
    }

    /// The next link whose peer the driver is to ask for a sign of life. It answers at once, without waiting for the
    /// peer, with [`handle_heard`](Self::handle_heard). Each client whose name a newcomer waits for is probed once a
    /// second; no other is.
    pub fn poll_probe(&mut self) -> Option<LinkId> {
        self.entrance.claims_mut().pop_probe()
    }

    /// The driver's answer to a [probe](Self::poll_probe): when anything last came from the link's peer, heartbeats and
    /// answers to probes included; `None` if its network cannot say, so that the peer counts as alive while its link
    /// stands.
    pub fn handle_heard(&mut self, now: Instant, link: LinkId, heard: Option<Instant>) {
        self.rules.advance(now);
        for step in self.names().hear(link, heard) {
            self.settle_name(step);
        }
    }

    /// Gives names that are free to those that waited, and asks whether the holders of the others still answer.
    pub(super) fn check_names(&mut self) {
        let Some(waiting) = self.names().begin_check() else { return };
        let mut holders = Vec::new();
        for link in waiting {
            match self.names().check(link) {
                NameStep::Waits { probed } => holders.extend(probed),
                step => self.settle_name(step),
            }
        }
        self.names().end_check(holders);
    }

    /// Carries out what becomes of a newcomer that waited for a name. What was said of a name then may be wrong by the
    /// time that it is free, so the driver is asked again.
    fn settle_name(&mut self, step: NameStep) {
        let heir = match step {
            NameStep::Waits { .. } => return,
            NameStep::Gets(link) => link,
            NameStep::TakesOver { holder, heir } => {
                self.observations.statistics_mut().names_taken_over += 1;
                self.evict_namesake(holder);
                heir
            }
            NameStep::Refused(link) => {
                self.observations.statistics_mut().names_in_use += 1;
                return self.close(link, CloseReason::NameInUse);
            }
        };
        let Some(newcomer) = self.names().stop_waiting(heir) else { return };
        if !self.rejects(heir) {
            self.let_in(newcomer);
        }
    }
}
