//! The last commits of the group, for members that lost their link and missed some.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

/// A bounded row of commits without a gap; the oldest go.
#[derive(Debug, Default)]
pub(super) struct CommitLog {
    commits: VecDeque<StoredCommit>,
    /// The epoch that the oldest leads to.
    first: u32,
    bytes: usize,
}

#[derive(Debug)]
struct StoredCommit {
    changes: Box<[u8]>,
    commit: Box<[u8]>,
}

/// A commit that was accepted.
pub(super) struct LoggedCommit<'a> {
    /// The epoch that it leads to.
    pub epoch: u32,
    /// What it was asked to change: a message to members.
    pub changes: &'a [u8],
    pub commit: &'a [u8],
}

impl CommitLog {
    const COMMITS_MAX: usize = 64;
    const BYTES_MAX: usize = 256 * 1024;

    /// Adds the commit that leads to this epoch.
    pub(super) fn push(&mut self, epoch: u32, changes: &[u8], commit: &[u8]) {
        if self.commits.is_empty() {
            self.first = epoch;
        }
        self.bytes += changes.len() + commit.len();
        self.commits.push_back(StoredCommit { changes: changes.into(), commit: commit.into() });
        while self.commits.len() > Self::COMMITS_MAX || self.bytes > Self::BYTES_MAX {
            let Some(oldest) = self.commits.pop_front() else { break };
            self.bytes -= oldest.changes.len() + oldest.commit.len();
            self.first += 1;
        }
    }

    /// The commits that a member of this epoch has missed; `None` if some are gone.
    pub(super) fn since(&self, epoch: u32) -> Option<impl Iterator<Item = LoggedCommit<'_>>> {
        let missed_from = epoch.checked_add(1)?;
        let skip = missed_from.checked_sub(self.first)? as usize;
        (skip <= self.commits.len()).then(|| {
            let missed = (missed_from..).zip(self.commits.iter().skip(skip));
            missed.map(|(epoch, stored)| LoggedCommit {
                epoch,
                changes: &stored.changes,
                commit: &stored.commit,
            })
        })
    }
}
