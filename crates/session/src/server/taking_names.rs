//! A newcomer asks for the name of a client that is here: it takes the name over, waits for it, or is refused.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use consonance_name_key::PlayerName;
use consonance_wire::{Capabilities, ClientId, ResumeTicket};

use super::name_claims::{Claim, Contest, Hearing, Judgement, Verdict};
use super::waiting_joins::Newcomer;
use super::{Access, NameTaken, Server, ServerEvent};
use crate::link::{CloseReason, LinkId};
use crate::time::Instant;

impl Server {
    /// Other rules for names in use from now on. Newcomers that wait are forgotten, and ask again by themselves.
    pub fn set_name_taken(&mut self, rule: NameTaken) {
        if self.settings.name_taken == rule {
            return;
        }
        self.settings.name_taken = rule;
        for link in self.name_claims.in_order() {
            self.withdraw_claim(link);
        }
    }

    /// The next link whose peer the driver is to ask for a sign of life. It answers at once, without waiting for the
    /// peer, with [`handle_heard`](Self::handle_heard). Each client whose name a newcomer waits for is probed once a
    /// second; no other is.
    pub fn poll_probe(&mut self) -> Option<LinkId> {
        self.name_claims.pop_probe()
    }

    /// The driver's answer to a [probe](Self::poll_probe): when anything last came from the link's peer, heartbeats and
    /// answers to probes included; `None` if its network cannot say, so that the peer counts as alive while its link
    /// stands.
    pub fn handle_heard(&mut self, now: Instant, link: LinkId, heard: Option<Instant>) {
        self.advance(now);
        self.name_claims.restart_after_stall(self.now);
        let Ok(holder) = self.links.client_of(link) else { return };
        let waiting = self.newcomers_for(holder);
        match self.name_claims.hear(self.now, holder, &waiting, heard) {
            Hearing::TakenOver(heir) => self.take_over_name(holder, heir),
            Hearing::Refused(links) => links.into_iter().for_each(|link| self.refuse_name(link)),
        }
    }

    /// A newcomer takes its name, if it can have it now; a client that had it goes. Otherwise it waits or is refused,
    /// and this is false.
    pub(super) fn take_name(&mut self, newcomer: &Newcomer, access: &Access) -> bool {
        let Some(holder) = self.holder_of_name(&newcomer.name) else { return true };
        match self.verdict_on_name(newcomer, access, holder) {
            Verdict::Granted => {
                self.evict_namesake(holder);
                return true;
            }
            Verdict::Waits(claim) if self.may_wait_for_name(newcomer.link, holder) => {
                self.wait_for_name(newcomer, holder, claim);
            }
            Verdict::Waits(_) => self.refuse_name(newcomer.link),
            Verdict::Refused(reason) => {
                self.statistics.names_protected += 1;
                self.close(newcomer.link, reason);
            }
        }
        false
    }

    fn verdict_on_name(&self, newcomer: &Newcomer, access: &Access, holder: ClientId) -> Verdict {
        let Newcomer { link, ticket, .. } = newcomer;
        let is_own = self.links.clients_of(*link).any(|id| id == holder);
        let is_holders = |ticket: &ResumeTicket| {
            ticket.id == holder && self.reservations.accepts(self.settings.session, ticket)
        };
        if is_own || self.settings.permissive || ticket.as_ref().is_some_and(is_holders) {
            return Verdict::Granted;
        }
        let (origin, holder_link) = (self.links.origin_of(*link), self.outbound.link_of(holder));
        let present_origin = match holder_link {
            Some(link) => self.links.origin_of(link),
            None => self.reservations.origin_of(holder),
        };
        let record = self.links.get(*link);
        let contest = Contest {
            rule: self.settings.name_taken,
            access,
            present: self.policy.gate().access(holder),
            is_stock: record.is_some_and(|record| record.capabilities == Capabilities::NONE),
            origin,
            is_same_origin: origin.is_some() && origin == present_origin,
            holder_has_link: holder_link.is_some(),
            kept_until: self.reservations.kept_until(holder),
        };
        contest.verdict(self.now, newcomer)
    }

    fn may_wait_for_name(&self, link: LinkId, holder: ClientId) -> bool {
        let (origin, most) = (self.links.origin_of(link), self.settings.limits.waiting_names);
        self.name_claims.has_space(origin, most, |name| self.holder_of_name(name) == Some(holder))
    }

    fn wait_for_name(&mut self, newcomer: &Newcomer, holder: ClientId, claim: Claim) {
        let (link, name) = (newcomer.link, newcomer.name.as_str().into());
        self.links.await_no_longer(link);
        self.statistics.names_awaited += 1;
        self.events.push(ServerEvent::NameInUse { link, name, holder });
        self.name_claims.insert(self.now, claim);
        if !self.name_claims.is_probed(holder) {
            self.probe(holder);
        }
    }

    /// The client that has this name, in any spelling. The original compares names letter by letter.
    pub(super) fn holder_of_name(&self, name: &PlayerName) -> Option<ClientId> {
        if self.settings.permissive {
            return self.members.find_spelled(name, name.key());
        }
        self.members.find(name, name.key())
    }

    /// The place of a holder is kept until then: newcomers that wait for its name are not refused before.
    pub(super) fn hold_claims(&mut self, holder: ClientId, until: Instant) {
        let waiting = self.newcomers_for(holder);
        self.name_claims.hold(&waiting, until);
    }

    /// The links of those that wait for the name of a client, the first to come first.
    fn newcomers_for(&self, holder: ClientId) -> Vec<LinkId> {
        self.name_claims.waiting_for(|name| self.holder_of_name(name) == Some(holder))
    }

    /// Gives names that are free to those that waited, and asks whether the holders of the others still answer.
    pub(super) fn check_names(&mut self) {
        if self.name_claims.next_check().is_none_or(|due| due > self.now) {
            return;
        }
        self.name_claims.restart_after_stall(self.now);
        let mut holders = BTreeSet::new();
        for link in self.name_claims.in_order() {
            let Some(name) = self.name_claims.name_of(link) else { continue };
            let holder = self.holder_of_name(name);
            let has_link = holder.map(|holder| self.outbound.link_of(holder).is_some());
            match (self.name_claims.judge(self.now, link, has_link), holder) {
                (Judgement::Free, _) => self.give_name(link),
                (Judgement::Refused, _) => self.refuse_name(link),
                (Judgement::TakesOver, Some(holder)) => self.take_over_name(holder, link),
                (Judgement::Probes, Some(holder)) => drop(holders.insert(holder)),
                _ => {}
            }
        }
        self.name_claims.end_check(self.now, &holders);
        for holder in holders {
            self.probe(holder);
        }
    }

    fn probe(&mut self, holder: ClientId) {
        if let Some(link) = self.outbound.link_of(holder) {
            self.name_claims.probe(link);
        }
    }

    /// A link asks for something else than the name that it waited for.
    pub(super) fn withdraw_claim(&mut self, link: LinkId) {
        if let Some(Newcomer { name, .. }) = self.stop_waiting_for_name(link) {
            self.events.push(ServerEvent::NameClaimWithdrawn { link, name: name.as_str().into() });
        }
    }

    /// A link waits no longer, and has to join in time as any other.
    fn stop_waiting_for_name(&mut self, link: LinkId) -> Option<Newcomer> {
        let newcomer = self.name_claims.take(link)?;
        self.links.await_join(link, self.now + self.settings.limits.handshake);
        Some(newcomer)
    }

    /// A holder does not answer, and goes for a newcomer that waited for its name.
    fn take_over_name(&mut self, holder: ClientId, heir: LinkId) {
        self.statistics.names_taken_over += 1;
        self.evict_namesake(holder);
        self.give_name(heir);
    }

    /// The name is free for a newcomer that waited for it. What was said of it then may be wrong by now, so the driver
    /// is asked again.
    fn give_name(&mut self, link: LinkId) {
        let Some(newcomer) = self.stop_waiting_for_name(link) else { return };
        if !self.rejects(link) {
            self.let_in(newcomer);
        }
    }

    fn refuse_name(&mut self, link: LinkId) {
        self.statistics.names_in_use += 1;
        self.close(link, CloseReason::NameInUse);
    }
}
