//! The parameters of a run.

use std::time::Duration;

use super::sabotage::GroupSabotage;

/// An encrypted session to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupScenario {
    /// The seed of all random decisions, except for keys.
    pub seed: u64,
    /// How long there are faults (default 12 s), before the calm.
    pub trouble: Duration,
    /// The deliberate fault (default none).
    pub sabotage: Option<GroupSabotage>,
}

impl GroupScenario {
    /// The defaults, with a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, trouble: Duration::from_secs(12), sabotage: None }
    }
}
