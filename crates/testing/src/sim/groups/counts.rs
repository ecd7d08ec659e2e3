//! Counters of runs.

/// The counters of a run, or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupCounts {
    /// Players that joined.
    pub joins: u64,
    /// Players that left.
    pub leaves: u64,
    /// Links that were lost.
    pub links_lost: u64,
    /// Links that stalled for a while.
    pub stalls: u64,
    /// Members that did not answer for a while.
    pub hangs: u64,
    /// Members that crashed or lost their link while they committed.
    pub interrupted_commits: u64,
    /// Members that lost their keys.
    pub keys_lost: u64,
    /// Commits that took effect.
    pub commits: u64,
    /// Commits that the server refused.
    pub commits_refused: u64,
    /// Complaints about commits that counted.
    pub complaints: u64,
    /// Requests for commits that hostile members got while they attacked.
    pub hostile_asked: u64,
    /// Those that they answered with an attack, or not at all.
    pub hostile_attacks: u64,
    /// Groups that were begun.
    pub groups: u64,
    /// Frames that were sealed.
    pub sealed: u64,
    /// Frames that a member opened and heard.
    pub heard: u64,
    /// Frames that players tried to open after they had left.
    pub tried_after_leaving: u64,
    /// Failures that members noticed.
    pub failures: u64,
    /// The longest time in milliseconds for which a member did not hear another one, with no fault on either link.
    pub longest_deaf_ms: u64,
    /// The longest time in milliseconds until a joiner was a member, with no fault anywhere.
    pub longest_joining_ms: u64,
    /// The same with faults of others.
    pub longest_joining_amid_faults_ms: u64,
}

impl GroupCounts {
    /// Adds those of another run; of the longest times, the longer one stays.
    pub fn add(&mut self, other: &Self) {
        for ((name, count), (_, more)) in self.named().into_iter().zip(other.by_name()) {
            *count = if name.starts_with("longest") { more.max(*count) } else { *count + more };
        }
    }

    /// Each with its name, in the order of this page.
    pub fn by_name(mut self) -> [(&'static str, u64); 20] {
        self.named().map(|(name, count)| (name, *count))
    }

    fn named(&mut self) -> [(&'static str, &mut u64); 20] {
        [
            ("joins", &mut self.joins),
            ("leaves", &mut self.leaves),
            ("links_lost", &mut self.links_lost),
            ("stalls", &mut self.stalls),
            ("hangs", &mut self.hangs),
            ("interrupted_commits", &mut self.interrupted_commits),
            ("keys_lost", &mut self.keys_lost),
            ("commits", &mut self.commits),
            ("commits_refused", &mut self.commits_refused),
            ("complaints", &mut self.complaints),
            ("hostile_asked", &mut self.hostile_asked),
            ("hostile_attacks", &mut self.hostile_attacks),
            ("groups", &mut self.groups),
            ("frames_sealed", &mut self.sealed),
            ("frames_heard", &mut self.heard),
            ("frames_tried_after_leaving", &mut self.tried_after_leaving),
            ("failures_noticed", &mut self.failures),
            ("longest_deaf_ms", &mut self.longest_deaf_ms),
            ("longest_joining_ms", &mut self.longest_joining_ms),
            ("longest_joining_amid_faults_ms", &mut self.longest_joining_amid_faults_ms),
        ]
    }
}
