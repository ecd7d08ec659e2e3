//! `consonance-bench sim --cluster`: several servers on a simulated NATS, one run for each seed.

use std::error::Error;
use std::io::{Write as _, stdout};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use consonance_cli::ProgressLine;
use consonance_sim::{ClusterCounts, ClusterFailure, ClusterScenario, run_cluster};
use serde::{Serialize, Serializer};

/// Which seeds to play.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClusterSeeds {
    pub(super) first: u64,
    pub(super) count: u64,
    /// Another one for each run is the default of the scenario.
    pub(super) trouble: Option<Duration>,
}

/// How often the line of progress is written.
const LOOK: Duration = Duration::from_millis(200);

/// Plays all seeds until one fails, and prints how it went.
pub(super) fn run(seeds: ClusterSeeds, is_json: bool) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let (counts, played, failure) = play(seeds);
    let (real, ClusterSeeds { first, .. }) = (start.elapsed(), seeds);
    if is_json {
        let summary = Summary {
            passed: failure.is_none(),
            first_seed: first,
            runs: played,
            real_seconds: real.as_secs_f64(),
            counts,
            failure: failure.as_ref().map(ToString::to_string),
        };
        writeln!(stdout(), "{}", serde_json::to_string(&summary)?)?;
    } else {
        writeln!(stdout(), "{}", in_words(&counts, played, real))?;
    }
    let Some(failure) = failure else { return Ok(()) };
    let seconds = seeds
        .trouble
        .map_or_else(String::new, |trouble| format!(" --minutes {}", trouble.as_secs_f64() / 60.0));
    let again = format!("see it again with: consonance-bench sim --cluster --seed {}{seconds}", failure.seed);
    Err(format!("{failure}\n{again}").into())
}

/// With a thread for each core: the sum of what happened, how many runs passed, and the failure with the lowest seed.
fn play(seeds: ClusterSeeds) -> (ClusterCounts, u64, Option<Box<ClusterFailure>>) {
    let ClusterSeeds { first, count, .. } = seeds;
    let (next, played, end) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(count));
    let sum = Mutex::new((ClusterCounts::default(), None::<Box<ClusterFailure>>));
    let work = || loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= end.load(Ordering::Relaxed) {
            return;
        }
        let outcome = run_cluster(&scenario(seeds, first.wrapping_add(number)));
        let Ok(mut sum) = sum.lock() else { return };
        match outcome {
            Ok(report) => {
                sum.0.add(&report.counts);
                played.fetch_add(1, Ordering::Relaxed);
            }
            Err(failure) => {
                // Those before it are still played, so that the lowest one is told.
                end.fetch_min(number, Ordering::Relaxed);
                if sum.1.as_ref().is_none_or(|before| failure.seed < before.seed) {
                    sum.1 = Some(failure);
                }
            }
        }
    };
    let progress = ProgressLine::new();
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            let done = played.load(Ordering::Relaxed);
            progress.show_share("playing", done as f64 / count.max(1) as f64, &format!("{done} of {count}"));
            thread::sleep(LOOK.min(Duration::from_millis(20 + done)));
        }
    });
    progress.clear();
    let (counts, failure) = sum.into_inner().unwrap_or_default();
    (counts, played.into_inner(), failure)
}

fn scenario(seeds: ClusterSeeds, seed: u64) -> ClusterScenario {
    let mut scenario = ClusterScenario::new(seed);
    scenario.trouble = seeds.trouble.unwrap_or(scenario.trouble);
    scenario
}

/// All runs as JSON, failed or not.
#[derive(Serialize)]
struct Summary {
    passed: bool,
    first_seed: u64,
    runs: u64,
    real_seconds: f64,
    #[serde(serialize_with = "by_name")]
    counts: ClusterCounts,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

fn by_name<S: Serializer>(counts: &ClusterCounts, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(counts.by_name())
}

fn in_words(counts: &ClusterCounts, played: u64, real: Duration) -> String {
    let rate = played as f64 / real.as_secs_f64().max(0.001);
    format!(
        "{played} seeds passed in {:.1} s, {rate:.1} a second: {} nodes, {} killed, {} paused, {} takeovers, {} messages \
         lost; {} frames and texts said, {} heard, {} of which had to be, {} texts repeated; {} places resumed, {} \
         decisions",
        real.as_secs_f64(),
        counts.nodes,
        counts.killed,
        counts.paused,
        counts.takeovers,
        counts.bus_losses,
        counts.words,
        counts.heard,
        counts.had_to_be_heard,
        counts.repeated_texts,
        counts.resumed,
        counts.decisions
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_played_from_the_first_one_on() {
        let seeds = ClusterSeeds { first: 1, count: 2, trouble: Some(Duration::from_millis(500)) };
        let (counts, played, failure) = play(seeds);
        assert_eq!((played, failure), (2, None));
        assert!(counts.had_to_be_heard > 0 && counts.nodes >= 4);
        assert!(
            in_words(&counts, played, Duration::from_secs(4))
                .starts_with("2 seeds passed in 4.0 s, 0.5 a second")
        );
    }
}
