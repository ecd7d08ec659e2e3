//! Violated expectations, and the worst figures.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::soak::clock::Clock;
use crate::soak::level::Level;
use crate::soak::process::Figures;

/// The findings and figures of the whole run.
#[derive(Debug)]
pub(crate) struct Findings {
    clock: Clock,
    found: Vec<String>,
    worst: BTreeMap<String, Duration>,
    /// The longest stall of this program since the window began, and in the whole run.
    stall: Duration,
    stall_max: Duration,
    node_memory: f64,
    /// The most memory over the level, with all players on their own nodes.
    node_over: f64,
    nats_memory: f64,
}

/// The longest silence of a pair that is not affected by trouble; each player speaks every 60 ms.
pub(crate) const SILENCE_MAX: Duration = Duration::from_secs(1);
/// The memory limit of a NATS server, in megabytes.
const NATS_MEMORY_MAX: f64 = 256.0;

impl Findings {
    pub(crate) fn new(clock: Clock) -> Self {
        let (found, worst) = (Vec::new(), BTreeMap::new());
        let (node_memory, node_over, nats_memory) = (0.0, 0.0, 0.0);
        let (stall, stall_max) = (Duration::ZERO, Duration::ZERO);
        Self { clock, found, worst, stall, stall_max, node_memory, node_over, nats_memory }
    }

    /// Records a violated expectation.
    pub(crate) fn add(&mut self, what: String) {
        self.clock.tell(&format!("FINDING: {what}"));
        self.found.push(what);
    }

    pub(crate) fn all(&self) -> &[String] {
        &self.found
    }

    /// Records that this program stalled for this long.
    pub(crate) fn note_stall(&mut self, stall: Duration) {
        self.stall = self.stall.max(stall);
        self.stall_max = self.stall_max.max(stall);
    }

    /// Earlier stalls of this program do not count for this window.
    pub(crate) fn begin_window(&mut self) {
        self.stall = Duration::ZERO;
    }

    /// Checks that players that are not affected by the fault went on hearing each other.
    pub(crate) fn judge_silence(&mut self, what: &str, silence: Duration, limit: Duration, pair: &str) {
        // While this program stalled, it could neither send nor receive.
        let silence = silence.saturating_sub(self.stall);
        self.judge(&format!("{what}: silence of others"), silence, limit, pair);
    }

    /// Checks how long after a fault all players heard each other, or names a pair that does not.
    pub(crate) fn judge_recovery(&mut self, what: &str, took: Option<Duration>, limit: Duration, deaf: &str) {
        match took {
            Some(took) => self.judge(&format!("{what}: until all hear each other"), took, limit, ""),
            None => self.add(format!("{what}: {deaf}")),
        }
    }

    /// Checks a measured time against its limit.
    pub(crate) fn judge(&mut self, what: &str, took: Duration, limit: Duration, about: &str) {
        self.clock.tell(&format!("  {what}: {:.2} s {about}", took.as_secs_f64()));
        let worst = self.worst.entry(what.to_owned()).or_default();
        *worst = (*worst).max(took);
        if took > limit {
            let (took, limit) = (took.as_secs_f64(), limit.as_secs_f64());
            self.add(format!("{what}: {took:.2} s {about}, expected {limit:.0} s at most"));
        }
    }

    /// Checks a node's memory at any moment against its level.
    pub(crate) fn judge_peak(&mut self, node: usize, now: &Figures, level: Option<Level>) {
        let megabytes = now.megabytes();
        let is_peak = megabytes > self.node_memory;
        self.node_memory = self.node_memory.max(megabytes);
        if let Some(level) = level
            && is_peak
            && !level.allows_peak(now)
        {
            self.add(format!("node {node} has {now}, and had {level}"));
        }
    }

    /// Checks that a node has returned to its level. `are_back` is true if all nodes had a moment ago: a request since
    /// then may have opened another descriptor.
    pub(crate) fn judge_return(&mut self, node: usize, now: &Figures, level: &Level, are_back: bool) {
        self.node_over = self.node_over.max(level.megabytes_over(now));
        if !are_back && !level.holds(now) {
            self.add(format!("node {node}: {now} do not return to {level}"));
        }
    }

    pub(crate) fn note_nats_memory(&mut self, megabytes: f64) {
        if megabytes > NATS_MEMORY_MAX && self.nats_memory <= NATS_MEMORY_MAX {
            self.add(format!("a NATS server has {megabytes:.1} MB of memory"));
        }
        self.nats_memory = self.nats_memory.max(megabytes);
    }

    /// Prints all figures and findings.
    pub(crate) fn print(&self) {
        for (what, took) in &self.worst {
            println!("{what}: {:.2} s at most", took.as_secs_f64());
        }
        println!("own stall: {:.2} s at most", self.stall_max.as_secs_f64());
        let Self { node_memory, node_over, nats_memory, .. } = self;
        println!("memory: node {node_memory:.1} MB, NATS {nats_memory:.1} MB at most");
        println!(
            "memory of a node with all players on their own nodes: at most {node_over:+.1} MB over its level"
        );
        match &*self.found {
            [] => println!("nothing was found"),
            found => {
                println!("{} findings:", found.len());
                for what in found {
                    println!("* {what}");
                }
            }
        }
    }
}
