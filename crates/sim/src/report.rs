//! How a run went: what happened in it, or what must not have.

use std::fmt;
use std::time::Duration;

use crate::clock::Time;
use crate::peers::Peers;

/// A run in which nothing went wrong but what was meant to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// The seed that makes the same run again.
    pub seed: u64,
    /// How many players took part.
    pub clients: u16,
    /// Which protocol they spoke.
    pub peers: Peers,
    /// How much time was simulated; a little more than was asked for, as the last round ends in calm.
    pub simulated: Duration,
    /// What happened.
    pub counts: RunCounts,
    /// The same for the same seed, number of clients, peers and length, and only then.
    pub digest: u64,
}

/// How often things happened.
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
    /// How often a client had its place back after a lost link.
    pub resumed: u64,
    /// How often a client was admitted that had waited for its own name.
    pub waited: u64,
    /// How often a kept place was not resumed.
    pub given_up: u64,
    /// Reports to speakers of what has arrived of their voice.
    pub reports: u64,
    /// Of these, reports that say how listeners do, too.
    pub summaries: u64,
    /// Goodbyes said to the server, so that it keeps no place.
    pub goodbyes: u64,
    /// Times at which everything came to rest.
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
    /// The seed that makes the same run again.
    pub seed: u64,
    /// How many players took part; the seed alone does not say it.
    pub clients: u16,
    /// Which protocol they spoke.
    pub peers: Peers,
    /// The move of the simulation at which it was noticed.
    pub step: u64,
    /// The simulated time of that move.
    pub at: Time,
    /// What must not be.
    pub what: String,
    /// What happened before, oldest first.
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
