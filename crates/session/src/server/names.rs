//! A newcomer asks for the name of a client that is here: it takes the name over, waits for it, or is refused.

use alloc::vec::Vec;

use consonance_wire::names::PlayerName;
use consonance_wire::{Capabilities, ClientId, ResumeTicket};

use super::Server;
use super::access::Access;
use super::event::ServerEvent;
use super::name_claims::{Claim, Contest, Hearing, Judgement, NameClaims, Verdict};
use super::observations::Observations;
use super::presence::Presence;
use super::rules::Rules;
use super::waiting_joins::Newcomer;
use crate::link::{CloseReason, LinkId};
use crate::time::Instant;

/// The parts of the server that decide who has a name, and no others.
pub(super) struct Names<'s> {
    rules: &'s Rules,
    presence: &'s mut Presence,
    claims: &'s mut NameClaims,
    observations: &'s mut Observations,
}

/// The decision about the name that a newcomer asks for.
#[derive(Debug)]
pub(super) enum NameDecision {
    /// It gets the name, which no client has.
    Free,
    /// It gets the name; the client that has it is removed.
    Evicts(ClientId),
    /// It waits.
    Waits,
    /// Its link is closed.
    Refused(CloseReason),
}

/// What becomes of a newcomer that waits for a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum NameStep {
    /// It keeps waiting; this client is asked whether it still answers.
    Waits { probed: Option<ClientId> },
    /// The name is free.
    Gets(LinkId),
    /// The client that has the name does not answer, and is removed.
    TakesOver { holder: ClientId, heir: LinkId },
    /// The link is closed.
    Refused(LinkId),
}

impl Server {
    /// The decisions about names.
    pub(super) fn names(&mut self) -> Names<'_> {
        Names {
            rules: &self.rules,
            presence: &mut self.presence,
            claims: self.entrance.claims_mut(),
            observations: &mut self.observations,
        }
    }
}

impl Names<'_> {
    /// Decides about the name of a newcomer, which begins to wait if it has to.
    pub(super) fn decide(&mut self, newcomer: &Newcomer, access: &Access) -> NameDecision {
        let Some(holder) = self.holder_of(&newcomer.name) else { return NameDecision::Free };
        match self.verdict(newcomer, access, holder) {
            Verdict::Granted => NameDecision::Evicts(holder),
            Verdict::Waits(claim) if self.may_wait(newcomer.link, holder) => {
                self.begin_waiting(newcomer, holder, claim);
                NameDecision::Waits
            }
            Verdict::Waits(_) => {
                self.observations.statistics_mut().names_in_use += 1;
                NameDecision::Refused(CloseReason::NameInUse)
            }
            Verdict::Refused(reason) => {
                self.observations.statistics_mut().names_protected += 1;
                NameDecision::Refused(reason)
            }
        }
    }

    fn verdict(&self, newcomer: &Newcomer, access: &Access, holder: ClientId) -> Verdict {
        let (Newcomer { link, ticket, .. }, links) = (newcomer, self.presence.links());
        let is_own = links.clients_of(*link).any(|id| id == holder);
        let is_holders = |ticket: &ResumeTicket| {
            ticket.id == holder && self.presence.reservations().accepts(self.rules.session(), ticket)
        };
        if is_own || self.rules.is_permissive() || ticket.as_ref().is_some_and(is_holders) {
            return Verdict::Granted;
        }
        let origin = links.origin_of(*link);
        let contest = Contest {
            rule: self.rules.settings().name_taken,
            access,
            present: self.rules.policy().gate().access(holder),
            is_stock: links.get(*link).is_some_and(|record| record.capabilities == Capabilities::NONE),
            origin,
            is_same_origin: origin.is_some() && origin == self.presence.origin_of(holder),
            holder_has_link: self.presence.link_of(holder).is_some(),
            kept_until: self.presence.reservations().kept_until(holder),
        };
        contest.verdict(self.rules.now(), newcomer)
    }

    fn may_wait(&self, link: LinkId, holder: ClientId) -> bool {
        let (origin, most) = (self.presence.links().origin_of(link), self.rules.limits().waiting_names);
        self.claims.has_space(origin, most, |name| self.holder_of(name) == Some(holder))
    }

    fn begin_waiting(&mut self, newcomer: &Newcomer, holder: ClientId, claim: Claim) {
        let (link, name) = (newcomer.link, newcomer.name.as_str().into());
        self.presence.links_mut().await_no_longer(link);
        self.observations.statistics_mut().names_awaited += 1;
        self.observations.raise(ServerEvent::NameInUse { link, name, holder });
        self.claims.insert(self.rules.now(), claim);
        if !self.claims.is_probed(holder) {
            self.probe(holder);
        }
    }

    /// The client that has this name, in any spelling. The original compares names letter by letter.
    fn holder_of(&self, name: &PlayerName) -> Option<ClientId> {
        if self.rules.is_permissive() {
            return self.presence.members().find_spelled(name, name.key());
        }
        self.presence.members().find(name, name.key())
    }

    /// The place of a holder is kept until then: newcomers that wait for its name are not refused before.
    pub(super) fn hold(&mut self, holder: ClientId, until: Instant) {
        let waiting = self.newcomers_for(holder);
        self.claims.hold(&waiting, until);
    }

    /// The links of those that wait for the name of a client, the first to come first.
    fn newcomers_for(&self, holder: ClientId) -> Vec<LinkId> {
        self.claims.waiting_for(|name| self.holder_of(name) == Some(holder))
    }

    /// The peer of a link was last heard then, as far as its network can tell. What becomes of the newcomers that wait
    /// for the name of its client.
    pub(super) fn hear(&mut self, link: LinkId, heard: Option<Instant>) -> Vec<NameStep> {
        self.claims.restart_after_stall(self.rules.now());
        let Ok(holder) = self.presence.links().client_of(link) else { return Vec::new() };
        let waiting = self.newcomers_for(holder);
        match self.claims.hear(self.rules.now(), holder, &waiting, heard) {
            Hearing::TakenOver(heir) => [NameStep::TakesOver { holder, heir }].into(),
            Hearing::Refused(links) => links.into_iter().map(NameStep::Refused).collect(),
        }
    }

    /// Begins to check all newcomers that wait, if that is due: their links.
    pub(super) fn begin_check(&mut self) -> Option<Vec<LinkId>> {
        self.claims.next_check().filter(|due| *due <= self.rules.now())?;
        self.claims.restart_after_stall(self.rules.now());
        Some(self.claims.in_order())
    }

    /// What becomes of one of them: its name may be free, and otherwise its holder is asked whether it still answers.
    pub(super) fn check(&self, link: LinkId) -> NameStep {
        let Some(name) = self.claims.name_of(link) else { return NameStep::Waits { probed: None } };
        let holder = self.holder_of(name);
        let has_link = holder.map(|holder| self.presence.link_of(holder).is_some());
        match (self.claims.judge(self.rules.now(), link, has_link), holder) {
            (Judgement::Free, _) => NameStep::Gets(link),
            (Judgement::Refused, _) => NameStep::Refused(link),
            (Judgement::TakesOver, Some(holder)) => NameStep::TakesOver { holder, heir: link },
            (Judgement::Probes, probed) => NameStep::Waits { probed },
            (Judgement::Waits, _) | (Judgement::TakesOver, None) => NameStep::Waits { probed: None },
        }
    }

    /// Ends the check: these holders are asked.
    pub(super) fn end_check(&mut self, mut probed: Vec<ClientId>) {
        probed.sort_unstable();
        probed.dedup();
        self.claims.end_check(self.rules.now(), &probed.iter().copied().collect());
        for holder in probed {
            self.probe(holder);
        }
    }

    fn probe(&mut self, holder: ClientId) {
        if let Some(link) = self.presence.link_of(holder) {
            self.claims.probe(link);
        }
    }

    /// A link asks for something else than the name that it waited for.
    pub(super) fn withdraw(&mut self, link: LinkId) {
        let deadline = self.rules.handshake_deadline();
        self.claims.withdraw(link, self.presence.links_mut(), deadline, self.observations);
    }

    /// A link waits no longer, and has to join in time as any other.
    pub(super) fn stop_waiting(&mut self, link: LinkId) -> Option<Newcomer> {
        let deadline = self.rules.handshake_deadline();
        self.claims.stop_waiting(link, self.presence.links_mut(), deadline)
    }
}

#[cfg(test)]
mod tests;
