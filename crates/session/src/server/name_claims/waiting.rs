//! Newcomers that wait: how many may, and how they get in or leave.

use alloc::vec::Vec;

use consonance_name_key::PlayerName;
use consonance_wire::ClientId;

use super::{CHECK_EVERY, NameClaims, WAITING_PER_NAME, WAITING_PER_ORIGIN};
use crate::link::{CloseReason, LinkId};
use crate::server::waiting_joins::Newcomer;
use crate::server::{Server, ServerEvent};
use crate::time::Instant;

/// A newcomer that waits for a name.
#[derive(Debug)]
pub(in crate::server) struct Claim {
    /// Its place in the order of waiting.
    number: u64,
    pub(super) newcomer: Newcomer,
    pub(super) since: Instant,
    /// When it is refused at the latest; never for one that stays linked.
    pub(super) refused_at: Option<Instant>,
    /// Its origin is the holder's.
    pub(super) is_same_origin: bool,
    /// It may take over the name of a holder that does not answer. Else it has to wait until the holder has left.
    pub(super) may_take_over: bool,
}

impl Claim {
    pub(super) fn new(
        newcomer: Newcomer,
        since: Instant,
        refused_at: Option<Instant>,
        is_same_origin: bool,
        may_take_over: bool,
    ) -> Self {
        Self { number: 0, newcomer, since, refused_at, is_same_origin, may_take_over }
    }
}

impl NameClaims {
    /// The links of all that wait, who came first first.
    pub(super) fn in_order(&self) -> Vec<LinkId> {
        let mut order: Vec<_> = self.waiting.iter().map(|(link, claim)| (claim.number, *link)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, link)| link).collect()
    }
}

impl Server {
    /// Whether a link asks again for what it waits for already.
    pub(in crate::server) fn repeats_its_claim(&self, newcomer: &Newcomer) -> bool {
        let waits_for = self.name_claims.waiting.get(&newcomer.link).map(|claim| &claim.newcomer);
        waits_for.is_some_and(|claimed| {
            claimed.name.as_str() == newcomer.name.as_str() && claimed.codec == newcomer.codec
        })
    }

    /// Whether there is room for another newcomer that waits for this client's name.
    pub(super) fn may_wait_for_name(&self, link: LinkId, holder: ClientId) -> bool {
        let waiting = &self.name_claims.waiting;
        let for_name = waiting.values().filter(|claim| self.holder_of(claim) == Some(holder)).count();
        let origin = self.links.origin_of(link);
        let from_origin = waiting.keys().filter(|link| self.links.origin_of(**link) == origin).count();
        waiting.len() < self.settings.limits.waiting_names
            && for_name < WAITING_PER_NAME
            && (origin.is_none() || from_origin < WAITING_PER_ORIGIN)
    }

    pub(super) fn wait_for_name(&mut self, link: LinkId, mut claim: Claim) {
        let Some(holder) = self.holder_of(&claim) else { return };
        self.links.await_no_longer(link);
        let name = claim.newcomer.name.as_str().into();
        self.statistics.names_awaited += 1;
        self.events.push(ServerEvent::NameInUse { link, name, holder });
        claim.number = self.name_claims.counted;
        self.name_claims.counted += 1;
        self.name_claims.waiting.insert(link, claim);
        let next = self.name_claims.next_check.unwrap_or(self.now + CHECK_EVERY);
        self.name_claims.next_check = Some(next.min(self.now + CHECK_EVERY));
        if !self.name_claims.unanswered.contains_key(&holder) {
            self.probe(holder);
        }
    }

    /// The client that has this name, in any spelling. The original compares names letter by letter.
    pub(in crate::server) fn holder_of_name(&self, name: &PlayerName) -> Option<ClientId> {
        if self.settings.permissive {
            return self.members.find_spelled(name, name.key());
        }
        self.members.find(name, name.key())
    }

    /// The client that has the name that is waited for.
    pub(super) fn holder_of(&self, claim: &Claim) -> Option<ClientId> {
        self.holder_of_name(&claim.newcomer.name)
    }

    /// A link asks for something else than the name that it waited for.
    pub(in crate::server) fn withdraw_claim(&mut self, link: LinkId) {
        if let Some(Newcomer { name, .. }) = self.stop_waiting_for_name(link) {
            self.events.push(ServerEvent::NameClaimWithdrawn { link, name: name.as_str().into() });
        }
    }

    /// A link waits no longer, and has to join in time as any other.
    fn stop_waiting_for_name(&mut self, link: LinkId) -> Option<Newcomer> {
        let claim = self.name_claims.waiting.remove(&link)?;
        self.name_claims.forget(link);
        self.links.await_join(link, self.now + self.settings.limits.handshake);
        Some(claim.newcomer)
    }

    /// The name is free for a newcomer that waited for it. What was said of it then may be wrong by now, so the driver
    /// is asked again.
    pub(super) fn give_name(&mut self, link: LinkId) {
        let Some(newcomer) = self.stop_waiting_for_name(link) else { return };
        if self.turns_away(link) {
            return;
        }
        self.let_in(newcomer);
    }

    pub(super) fn refuse_name(&mut self, link: LinkId) {
        self.statistics.names_in_use += 1;
        self.close(link, CloseReason::NameInUse);
    }
}
