//! `consonance-bench sim --groups`: encrypted sessions.

use std::time::Duration;

use consonance_testing::sim::{AttackScenario, GroupCounts, GroupScenario, run_attack, run_groups};

use super::seeds::{Run, minutes_again};

/// A run of an encrypted session.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupRun {
    /// The time of trouble; by default the scenario's, which differs for each run.
    pub(super) trouble: Option<Duration>,
}

impl Run for GroupRun {
    type Counts = GroupCounts;
    const OF: &'static str = "encrypted sessions";

    fn play(&self, seed: u64) -> Result<GroupCounts, String> {
        let mut scenario = GroupScenario::new(seed);
        scenario.trouble = self.trouble.unwrap_or(scenario.trouble);
        run_groups(&scenario).map(|report| report.counts).map_err(|failure| failure.to_string())
    }

    fn add(sum: &mut GroupCounts, more: &GroupCounts) {
        sum.add(more);
    }

    fn by_name(counts: GroupCounts) -> Vec<(&'static str, u64)> {
        counts.by_name().to_vec()
    }

    fn again(&self, seed: u64) -> String {
        format!("--groups --seed {seed}{}", minutes_again(self.trouble))
    }
}

/// A run of an encrypted session with hostile members.
#[derive(Clone, Copy, Debug)]
pub(super) struct AttackRun {
    /// How many of its members are hostile.
    pub(super) hostile: usize,
    /// The time of the attack; by default the scenario's.
    pub(super) length: Option<Duration>,
}

impl Run for AttackRun {
    type Counts = GroupCounts;
    const OF: &'static str = "encrypted sessions under attack";

    fn play(&self, seed: u64) -> Result<GroupCounts, String> {
        let mut scenario = AttackScenario::new(seed);
        scenario.hostile = self.hostile;
        scenario.length = self.length.unwrap_or(scenario.length);
        run_attack(&scenario).map(|report| report.counts).map_err(|failure| failure.to_string())
    }

    fn add(sum: &mut GroupCounts, more: &GroupCounts) {
        sum.add(more);
    }

    fn by_name(counts: GroupCounts) -> Vec<(&'static str, u64)> {
        counts.by_name().to_vec()
    }

    fn again(&self, seed: u64) -> String {
        format!("--groups --hostile {} --seed {seed}{}", self.hostile, minutes_again(self.length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_commit_and_hear_each_other_in_it() {
        let counts = GroupRun { trouble: Some(Duration::from_millis(500)) }.play(1).unwrap();
        assert!(counts.heard > 0 && counts.commits > 0);
    }
}
