//! Names in use: a newcomer that asks for one takes it over, waits for it, or is refused.
//!
//! A holder that still answers keeps its name. The engine has no clock and no socket, so it asks its driver with
//! [`Server::poll_probe`], once a second and only while a newcomer waits, and is told with [`Server::handle_heard`]
//! when the holder was last heard.

mod judging;
mod waiting;

use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use consonance_wire::{Capabilities, ClientId, ResumeTicket};

use super::waiting_joins::Newcomer;
use super::{Access, Server, Vouched};
use crate::link::{CloseReason, LinkId};
use crate::time::Instant;

use waiting::Claim;

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

/// What becomes of a newcomer's wish for a name.
enum Verdict {
    /// It gets the name; the client that had it goes.
    Granted(Option<ClientId>),
    Waits(Claim),
    Refused(CloseReason),
}

impl NameClaims {
    pub(super) fn is_waiting(&self, link: LinkId) -> bool {
        self.waiting.contains_key(&link)
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

    /// When the names that newcomers wait for are looked at next.
    pub(super) fn next_check(&self) -> Option<Instant> {
        self.next_check
    }
}

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

    /// A newcomer takes its name, if it may have it now; a client that had it goes. One that may not waits or is
    /// refused; false then.
    pub(super) fn take_name(&mut self, newcomer: &Newcomer, access: &Access) -> bool {
        match self.verdict_on_name(newcomer, access) {
            Verdict::Granted(holder) => {
                if let Some(holder) = holder {
                    self.evict_namesake(holder);
                }
                return true;
            }
            Verdict::Waits(claim) => self.wait_for_name(newcomer.link, claim),
            Verdict::Refused(reason) => {
                match reason {
                    CloseReason::NameProtected => self.statistics.names_protected += 1,
                    _ => self.statistics.names_in_use += 1,
                }
                self.close(newcomer.link, reason);
            }
        }
        false
    }

    fn verdict_on_name(&self, newcomer: &Newcomer, access: &Access) -> Verdict {
        let Newcomer { link, name, .. } = newcomer;
        let Some(holder) = self.holder_of_name(name) else { return Verdict::Granted(None) };
        let is_own = self.links.clients_of(*link).any(|id| id == holder);
        if is_own || self.settings.permissive || self.shows_ticket_of(holder, newcomer.ticket.as_ref()) {
            return Verdict::Granted(Some(holder));
        }
        let present = self.gate.access(holder);
        let may_have = present.is_none_or(|present| access.may_take_name_from(present));
        let rule = self.settings.name_taken;
        let is_stock = self.links.get(*link).is_some_and(|link| link.capabilities == Capabilities::NONE);
        let may_stay = is_stock && rule == NameTaken::Keep;
        if !may_have && !may_stay {
            return Verdict::Refused(CloseReason::NameProtected);
        }
        let is_same_origin = self.has_origin_of(*link, holder);
        let is_lost_by_same_origin = is_same_origin && self.outbound.link_of(holder).is_none();
        let at_once = rule == NameTaken::Newest || has_account_of(access, present) || is_lost_by_same_origin;
        if may_have && at_once {
            return Verdict::Granted(Some(holder));
        }
        if !self.may_wait_for_name(*link, holder) {
            return Verdict::Refused(CloseReason::NameInUse);
        }
        let place_ends = self.reservations.kept_until(holder).unwrap_or(self.now);
        let refused_at = (!may_stay).then(|| place_ends.max(self.now + REFUSAL_AFTER));
        Verdict::Waits(Claim::new(newcomer.clone(), self.now, refused_at, is_same_origin, may_have))
    }

    /// Whether a ticket is the one that was given for this client's place.
    fn shows_ticket_of(&self, holder: ClientId, ticket: Option<&ResumeTicket>) -> bool {
        ticket.is_some_and(|ticket| ticket.id == holder && self.reservations.accepts(self.session, ticket))
    }

    /// Whether a link has the origin that a client had last.
    fn has_origin_of(&self, link: LinkId, holder: ClientId) -> bool {
        let own = self.links.origin_of(link);
        let present = match self.outbound.link_of(holder) {
            Some(link) => self.links.origin_of(link),
            None => self.reservations.origin_of(holder),
        };
        own.is_some() && own == present
    }
}

/// Whether a newcomer comes with the holder's account, or is said to be the player of that name.
fn has_account_of(newcomer: &Access, holder: Option<&Access>) -> bool {
    let holder = holder.and_then(|holder| holder.subject.as_deref());
    let is_same = newcomer.subject.is_some() && newcomer.subject.as_deref() == holder;
    newcomer.vouched == Vouched::Name || newcomer.vouched == Vouched::Player && is_same
}
