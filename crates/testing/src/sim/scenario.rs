//! The parameters of a run.

use std::time::Duration;

use crate::sim::peers::Peers;
use crate::sim::sabotage::Sabotage;

/// The parameters of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scenario {
    /// The seed of all random decisions.
    pub seed: u64,
    /// Players, 2 … 1000 (default 100): a tenth of them talks at any time, each heard by about 10.
    pub clients: u16,
    /// The protocol of the players (default [`Peers::Mixed`]).
    pub peers: Peers,
    /// Simulated time (default 1 minute); the run ends with the first calm after it.
    pub length: Duration,
    /// The deliberate fault (default none).
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
