//! Newcomers that wait for names in use, and whether the holders of these names still answer.
//!
//! A holder that still answers keeps its name. The engine has no clock and no socket, so it asks its driver with
//! [`Server::poll_probe`](crate::Server::poll_probe), once a second and only while a newcomer waits, and is told with
//! [`Server::handle_heard`](crate::Server::handle_heard) when the holder was last heard.

mod contest;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::time::Duration;

use consonance_name_key::PlayerName;
use consonance_wire::ClientId;

use super::waiting_joins::Newcomer;
use crate::link::{LinkId, PeerOrigin};
use crate::time::Instant;

pub(super) use contest::{Contest, Verdict};

/// What a newcomer gets that asks for the name of a client that is here.
///
/// Whatever this says, the name goes at once to a client that shows the holder's resume ticket or comes with its
/// account, and a name that is vouched for is never given to a client without as good a claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameTaken {
    /// The name: the holder is told and disconnected.
    Newest,
    /// The name when the holder is gone or no longer answers. Until then a client of the original stays linked without
    /// having joined. A client of ours is refused as soon as the holder has answered.
    #[default]
    Keep,
    /// A refusal, as soon as the holder has answered; the name if the holder does not answer.
    Refuse,
}

/// Newcomers that wait for names in use.
#[derive(Debug, Default)]
pub(super) struct NameClaims {
    waiting: BTreeMap<LinkId, Claim>,
    /// How many have waited so far: they are served in this order.
    counted: u64,
    /// Since when each holder has not answered a probe.
    unanswered: BTreeMap<ClientId, Instant>,
    next_check: Option<Instant>,
    /// Links that the driver is to probe.
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
    /// When it is refused at the latest; never for one that stays linked.
    refused_at: Option<Instant>,
    /// Its origin is the holder's.
    is_same_origin: bool,
    /// It may take over the name of a holder that does not answer. Else it has to wait until the holder has left.
    may_take_over: bool,
}

/// What becomes of a newcomer when the name that it waits for is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// The name is free: it gets it.
    Free,
    /// It has waited for long enough, and the holder is still here.
    Refused,
    /// It gets the name of a holder without a link, which is its own or as good as that.
    TakesOver,
    /// It waits on, and the holder is asked for a sign of life.
    Probes,
    /// It waits on.
    Waits,
}

/// What follows from when a holder was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hearing {
    /// The holder does not answer: the newcomer of this link gets the name.
    TakenOver(LinkId),
    /// The newcomers of these links are refused, if there are any; the others wait on.
    Refused(Vec<LinkId>),
}

impl NameClaims {
    /// A newcomer waits from now on.
    pub(super) fn insert(&mut self, now: Instant, mut claim: Claim) {
        claim.number = self.counted;
        self.counted += 1;
        self.waiting.insert(claim.newcomer.link, claim);
        let next = self.next_check.unwrap_or(now + CHECK_EVERY);
        self.next_check = Some(next.min(now + CHECK_EVERY));
    }

    /// A newcomer waits no longer.
    pub(super) fn take(&mut self, link: LinkId) -> Option<Newcomer> {
        let claim = self.waiting.remove(&link)?;
        self.forget(link);
        Some(claim.newcomer)
    }

    /// A link is gone, or has joined.
    pub(super) fn forget(&mut self, link: LinkId) {
        self.waiting.remove(&link);
        if self.waiting.is_empty() {
            self.unanswered.clear();
            self.probes.clear();
            self.next_check = None;
        }
    }

    /// A client is gone: its name may be free.
    pub(super) fn holder_left(&mut self, now: Instant, id: ClientId) {
        if !self.waiting.is_empty() {
            self.unanswered.remove(&id);
            self.next_check = Some(now);
        }
    }

    pub(super) fn is_waiting(&self, link: LinkId) -> bool {
        self.waiting.contains_key(&link)
    }

    /// Whether a link asks again for what it waits for already.
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

    /// The name that a link waits for.
    pub(super) fn name_of(&self, link: LinkId) -> Option<&PlayerName> {
        self.waiting.get(&link).map(|claim| &claim.newcomer.name)
    }

    /// The links of all that wait, the first to come first.
    pub(super) fn in_order(&self) -> Vec<LinkId> {
        self.waiting_for(|_| true)
    }

    /// The links of those that wait for one of these names, the first to come first.
    pub(super) fn waiting_for(&self, is_one: impl Fn(&PlayerName) -> bool) -> Vec<LinkId> {
        let waiting = self.waiting.iter().filter(|(_, claim)| is_one(&claim.newcomer.name));
        let mut order: Vec<_> = waiting.map(|(link, claim)| (claim.number, *link)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, link)| link).collect()
    }

    /// When the names that newcomers wait for are looked at next.
    pub(super) fn next_check(&self) -> Option<Instant> {
        self.next_check
    }

    /// What becomes of a newcomer now; `holder_has_link` is `None` if no client has the name.
    pub(super) fn judge(&self, now: Instant, link: LinkId, holder_has_link: Option<bool>) -> Judgement {
        let Some(claim) = self.waiting.get(&link) else { return Judgement::Waits };
        match holder_has_link {
            None => Judgement::Free,
            Some(_) if claim.refused_at.is_some_and(|at| at <= now) => Judgement::Refused,
            Some(true) => Judgement::Probes,
            // Its link was lost, and its place is kept.
            Some(false) if claim.is_same_origin && claim.may_take_over => Judgement::TakesOver,
            Some(false) => Judgement::Waits,
        }
    }

    /// All newcomers were judged, and these holders are to be probed.
    pub(super) fn end_check(&mut self, now: Instant, holders: &BTreeSet<ClientId>) {
        self.unanswered.retain(|holder, _| holders.contains(holder));
        self.next_check = (!self.waiting.is_empty()).then(|| now + CHECK_EVERY);
    }

    /// A server that was not run while the time to answer passed may not have read the answers yet: all holders are
    /// probed again, and newcomers wait for that.
    pub(super) fn restart_after_stall(&mut self, now: Instant) {
        if self.next_check.is_none_or(|due| now <= due + LATE) {
            return;
        }
        self.unanswered.values_mut().for_each(|asked| *asked = now);
        for refused_at in self.waiting.values_mut().filter_map(|claim| claim.refused_at.as_mut()) {
            *refused_at = (*refused_at).max(now + REFUSAL_AFTER);
        }
    }

    /// The newcomers of these links are not refused before then.
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

    /// The driver is to probe this link of a holder.
    pub(super) fn probe(&mut self, link: LinkId) {
        self.probes.insert(link);
    }

    /// The next link that the driver is to probe.
    pub(super) fn pop_probe(&mut self) -> Option<LinkId> {
        self.probes.pop_first()
    }

    /// A holder that the newcomers of these links wait for was heard at a time, or its network cannot say when.
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
        // Not before the answer to the last probe has another one been asked for.
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

    /// The holder keeps its name: newcomers that do not stay to wait are refused, if the holder was heard since they
    /// asked, or its network cannot say.
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
/// A check that comes later than this after its time comes from a server that was not run meanwhile.
const LATE: Duration = Duration::from_millis(200);
/// How long a newcomer waits at most that is to be refused: a silent holder is found out within this time.
const REFUSAL_AFTER: Duration = Duration::from_secs(6);
/// Newcomers that may wait for one name.
const WAITING_PER_NAME: usize = 4;
/// Newcomers of one origin that may wait for names.
const WAITING_PER_ORIGIN: usize = 16;

#[cfg(test)]
mod tests;
