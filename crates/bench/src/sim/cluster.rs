//! `consonance-bench sim --cluster`: several servers on a simulated NATS.

use std::time::Duration;

use consonance_testing::sim::{ClusterCounts, ClusterScenario, run_cluster};

use super::seeds::{Run, minutes_again};

/// A run of a cluster.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClusterRun {
    /// The time of trouble; by default the scenario's, which differs for each run.
    pub(super) trouble: Option<Duration>,
}

impl Run for ClusterRun {
    type Counts = ClusterCounts;
    const OF: &'static str = "a cluster";

    fn play(&self, seed: u64) -> Result<ClusterCounts, String> {
        let mut scenario = ClusterScenario::new(seed);
        scenario.trouble = self.trouble.unwrap_or(scenario.trouble);
        run_cluster(&scenario).map(|report| report.counts).map_err(|failure| failure.to_string())
    }

    fn add(sum: &mut ClusterCounts, more: &ClusterCounts) {
        sum.add(more);
    }

    fn by_name(counts: ClusterCounts) -> Vec<(&'static str, u64)> {
        counts.by_name().to_vec()
    }

    fn again(&self, seed: u64) -> String {
        format!("--cluster --seed {seed}{}", minutes_again(self.trouble))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_nodes_serve_a_session_in_it() {
        let counts = ClusterRun { trouble: Some(Duration::from_millis(500)) }.play(1).unwrap();
        assert!(counts.had_to_be_heard > 0 && counts.nodes >= 2);
    }
}
