//! The parameters of a run.

use std::time::Duration;

use super::sabotage::ClusterSabotage;

/// The parameters of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterScenario {
    /// The seed of all random decisions.
    pub seed: u64,
    /// How long there are faults (default 24 s), before the calm.
    pub trouble: Duration,
    /// The deliberate fault (default none).
    pub sabotage: Option<ClusterSabotage>,
}

impl ClusterScenario {
    /// The defaults, with a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, trouble: Duration::from_secs(24), sabotage: None }
    }
}
