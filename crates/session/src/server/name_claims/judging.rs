//! Whether the holder of a name still answers.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use consonance_wire::ClientId;

use super::{CHECK_EVERY, LATE, PROBE, QUIET, REFUSAL_AFTER};
use crate::link::LinkId;
use crate::server::Server;
use crate::time::Instant;

impl Server {
    /// The next link whose peer the driver is to ask for a sign of life. It answers at once, without waiting for the
    /// peer, with [`handle_heard`](Self::handle_heard). Each client whose name a newcomer waits for is probed once a
    /// second; nobody else is.
    pub fn poll_probe(&mut self) -> Option<LinkId> {
        self.name_claims.probes.pop_first()
    }

    /// The driver's answer to a [probe](Self::poll_probe): when anything last came from the link's peer, heartbeats and
    /// answers to probes included; `None` if its network cannot say, so that the peer counts as alive while its link
    /// stands.
    pub fn handle_heard(&mut self, now: Instant, link: LinkId, heard: Option<Instant>) {
        self.move_on(now);
        self.restart_probes_after_stall();
        let Some(holder) = self.links.client_of(link).ok() else { return };
        let waiting = self.waiting_for(holder);
        if waiting.is_empty() {
            return;
        }
        let Some(heard) = heard else {
            return self.refuse_while_alive(&waiting, None);
        };
        // Not before the answer to the last probe has another one been asked for.
        let asked = self.name_claims.unanswered.entry(holder).or_insert(self.now);
        if heard > *asked {
            *asked = self.now;
        }
        let asked = *asked;
        let quiet_at = heard + QUIET;
        let takes_over = |link: &LinkId| {
            let claim = self.name_claims.waiting.get(link);
            claim.is_some_and(|claim| {
                let probed = if claim.is_same_origin { asked } else { asked.max(quiet_at) };
                claim.may_take_over && self.now >= quiet_at && self.now >= probed + PROBE
            })
        };
        match waiting.iter().copied().find(takes_over) {
            Some(heir) => {
                self.statistics.names_taken_over += 1;
                self.evict_namesake(holder);
                self.give_name(heir);
            }
            None => self.refuse_while_alive(&waiting, Some(heard)),
        }
    }

    /// Gives names that are free to those that waited, and asks whether the holders of the others still answer.
    pub(in crate::server) fn check_names(&mut self) {
        if self.name_claims.next_check().is_none_or(|due| due > self.now) {
            return;
        }
        self.restart_probes_after_stall();
        let mut holders = BTreeSet::new();
        for link in self.name_claims.in_order() {
            let Some(claim) = self.name_claims.waiting.get(&link) else { continue };
            match self.holder_of(claim) {
                None => self.give_name(link),
                Some(_) if claim.refused_at.is_some_and(|at| at <= self.now) => self.refuse_name(link),
                // Its link was lost, and its place is kept.
                Some(holder) if self.outbound.link_of(holder).is_none() => {
                    if claim.is_same_origin && claim.may_take_over {
                        self.statistics.names_taken_over += 1;
                        self.evict_namesake(holder);
                        self.give_name(link);
                    }
                }
                Some(holder) => {
                    holders.insert(holder);
                }
            }
        }
        self.name_claims.unanswered.retain(|holder, _| holders.contains(holder));
        let waits = !self.name_claims.waiting.is_empty();
        self.name_claims.next_check = waits.then(|| self.now + CHECK_EVERY);
        for holder in holders {
            self.probe(holder);
        }
    }

    /// A server that was not run while the time to answer passed may not have read the answers yet: all holders are
    /// probed again, and newcomers wait for that.
    fn restart_probes_after_stall(&mut self) {
        let now = self.now;
        if self.name_claims.next_check.is_none_or(|due| now <= due + LATE) {
            return;
        }
        self.name_claims.unanswered.values_mut().for_each(|asked| *asked = now);
        for refused_at in self.name_claims.waiting.values_mut().filter_map(|claim| claim.refused_at.as_mut())
        {
            *refused_at = (*refused_at).max(now + REFUSAL_AFTER);
        }
    }

    pub(super) fn probe(&mut self, holder: ClientId) {
        if let Some(link) = self.outbound.link_of(holder) {
            self.name_claims.probes.insert(link);
        }
    }

    /// The links of those that wait for a client's name, in order.
    fn waiting_for(&self, holder: ClientId) -> Vec<LinkId> {
        let claim_of = |link: &LinkId| self.name_claims.waiting.get(link);
        let mut links = self.name_claims.in_order();
        links.retain(|link| claim_of(link).and_then(|claim| self.holder_of(claim)) == Some(holder));
        links
    }

    /// The holder keeps its name: newcomers that do not stay to wait are refused, if the holder was heard since they
    /// asked, or its network cannot say.
    fn refuse_while_alive(&mut self, waiting: &[LinkId], heard: Option<Instant>) {
        for &link in waiting {
            let claim = self.name_claims.waiting.get(&link);
            if claim.is_some_and(|claim| {
                claim.refused_at.is_some() && heard.is_none_or(|heard| heard > claim.since)
            }) {
                self.refuse_name(link);
            }
        }
    }
}
