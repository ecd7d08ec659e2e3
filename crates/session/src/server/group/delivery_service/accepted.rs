//! The commits that were accepted last, which members may complain about.

use alloc::collections::{BTreeSet, VecDeque};

use consonance_wire::ClientId;

/// The number of commits that can be complained about.
const COMMITS_MAX: usize = 16;

/// The last commits.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    commits: VecDeque<AcceptedCommit>,
}

#[derive(Debug)]
pub(super) struct AcceptedCommit {
    epoch: u32,
    pub(super) by: ClientId,
    /// The members after it, without its maker.
    pub(super) others: BTreeSet<ClientId>,
    /// Those among them that sent a complaint: each one is looked at once.
    pub(super) heard: BTreeSet<ClientId>,
    /// Those whose complaints count.
    pub(super) complained: BTreeSet<ClientId>,
    pub(super) is_settled: bool,
}

impl Accepted {
    pub(super) fn push(&mut self, epoch: u32, by: ClientId, others: BTreeSet<ClientId>) {
        if self.commits.len() == COMMITS_MAX {
            self.commits.pop_front();
        }
        let (heard, complained) = (BTreeSet::new(), BTreeSet::new());
        self.commits.push_back(AcceptedCommit { epoch, by, others, heard, complained, is_settled: false });
    }

    /// The commit that led to an epoch.
    pub(super) fn get_mut(&mut self, epoch: u32) -> Option<&mut AcceptedCommit> {
        self.commits.iter_mut().find(|commit| commit.epoch == epoch)
    }

    pub(super) fn settle(&mut self, by: ClientId) {
        for commit in self.commits.iter_mut().filter(|commit| commit.by == by) {
            commit.is_settled = true;
        }
    }

    pub(super) fn forget(&mut self, id: ClientId) {
        for commit in &mut self.commits {
            commit.others.remove(&id);
            commit.heard.remove(&id);
            commit.complained.remove(&id);
        }
        self.commits.retain(|commit| commit.by != id);
    }
}
