//! Counters of a run.

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
