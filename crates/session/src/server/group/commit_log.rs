//! The last commits of the group, for members that lost their link and missed some.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

/// A bounded row of commits without a gap; the oldest go.
#[derive(Debug, Default)]
pub(super) struct CommitLog {
    commits: VecDeque<Box<[u8]>>,
    /// The epoch that the oldest leads to.
    first: u32,
    bytes: usize,
}

impl CommitLog {
    const COMMITS_MAX: usize = 64;
    const BYTES_MAX: usize = 256 * 1024;

    /// Adds the commit that leads to this epoch.
    pub(super) fn push(&mut self, epoch: u32, commit: &[u8]) {
        if self.commits.is_empty() {
            self.first = epoch;
        }
        self.bytes += commit.len();
        self.commits.push_back(commit.into());
        while self.commits.len() > Self::COMMITS_MAX || self.bytes > Self::BYTES_MAX {
            let Some(oldest) = self.commits.pop_front() else { break };
            self.bytes -= oldest.len();
            self.first += 1;
        }
    }

    /// The commits that a member of this epoch has missed, with the epochs they lead to; `None` if some are gone.
    pub(super) fn since(&self, epoch: u32) -> Option<impl Iterator<Item = (u32, &[u8])>> {
        let missed_from = epoch.checked_add(1)?;
        let skip = missed_from.checked_sub(self.first)? as usize;
        (skip <= self.commits.len())
            .then(|| (missed_from..).zip(self.commits.iter().skip(skip).map(|it| &**it)))
    }
}
