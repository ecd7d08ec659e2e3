//! `consonance-bench sim --groups`: encrypted sessions, one run for each seed.

use std::error::Error;
use std::io::{Write as _, stderr, stdout};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use consonance_sim::{GroupCounts, GroupFailure, GroupScenario, run_groups};
use serde_json::{Map, Value};

/// Which seeds to play.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupSeeds {
    pub(super) first: u64,
    pub(super) count: u64,
    /// Another one for each run is the default of the scenario.
    pub(super) trouble: Option<Duration>,
}

/// The sum of what happened, how many runs passed, and the failure with the lowest seed.
#[derive(Default)]
struct Played {
    counts: GroupCounts,
    runs: u64,
    failure: Option<Box<GroupFailure>>,
}

/// Plays all seeds until one fails, and prints how it went. The first seed is printed first of all.
pub(super) fn run(seeds: GroupSeeds, is_json: bool) -> Result<(), Box<dyn Error>> {
    let opening = format!("{} seeds of encrypted sessions from seed {} on", seeds.count, seeds.first);
    if is_json {
        writeln!(stderr(), "{opening}")?;
    } else {
        writeln!(stdout(), "{opening}")?;
    }
    stdout().flush()?;
    let start = Instant::now();
    let Played { counts, runs, failure } = play(seeds);
    let real = start.elapsed().as_secs_f64();
    if is_json {
        let mut summary: Map<String, Value> =
            counts.by_name().into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
        summary.insert("passed".into(), failure.is_none().into());
        summary.insert("first_seed".into(), seeds.first.into());
        summary.insert("runs".into(), runs.into());
        summary.insert("real_seconds".into(), real.into());
        writeln!(stdout(), "{}", Value::Object(summary))?;
    } else {
        writeln!(stdout(), "{runs} seeds passed in {real:.1} s")?;
        for (name, count) in counts.by_name() {
            writeln!(stdout(), "{:>36}  {count}", name.replace('_', " "))?;
        }
    }
    let Some(failure) = failure else { return Ok(()) };
    let minutes = seeds.trouble.map(|trouble| format!(" --minutes {}", trouble.as_secs_f64() / 60.0));
    let minutes = minutes.unwrap_or_default();
    let again = format!("see it again with: consonance-bench sim --groups --seed {}{minutes}", failure.seed);
    Err(format!("{failure}\n{again}").into())
}

/// With a thread for each core.
fn play(seeds: GroupSeeds) -> Played {
    let (next, end) = (AtomicU64::new(0), AtomicU64::new(seeds.count));
    let played = Mutex::new(Played::default());
    let work = || loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= end.load(Ordering::Relaxed) {
            return;
        }
        let mut scenario = GroupScenario::new(seeds.first.wrapping_add(number));
        scenario.trouble = seeds.trouble.unwrap_or(scenario.trouble);
        let outcome = run_groups(&scenario);
        let Ok(mut played) = played.lock() else { return };
        match outcome {
            Ok(report) => {
                played.counts.add(&report.counts);
                played.runs += 1;
            }
            Err(failure) => {
                // Those before it are still played, so that the lowest one is told.
                end.fetch_min(number, Ordering::Relaxed);
                if played.failure.as_ref().is_none_or(|before| failure.seed < before.seed) {
                    played.failure = Some(failure);
                }
            }
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    played.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_played_from_the_first_one_on() {
        let seeds = GroupSeeds { first: 1, count: 2, trouble: Some(Duration::from_millis(500)) };
        let Played { counts, runs, failure } = play(seeds);
        assert_eq!((runs, failure), (2, None));
        assert!(counts.heard > 0 && counts.commits > 0);
    }
}
