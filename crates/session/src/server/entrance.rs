//! Newcomers: whether any may join, the ones that wait for the driver's answer, and the ones that wait for a name.

use super::join_gate::JoinGate;
use super::name_claims::NameClaims;
use super::waiting_joins::{Newcomer, WaitingJoins};
use crate::link::LinkId;

/// Everything about links whose clients are not in the session yet.
#[derive(Debug, Default)]
pub(super) struct Entrance {
    gate: JoinGate,
    joins: WaitingJoins,
    claims: NameClaims,
}

impl Entrance {
    /// The entrance of a session that takes the place of this one: nobody waits there, and as few may come in.
    pub(super) fn of_next_session(self) -> Self {
        Self { gate: self.gate, ..Self::default() }
    }

    /// Whether newcomers may join.
    pub(super) fn gate(&self) -> &JoinGate {
        &self.gate
    }

    pub(super) fn gate_mut(&mut self) -> &mut JoinGate {
        &mut self.gate
    }

    /// The newcomers about which the driver was asked.
    pub(super) fn joins(&self) -> &WaitingJoins {
        &self.joins
    }

    pub(super) fn joins_mut(&mut self) -> &mut WaitingJoins {
        &mut self.joins
    }

    /// The newcomers that wait for names in use.
    pub(super) fn claims(&self) -> &NameClaims {
        &self.claims
    }

    pub(super) fn claims_mut(&mut self) -> &mut NameClaims {
        &mut self.claims
    }

    /// Whether a link's newcomer waits, for the driver or for a name: it is in no hurry to shake hands again.
    pub(super) fn is_waiting(&self, link: LinkId) -> bool {
        self.joins.is_waiting(link) || self.claims.is_waiting(link)
    }

    /// A link is gone, and whoever waited at it.
    pub(super) fn forget(&mut self, link: LinkId) {
        self.joins.take(link);
        self.claims.forget(link);
    }

    /// The driver has answered about a newcomer; none if it was not asked, or the newcomer is gone.
    pub(super) fn take_asked(&mut self, link: LinkId) -> Option<Newcomer> {
        self.joins.take(link)
    }

    /// Nobody waits any more.
    pub(super) fn clear(&mut self) {
        self.joins = WaitingJoins::default();
        self.claims = NameClaims::default();
    }
}

#[cfg(test)]
mod tests;
