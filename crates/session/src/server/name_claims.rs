//! Newcomers that wait for names in use, and whether the holders of these names still answer.
//!
//! A holder that still answers keeps its name. The engine has no clock and no socket, so it asks its driver with
//! [`Server::poll_probe`](crate::Server::poll_probe), once a second and only while a newcomer waits, and is told with
//! [`Server::handle_heard`](crate::Server::handle_heard) when the holder was last heard.

mod contest;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::ClientId;
use consonance_wire::names::PlayerName;

use super::event::ServerEvent;
use super::links::Links;
use super::observations::Observations;
use super::waiting_joins::Newcomer;
use crate::link::{LinkId, PeerOrigin};
use crate::time::Instant;

pub(super) use contest::{Contest, Verdict};

/// Newcomers that wait for names in use.
#[derive(Debug, Default)]
pub(super) struct NameClaims {
    waiting: BTreeMap<LinkId, Claim>,
    /// The number of newcomers that have waited so far: they are served in this order.
    counted: u64,
    /// The time since which each holder has not answered a probe.
    unanswered: BTreeMap<ClientId, Instant>,
    next_check: Option<Instant>,
    /// Links that the driver must probe.
    probes: BTreeSet<LinkId>,
}

/// A newcomer that waits for a name.
#[derive(Debug)]
pub(super) struct Claim {
    /// Its place in the order of waiting.
    number: u64,
    newcomer: Newcomer,
    origin: Option<PeerOrigin>,
    since: Instant,
    /// The latest time at which it is refused; never for one that stays linked.
    refused_at: Option<Instant>,
    /// Whether its origin is the holder's.
    is_same_origin: bool,
    /// Whether it may take over the name of a holder that does not answer. Otherwise it has to wait until the holder
    /// has left.
    may_take_over: bool,
}

/// The decision about a newcomer that waits for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// The name is free: the newcomer gets it.
    Free,
    /// It has waited for long enough, and the holder is still here.
    Refused,
    /// It gets the name of a holder from the same origin that has no link.
    TakesOver,
    /// It keeps waiting, and the holder is probed.
    Probes,
    /// It keeps waiting.
    Waits,
}

/// The decision after a holder was heard, or its network could not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hearing {
    /// The holder does not answer: the newcomer of this link gets the name.
    TakenOver(LinkId),
    /// The newcomers of these links are refused, if there are any; the others keep waiting.
    Refused(Vec<LinkId>),
}

impl NameClaims {
    /// Adds a newcomer that waits.
    pub(super) fn insert(&mut self, now: Instant, mut claim: Claim) {
        claim.number = self.counted;
        self.counted += 1;
        self.waiting.insert(claim.newcomer.link, claim);
        let next = self.next_check.unwrap_or(now + CHECK_EVERY);
        self.next_check = Some(next.min(now + CHECK_EVERY));
    }

    /// Removes a newcomer that no longer waits.
    pub(super) fn take(&mut self, link: LinkId) -> Option<Newcomer> {
        let claim = self.waiting.remove(&link)?;
        self.forget(link);
        Some(claim.newcomer)
    }

    /// Removes a newcomer that no longer waits; its link has to join until `deadline`, as any other.
    pub(super) fn stop_waiting(
        &mut self,
        link: LinkId,
        links: &mut Links,
        deadline: Instant,
    ) -> Option<Newcomer> {
        let newcomer = self.take(link)?;
        links.await_join(link, deadline);
        Some(newcomer)
    }

    /// The same for a newcomer that does not get the name; the driver was told that it waits.
    pub(super) fn withdraw(
        &mut self,
        link: LinkId,
        links: &mut Links,
        deadline: Instant,
        observations: &mut Observations,
    ) {
        if let Some(Newcomer { name, .. }) = self.stop_waiting(link, links, deadline) {
            observations.raise(ServerEvent::NameClaimWithdrawn { link, name: name.as_str().into() });
        }
    }

    /// Removes a link that is gone, or has joined.
    pub(super) fn forget(&mut self, link: LinkId) {
        self.waiting.remove(&link);
        if self.waiting.is_empty() {
            self.unanswered.clear();
            self.probes.clear();
            self.next_check = None;
        }
    }

    /// Handles the leaving of a client: its name may be free.
    pub(super) fn holder_left(&mut self, now: Instant, id: ClientId) {
        if !self.waiting.is_empty() {
            self.unanswered.remove(&id);
            self.next_check = Some(now);
        }
    }

    pub(super) fn is_waiting(&self, link: LinkId) -> bool {
        self.waiting.contains_key(&link)
    }

    /// Whether a link repeats the request that it waits for already.
    pub(super) fn is_repeated(&self, newcomer: &Newcomer) -> bool {
        let waits_for = self.waiting.get(&newcomer.link).map(|claim| &claim.newcomer);
        waits_for.is_some_and(|claimed| {
            claimed.name.as_str() == newcomer.name.as_str() && claimed.codec == newcomer.codec
        })
    }

    /// Whether another newcomer of this origin may wait, of `most` in all, for the name of a holder.
    pub(super) fn has_space(
        &self,
        origin: Option<PeerOrigin>,
        most: usize,
        is_holders: impl Fn(&PlayerName) -> bool,
    ) -> bool {
        let for_name = self.waiting.values().filter(|claim| is_holders(&claim.newcomer.name)).count();
        let from_origin = self.waiting.values().filter(|claim| claim.origin == origin).count();
        self.waiting.len() < most
            && for_name < WAITING_PER_NAME
            && (origin.is_none() || from_origin < WAITING_PER_ORIGIN)
    }

    /// The name that a link is waiting for.
    pub(super) fn name_of(&self, link: LinkId) -> Option<&PlayerName> {
        self.waiting.get(&link).map(|claim| &claim.newcomer.name)
    }

    /// The links of all waiting newcomers, in order of arrival.
    pub(super) fn in_order(&self) -> Vec<LinkId> {
        self.waiting_for(|_| true)
    }

    /// The links of newcomers that wait for one of these names, in order of arrival.
    pub(super) fn waiting_for(&self, is_one: impl Fn(&PlayerName) -> bool) -> Vec<LinkId> {
        let waiting = self.waiting.iter().filter(|(_, claim)| is_one(&claim.newcomer.name));
        let mut order: Vec<_> = waiting.map(|(link, claim)| (claim.number, *link)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, link)| link).collect()
    }

    /// The time at which the awaited names are checked next.
    pub(super) fn next_check(&self) -> Option<Instant> {
        self.next_check
    }

    /// The decision about a newcomer; `holder_has_link` is `None` if no client has the name.
    pub(super) fn judge(&self, now: Instant, link: LinkId, holder_has_link: Option<bool>) -> Judgement {
        let Some(claim) = self.waiting.get(&link) else { return Judgement::Waits };
        match holder_has_link {
            None => Judgement::Free,
            Some(_) if claim.refused_at.is_some_and(|at| at <= now) => Judgement::Refused,
            Some(true) => Judgement::Probes,
            // The holder's link was lost, and its place is kept.
            Some(false) if claim.is_same_origin && claim.may_take_over => Judgement::TakesOver,
            Some(false) => Judgement::Waits,
        }
    }

    /// Ends a check of all newcomers; these holders are to be probed.
    pub(super) fn end_check(&mut self, now: Instant, holders: &BTreeSet<ClientId>) {
        self.unanswered.retain(|holder, _| holders.contains(holder));
        self.next_check = (!self.waiting.is_empty()).then(|| now + CHECK_EVERY);
    }

    /// Handles a stall: a server that did not run while a probe's time passed may not have read the answers yet, so
    /// all holders are probed again, and newcomers wait for that.
    pub(super) fn restart_after_stall(&mut self, now: Instant) {
        if self.next_check.is_none_or(|due| now <= due + LATE) {
            return;
        }
        self.unanswered.values_mut().for_each(|asked| *asked = now);
        for refused_at in self.waiting.values_mut().filter_map(|claim| claim.refused_at.as_mut()) {
            *refused_at = (*refused_at).max(now + REFUSAL_AFTER);
        }
    }

    /// Keeps the newcomers of these links from being refused before this time.
    pub(super) fn hold(&mut self, waiting: &[LinkId], until: Instant) {
        for link in waiting {
            let claim = self.waiting.get_mut(link);
            if let Some(refused_at) = claim.and_then(|claim| claim.refused_at.as_mut()) {
                *refused_at = (*refused_at).max(until);
            }
        }
    }

    /// Whether a holder has a probe to answer.
    pub(super) fn is_probed(&self, holder: ClientId) -> bool {
        self.unanswered.contains_key(&holder)
    }

    /// Makes the driver probe this link of a holder.
    pub(super) fn probe(&mut self, link: LinkId) {
        self.probes.insert(link);
    }

    /// The next link that the driver must probe.
    pub(super) fn pop_probe(&mut self) -> Option<LinkId> {
        self.probes.pop_first()
    }

    /// Handles the time at which a holder that these links' newcomers wait for was last heard; none if its network
    /// cannot tell.
    pub(super) fn hear(
        &mut self,
        now: Instant,
        holder: ClientId,
        waiting: &[LinkId],
        heard: Option<Instant>,
    ) -> Hearing {
        let Some(heard) = heard.filter(|_| !waiting.is_empty()) else {
            return Hearing::Refused(self.refused_while_alive(waiting, None));
        };
        // The next probe starts only after the last one was answered.
        let asked = self.unanswered.entry(holder).or_insert(now);
        if heard > *asked {
            *asked = now;
        }
        let asked = *asked;
        let quiet_at = heard + QUIET;
        let takes_over = |link: &LinkId| {
            self.waiting.get(link).is_some_and(|claim| {
                let probed = if claim.is_same_origin { asked } else { asked.max(quiet_at) };
                claim.may_take_over && now >= quiet_at && now >= probed + PROBE
            })
        };
        match waiting.iter().copied().find(takes_over) {
            Some(heir) => Hearing::TakenOver(heir),
            None => Hearing::Refused(self.refused_while_alive(waiting, Some(heard))),
        }
    }

    /// The newcomers to refuse because the holder keeps its name: those that do not stay to wait, if the holder was
    /// heard since they asked, or its network cannot tell.
    fn refused_while_alive(&self, waiting: &[LinkId], heard: Option<Instant>) -> Vec<LinkId> {
        let is_refused = |link: &LinkId| {
            self.waiting.get(link).is_some_and(|claim| {
                claim.refused_at.is_some() && heard.is_none_or(|heard| heard > claim.since)
            })
        };
        waiting.iter().copied().filter(is_refused).collect()
    }
}

/// A holder that was heard within this time is alive.
const QUIET: Duration = Duration::from_secs(3);
/// The time that a quiet holder has to answer a probe.
const PROBE: Duration = Duration::from_secs(1);
/// How often the holders that newcomers wait for are probed.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// The delay beyond which a check comes from a server that did not run in the meantime.
const LATE: Duration = Duration::from_millis(200);
/// The longest wait of a newcomer that is to be refused: a silent holder is detected within this time.
const REFUSAL_AFTER: Duration = Duration::from_secs(6);
/// Newcomers that may wait for one name.
const WAITING_PER_NAME: usize = 4;
/// Newcomers of one origin that may wait for names.
const WAITING_PER_ORIGIN: usize = 16;

#[cfg(test)]
mod tests;
