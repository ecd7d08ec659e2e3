//! Several servers that share their sessions, in one thread and in simulated time.
//!
//! The servers are the real ones: each node has a `ClusterNode` and the workers' loops, with players on networks in
//! memory. Between nodes is a simulated NATS. A seed decides the faults: nodes die, sleep, and start; connections,
//! messages, requests and answers are lost; nodes are cut off from each other and from the store; the store has no
//! leader. All the while players join, leave, rejoin elsewhere, change rooms, speak and write, and operators decide
//! about them. Then all faults end, and each session has to have one owner, and all players the same view of it.

mod checks;
mod counts;
mod diary;
mod disturbances;
mod node;
mod observed;
mod operators;
mod player;
mod sabotage;
mod scenario;
mod script;
mod settling;
mod speech;
mod trouble;
mod words;
mod world;

use std::time::Duration;

use crate::sim::report::SessionFailure;
use crate::sim::transcript::Transcript;
pub use counts::ClusterCounts;
pub use sabotage::ClusterSabotage;
pub use scenario::ClusterScenario;
use world::World;

/// A run in which nothing but the intended faults went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterReport {
    /// The seed that reproduces the run.
    pub seed: u64,
    /// How much time was simulated.
    pub simulated: Duration,
    /// The counters.
    pub counts: ClusterCounts,
    /// The same for the same seed.
    pub transcript: Transcript,
}

/// Simulates a cluster from its beginning to its end.
///
/// # Errors
/// The first violation, with everything needed to reproduce it.
pub fn run_cluster(scenario: &ClusterScenario) -> Result<ClusterReport, Box<SessionFailure>> {
    let mut world = World::new(scenario);
    match settling::play(&mut world, scenario.trouble) {
        Ok(()) => Ok(ClusterReport {
            seed: scenario.seed,
            simulated: Duration::from_micros(world.time().as_micros()),
            counts: world.counts(),
            transcript: world.transcript.get(),
        }),
        Err(violation) => Err(Box::new(SessionFailure {
            of: "cluster",
            seed: scenario.seed,
            at: world.time(),
            what: violation.to_string(),
            last_actions: world.diary.last_actions(),
            state: world.describe(),
        })),
    }
}
