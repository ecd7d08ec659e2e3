//! The result of a run: its counters, or the violation.

use std::fmt;
use std::time::Duration;

use crate::sim::clock::Time;
use crate::sim::peers::Peers;
use crate::sim::transcript::Transcript;

/// A run in which nothing but the intended faults went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// The simulated time; a little more than requested, as the last round ends in calm.
    pub simulated: Duration,
    /// The counters.
    pub counts: RunCounts,
    /// The same for the same seed, number of clients, peers and length, and only then.
    pub transcript: Transcript,
}

/// The counters of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunCounts {
    /// Moves of the simulation.
    pub steps: u64,
    /// Packets that arrived, at players and at the server.
    pub packets: u64,
    /// Frames spoken by players in a session, to any target.
    pub spoken: u64,
    /// Of these, frames that a server of ours was sent without a list of listeners.
    pub routed: u64,
    /// Frames and texts heard.
    pub heard: u64,
    /// Texts written.
    pub texts: u64,
    /// Actions of the script.
    pub actions: u64,
    /// How often a client resumed its place after a lost link.
    pub resumed: u64,
    /// How often a client was admitted after waiting for its own name.
    pub waited: u64,
    /// How often a kept place was not resumed.
    pub given_up: u64,
    /// Reports to speakers about the arrival of their voice.
    pub reports: u64,
    /// Of these, reports with a summary of the listeners, too.
    pub summaries: u64,
    /// Goodbyes to the server, which then keeps no place.
    pub goodbyes: u64,
    /// How often everything came to rest.
    pub settled: u64,
}

impl RunCounts {
    /// Adds what happened in another run.
    pub fn add(&mut self, other: &Self) {
        for ((_, count), (_, more)) in self.named().into_iter().zip(other.by_name()) {
            *count += more;
        }
    }

    /// Each with its name, in the order of this page.
    pub fn by_name(mut self) -> [(&'static str, u64); 14] {
        self.named().map(|(name, count)| (name, *count))
    }

    fn named(&mut self) -> [(&'static str, &mut u64); 14] {
        [
            ("steps", &mut self.steps),
            ("packets", &mut self.packets),
            ("frames_spoken", &mut self.spoken),
            ("frames_routed", &mut self.routed),
            ("words_heard", &mut self.heard),
            ("texts_written", &mut self.texts),
            ("actions", &mut self.actions),
            ("places_resumed", &mut self.resumed),
            ("names_waited_for", &mut self.waited),
            ("places_given_up", &mut self.given_up),
            ("reports", &mut self.reports),
            ("summaries", &mut self.summaries),
            ("goodbyes", &mut self.goodbyes),
            ("times_settled", &mut self.settled),
        ]
    }
}

/// A run in which something happened that must not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimFailure {
    /// The seed that reproduces the run, together with the other parameters.
    pub seed: u64,
    /// The number of players; the seed alone does not determine it.
    pub clients: u16,
    /// The protocol of the players.
    pub peers: Peers,
    /// The move of the simulation at which it was noticed.
    pub step: u64,
    /// The simulated time of that move.
    pub at: Time,
    /// A description of the violation.
    pub what: String,
    /// The actions before it, oldest first.
    pub last_actions: Vec<String>,
}

impl fmt::Display for SimFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, clients, peers, step, at, what, last_actions } = self;
        writeln!(f, "seed {seed} with {clients} clients, {peers}, failed in step {step}, at {at}: {what}")?;
        write!(f, "before that:")?;
        last_actions.iter().try_for_each(|action| write!(f, "\n  {action}"))
    }
}

impl std::error::Error for SimFailure {}

/// A violation in a run of a cluster or of an encrypted session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionFailure {
    /// What was simulated: `cluster` or `group`.
    pub of: &'static str,
    /// The seed that reproduces the run.
    pub seed: u64,
    /// The simulated time at which it was noticed.
    pub at: Time,
    /// A description of the violation.
    pub what: String,
    /// The actions before it, oldest first.
    pub last_actions: Vec<String>,
    /// The state of nodes and players at that time.
    pub state: Vec<String>,
}

impl fmt::Display for SessionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, seed, at, what, last_actions, state } = self;
        writeln!(f, "seed {seed} of a {of} failed at {at}: {what}")?;
        write!(f, "before that:")?;
        last_actions.iter().try_for_each(|action| write!(f, "\n  {action}"))?;
        write!(f, "\nby then:")?;
        state.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for SessionFailure {}
