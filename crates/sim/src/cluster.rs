//! Several servers that share their sessions, in one thread and in simulated time.
//!
//! The servers are the real ones: each node has a `ClusterNode` and the workers' loops, with players on networks in
//! memory. Between nodes is a simulated NATS. A seed decides the faults: nodes die, sleep, and start; connections,
//! messages, requests and answers are lost; nodes are cut off from each other and from the store; the store has no
//! leader. All the while players join, leave, rejoin elsewhere, change rooms, speak and write, and operators decide
//! about them. Then all faults end, and each session has to have one owner, and all players the same view of it.

mod checks;
mod diary;
mod disturbances;
mod node;
mod observed;
mod operators;
mod player;
mod sabotage;
mod script;
mod settling;
mod speech;
mod trouble;
mod words;
mod world;

use std::time::Duration;

use crate::report::SessionFailure;
use crate::transcript::Transcript;
pub use sabotage::ClusterSabotage;
use world::World;

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

/// Counters of a run in which nothing but the intended faults went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterCounts {
    /// Nodes that started, the first ones included.
    pub nodes: u64,
    /// Nodes that were killed.
    pub killed: u64,
    /// Nodes that were paused.
    pub paused: u64,
    /// Sessions that another node took over.
    pub takeovers: u64,
    /// Messages that the bus lost.
    pub bus_losses: u64,
    /// Frames that were spoken.
    pub words: u64,
    /// Frames and texts that were heard.
    pub heard: u64,
    /// Frames and texts of which it was checked that a listener heard them.
    pub had_to_be_heard: u64,
    /// Texts that arrived twice because their owner was replaced.
    pub repeated_texts: u64,
    /// Players that got their places back.
    pub resumed: u64,
    /// Decisions of operators.
    pub decisions: u64,
}

impl ClusterCounts {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Self) {
        for ((_, count), (_, more)) in self.named().into_iter().zip(other.by_name()) {
            *count += more;
        }
    }

    /// Each with its name, in the order of this page.
    pub fn by_name(mut self) -> [(&'static str, u64); 11] {
        self.named().map(|(name, count)| (name, *count))
    }

    fn named(&mut self) -> [(&'static str, &mut u64); 11] {
        [
            ("nodes", &mut self.nodes),
            ("nodes_killed", &mut self.killed),
            ("nodes_paused", &mut self.paused),
            ("takeovers", &mut self.takeovers),
            ("messages_lost", &mut self.bus_losses),
            ("words_said", &mut self.words),
            ("words_heard", &mut self.heard),
            ("words_that_had_to_be_heard", &mut self.had_to_be_heard),
            ("texts_repeated", &mut self.repeated_texts),
            ("places_resumed", &mut self.resumed),
            ("decisions", &mut self.decisions),
        ]
    }
}

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
