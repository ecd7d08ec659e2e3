//! What to simulate.

use std::time::Duration;

use crate::peers::Peers;
use crate::sabotage::Sabotage;

/// What to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scenario {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// Players, 2 … 1000 (default 100): a tenth of them talks at any time, each heard by about 10.
    pub clients: u16,
    /// Which protocol they speak (default [`Peers::Mixed`]).
    pub peers: Peers,
    /// Simulated time (default 1 minute); the run ends with the first calm after it.
    pub length: Duration,
    /// What is broken on purpose (default nothing).
    pub sabotage: Option<Sabotage>,
}

impl Scenario {
    /// The defaults, with a seed.
    pub fn new(seed: u64) -> Self {
        let length = Duration::from_mins(1);
        Self { seed, clients: 100, peers: Peers::default(), length, sabotage: None }
    }
}

/// Most players of a scenario.
pub const CLIENTS_MAX: u16 = 1000;
