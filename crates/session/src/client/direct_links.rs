//! The direct links that are up, and the player that each link's peer claims to be.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use consonance_wire::{ClientId, SessionId};

use crate::link::LinkId;

/// The number of consecutive refused packets after which a link is closed: more than a second of voice.
const REFUSED_IN_A_ROW: u32 = 64;

/// A peer's claim about its own identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) session: SessionId,
    pub(super) id: ClientId,
}

/// Links by id, each with at most one claim: the latest.
#[derive(Debug, Default)]
pub(super) struct DirectLinks {
    links: BTreeMap<LinkId, DirectLink>,
    /// The same claims, by player.
    claimants: BTreeSet<(ClientId, LinkId)>,
}

#[derive(Debug, Default)]
struct DirectLink {
    claim: Option<Claim>,
    refused_in_a_row: u32,
    totals: Totals,
}

/// Traffic totals of a link.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) packets_in: u64,
    pub(super) bytes_in: u64,
    pub(super) packets_out: u64,
    pub(super) bytes_out: u64,
}

impl DirectLinks {
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    pub(super) fn contains(&self, link: LinkId) -> bool {
        self.links.contains_key(&link)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = LinkId> {
        self.links.keys().copied()
    }

    /// Each link, the player it claims, and its traffic.
    pub(super) fn iter_totals(&self) -> impl Iterator<Item = (LinkId, Option<ClientId>, Totals)> {
        self.links.iter().map(|(&link, direct)| (link, direct.claim.map(|claim| claim.id), direct.totals))
    }

    /// Adds a link; an existing one stays as it is.
    pub(super) fn insert(&mut self, link: LinkId) {
        self.links.entry(link).or_default();
    }

    /// Removes a link; returns the player it claimed.
    pub(super) fn remove(&mut self, link: LinkId) -> Option<ClientId> {
        let Claim { id, .. } = self.links.remove(&link)?.claim?;
        self.claimants.remove(&(id, link));
        Some(id)
    }

    /// Removes and returns all links.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = LinkId> {
        self.claimants.clear();
        core::mem::take(&mut self.links).into_keys()
    }

    /// Sets the player that the link claims; returns the player it claimed before.
    pub(super) fn claim(&mut self, link: LinkId, claim: Claim) -> Option<ClientId> {
        let before = self.links.get_mut(&link)?.claim.replace(claim);
        if let Some(Claim { id, .. }) = before {
            self.claimants.remove(&(id, link));
        }
        self.claimants.insert((claim.id, link));
        before.map(|claim| claim.id)
    }

    /// A link that claims this player.
    pub(super) fn claimant(&self, id: ClientId) -> Option<LinkId> {
        self.claimants.range((id, LinkId(0))..=(id, LinkId(u64::MAX))).next().map(|&(_, link)| link)
    }

    /// Forgets all claims to this player: ids are reused at once.
    pub(super) fn forget_claimants(&mut self, id: ClientId) {
        while let Some(link) = self.claimant(id) {
            self.claimants.remove(&(id, link));
            if let Some(link) = self.links.get_mut(&link) {
                link.claim = None;
            }
        }
    }

    /// Removes and returns all claims.
    pub(super) fn take_claims(&mut self) -> Vec<(LinkId, Claim)> {
        self.claimants.clear();
        let claims = self.links.iter_mut().filter_map(|(&link, direct)| Some((link, direct.claim.take()?)));
        claims.collect()
    }

    /// Counts an outgoing packet for those of these links that are direct ones.
    pub(super) fn count_out(&mut self, links: &[LinkId], bytes: usize) {
        if self.links.is_empty() {
            return;
        }
        for link in links {
            if let Some(DirectLink { totals, .. }) = self.links.get_mut(link) {
                totals.packets_out += 1;
                totals.bytes_out += bytes as u64;
            }
        }
    }

    /// Counts an incoming packet; true if it was one refusal too many.
    pub(super) fn count_in(&mut self, link: LinkId, bytes: usize, refused: bool) -> bool {
        let Some(direct) = self.links.get_mut(&link) else { return false };
        direct.totals.packets_in += 1;
        direct.totals.bytes_in += bytes as u64;
        direct.refused_in_a_row = if refused { direct.refused_in_a_row + 1 } else { 0 };
        direct.refused_in_a_row >= REFUSED_IN_A_ROW
    }
}
