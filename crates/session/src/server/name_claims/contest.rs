//! The decision between a newcomer and the client that already has the requested name.

use super::{Claim, REFUSAL_AFTER};
use crate::link::{CloseReason, PeerOrigin};
use crate::server::access::{Access, Vouched};
use crate::server::settings::NameTaken;
use crate::server::waiting_joins::Newcomer;
use crate::time::Instant;

/// The data for the decision about a newcomer and the client that has the name.
#[derive(Debug)]
pub(in crate::server) struct Contest<'a> {
    pub(in crate::server) rule: NameTaken,
    /// The access of the newcomer, and below that of the holder.
    pub(in crate::server) access: &'a Access,
    pub(in crate::server) present: Option<&'a Access>,
    /// The newcomer's client is one of the original.
    pub(in crate::server) is_stock: bool,
    /// The origin of the newcomer, and whether the holder has the same one.
    pub(in crate::server) origin: Option<PeerOrigin>,
    pub(in crate::server) is_same_origin: bool,
    pub(in crate::server) holder_has_link: bool,
    /// The time until which the place of a holder without a link is kept.
    pub(in crate::server) kept_until: Option<Instant>,
}

/// The decision about a newcomer's requested name.
#[derive(Debug)]
pub(in crate::server) enum Verdict {
    /// It gets the name; the client that had it is removed.
    Granted,
    /// It waits, if there is space for it; otherwise it is refused as the name is in use.
    Waits(Claim),
    Refused(CloseReason),
}

impl Contest<'_> {
    pub(in crate::server) fn verdict(&self, now: Instant, newcomer: &Newcomer) -> Verdict {
        let Self { rule, access, present, is_same_origin, .. } = *self;
        let may_have = present.is_none_or(|present| access.may_take_name_from(present));
        let may_stay = self.is_stock && rule == NameTaken::Keep;
        if !may_have && !may_stay {
            return Verdict::Refused(CloseReason::NameProtected);
        }
        let is_lost_by_same_origin = is_same_origin && !self.holder_has_link;
        let at_once = rule == NameTaken::Newest || has_account_of(access, present) || is_lost_by_same_origin;
        if may_have && at_once {
            return Verdict::Granted;
        }
        let place_ends = self.kept_until.unwrap_or(now);
        Verdict::Waits(Claim {
            number: 0,
            newcomer: newcomer.clone(),
            origin: self.origin,
            since: now,
            refused_at: (!may_stay).then(|| place_ends.max(now + REFUSAL_AFTER)),
            is_same_origin,
            may_take_over: may_have,
        })
    }
}

/// Whether a newcomer comes with the holder's account, or is said to be the player of that name.
fn has_account_of(newcomer: &Access, holder: Option<&Access>) -> bool {
    let holder = holder.and_then(|holder| holder.subject.as_deref());
    let is_same = newcomer.subject.is_some() && newcomer.subject.as_deref() == holder;
    newcomer.vouched == Vouched::Name || newcomer.vouched == Vouched::Player && is_same
}
