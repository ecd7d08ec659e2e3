//! Complaints of members about commits that were accepted: what only members can see.
//!
//! A member that a commit, or its Welcome, gave no keys asks to be added again whatever comes of its complaint.
//! Complaints from two members about any of its commits remove the committer, as do complaints from all others about a
//! single one: a hostile member may spoil only one Welcome per commit. If more than half complain about one commit, the
//! majority still has the keys of the previous epoch, so the group restarts instead of adding them all again.

use consonance_wire::ClientId;

use super::{BATCHING, DeliveryService};
use crate::time::Instant;

/// The number of clients whose complaints remove a committer.
const ENOUGH: usize = 2;

impl DeliveryService {
    /// Handles a member's complaint about the commit that leads to an epoch. True if it counts.
    pub(in crate::server::group) fn complain(
        &mut self,
        now: Instant,
        id: ClientId,
        group: u32,
        epoch: u32,
        signature: &[u8],
    ) -> bool {
        if group != self.group {
            return false;
        }
        let Some(commit) = self.accepted.get_mut(epoch) else { return false };
        if !commit.others.contains(&id) || !commit.heard.insert(id) {
            return false;
        }
        let signer = self.conducts.signer(id);
        let is_signed =
            self.check.as_ref().is_none_or(|check| check.has_complained(signer, group, epoch, signature));
        if !is_signed {
            return false;
        }
        let Some(accusers) = self.conducts.accuse(id, commit.by) else { return false };
        commit.complained.insert(id);
        let (by, complained) = (commit.by, commit.complained.len());
        let (are_all, are_most) = (complained == commit.others.len(), complained * 2 > commit.others.len());
        if are_most {
            self.conducts.confirm(&commit.complained);
        }
        if !commit.is_settled && (are_all || accusers >= ENOUGH) {
            self.convict(now, by);
        }
        if are_most && self.epoch == Some(epoch) {
            self.restart(now);
        }
        true
    }

    /// Removes a member whose commit gave others no keys. It may come back, and is asked only if no other is left.
    fn convict(&mut self, now: Instant, id: ClientId) {
        self.conducts.convict(id);
        // Later complaints about its earlier commits do not remove it again.
        self.accepted.settle(id);
        self.pass_over(now, id);
        if self.members.contains_key(&id) {
            self.note_leaving(id);
            self.left_out.push(id);
            self.make_due(now + BATCHING);
        }
    }
}
