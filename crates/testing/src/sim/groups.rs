//! Encrypted sessions: members of one group and the server that orders their commits, on simulated time.
//!
//! The engines are the real ones: `session::Server` as the delivery service, and for each player a `session::Client`,
//! an `MlsMember` and a `PacketCipher`. A seed decides the faults: links stall, break and recover in time or too
//! late, members hang or crash in the middle of a commit, bursts of players join and leave, and originals join
//! sessions that allow them. All the while members speak; the book of epochs knows which member may open which frame.
//! Keys are drawn by the operating system, so a seed reproduces the actions, not the bytes.

mod attack;
mod book;
mod checks;
mod counts;
mod diary;
mod hostile;
mod links;
mod outcome;
mod player;
mod sabotage;
mod scenario;
mod script;
mod settling;
mod silence;
mod speech;
mod world;

use std::time::Duration;

use crate::sim::report::SessionFailure;
use crate::sim::transcript::Transcript;
pub use attack::{AttackScenario, run_attack};
pub use counts::GroupCounts;
pub(crate) use hostile::HostileSession;
pub use sabotage::GroupSabotage;
pub use scenario::GroupScenario;
use world::World;

/// A run in which nothing but the intended faults went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupReport {
    /// The seed that reproduces the run.
    pub seed: u64,
    /// How much time was simulated.
    pub simulated: Duration,
    /// The counters.
    pub counts: GroupCounts,
    /// The same for the same seed. Of packets only their lengths count, as keys are not decided by the seed.
    pub transcript: Transcript,
}

/// Simulates an encrypted session from its beginning to its end.
///
/// # Errors
/// The first violation, with everything needed to reproduce it.
pub fn run_groups(scenario: &GroupScenario) -> Result<GroupReport, Box<SessionFailure>> {
    let mut world = World::new(scenario);
    match settling::play(&mut world, scenario.trouble) {
        Ok(()) => Ok(world.report(scenario.seed)),
        Err(violation) => Err(Box::new(world.failure(scenario.seed, &violation))),
    }
}
