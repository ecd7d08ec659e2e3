//! Many seeds, one run for each, with a thread for each core.

use std::error::Error;
use std::io::{Write as _, stdout};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use consonance_cli::ProgressLine;
use serde::{Serialize, Serializer};

use super::announcement::announce;

/// The seeds to play.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seeds {
    pub(super) first: u64,
    pub(super) count: u64,
}

/// A kind of run that a seed decides.
pub(super) trait Run: Sync {
    /// Counts of the events in one run, or in several.
    type Counts: Copy + Default + Send;

    /// The kind of run, as the end of "20 seeds of …".
    const OF: &'static str;

    /// Plays this seed; the error describes the violation.
    fn play(&self, seed: u64) -> Result<Self::Counts, String>;

    /// Adds the counts of another run.
    fn add(sum: &mut Self::Counts, more: &Self::Counts);

    /// The counts with their names.
    fn by_name(counts: Self::Counts) -> Vec<(&'static str, u64)>;

    /// The arguments of `consonance-bench sim` that play this seed again.
    fn again(&self, seed: u64) -> String;
}

/// Plays all seeds until one fails, and prints the result.
pub(super) fn run<R: Run>(kind: &R, seeds: Seeds, is_json: bool) -> Result<(), Box<dyn Error>> {
    announce(&format!("{} seeds of {} from seed {} on", seeds.count, R::OF, seeds.first), is_json)?;
    let start = Instant::now();
    let played = play(kind, seeds);
    let real = start.elapsed().as_secs_f64();
    if is_json {
        let summary = Summary {
            passed: played.failure.is_none(),
            first_seed: seeds.first,
            runs: played.runs,
            real_seconds: real,
            counts: R::by_name(played.counts),
            failure: played.failure.as_ref().map(|(_, what)| what),
        };
        writeln!(stdout(), "{}", serde_json::to_string(&summary)?)?;
    } else {
        writeln!(stdout(), "{} seeds passed in {real:.1} s", played.runs)?;
        for (name, count) in R::by_name(played.counts) {
            writeln!(stdout(), "{:>36}  {count}", name.replace('_', " "))?;
        }
    }
    let Some((seed, what)) = played.failure else { return Ok(()) };
    Err(format!("{what}\nsee it again with: consonance-bench sim {}", kind.again(seed)).into())
}

/// For [`Run::again`]: the option for the minutes, if they are not the default.
pub(super) fn minutes_again(minutes: Option<Duration>) -> String {
    minutes.map_or_else(String::new, |length| format!(" --minutes {}", length.as_secs_f64() / 60.0))
}

/// The result of the seeds.
#[derive(Debug, Default)]
struct Played<C> {
    /// The sum of the runs that passed.
    counts: C,
    /// The number of runs that passed.
    runs: u64,
    /// The first seed that failed, and the reason.
    failure: Option<(u64, String)>,
}

fn play<R: Run>(kind: &R, seeds: Seeds) -> Played<R::Counts> {
    let (next, done, end) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(seeds.count));
    let played = Mutex::new((Played::<R::Counts>::default(), u64::MAX));
    let work = || loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= end.load(Ordering::Relaxed) {
            return;
        }
        let seed = seeds.first.wrapping_add(number);
        let outcome = kind.play(seed);
        let Ok(mut locked) = played.lock() else { return };
        let (sum, failed) = &mut *locked;
        match outcome {
            Ok(counts) => {
                R::add(&mut sum.counts, &counts);
                sum.runs += 1;
                done.store(sum.runs, Ordering::Relaxed);
            }
            Err(what) => {
                // Earlier seeds are still played, so that the first failing one is reported.
                end.fetch_min(number, Ordering::Relaxed);
                if number < *failed {
                    (*failed, sum.failure) = (number, Some((seed, what)));
                }
            }
        }
    };
    let progress = ProgressLine::new();
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            let (done, all) = (done.load(Ordering::Relaxed), seeds.count);
            progress.show_share("playing", done as f64 / all.max(1) as f64, &format!("{done} of {all}"));
            thread::sleep(LOOK.min(Duration::from_millis(20 + done)));
        }
    });
    progress.clear();
    played.into_inner().unwrap_or_default().0
}

/// The interval at which the progress line is written.
const LOOK: Duration = Duration::from_millis(200);

/// All runs as JSON, failed or not.
#[derive(Serialize)]
struct Summary<'a> {
    passed: bool,
    first_seed: u64,
    runs: u64,
    real_seconds: f64,
    #[serde(serialize_with = "as_map")]
    counts: Vec<(&'static str, u64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a String>,
}

fn as_map<S: Serializer>(counts: &Vec<(&'static str, u64)>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(counts.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run that fails from this seed on.
    struct Fragile(u64);

    impl Run for Fragile {
        type Counts = u64;
        const OF: &'static str = "numbers";

        fn play(&self, seed: u64) -> Result<u64, String> {
            if seed < self.0 { Ok(seed) } else { Err(format!("{seed} is too large")) }
        }

        fn add(sum: &mut u64, more: &u64) {
            *sum += more;
        }

        fn by_name(counts: u64) -> Vec<(&'static str, u64)> {
            vec![("sum", counts)]
        }

        fn again(&self, seed: u64) -> String {
            format!("--seed {seed}{}", minutes_again(None))
        }
    }

    #[test]
    fn seeds_are_played_from_the_first_one_on() {
        let played = play(&Fragile(100), Seeds { first: 3, count: 4 });
        assert_eq!((played.counts, played.runs, played.failure), (3 + 4 + 5 + 6, 4, None));
    }

    #[test]
    fn of_several_failures_the_first_is_told_with_the_command_that_repeats_it() {
        let seeds = Seeds { first: 3, count: 1_000 };
        let played = play(&Fragile(7), seeds);
        assert_eq!((played.counts, played.runs), (3 + 4 + 5 + 6, 4));
        assert_eq!(played.failure, Some((7, "7 is too large".to_owned())));
        let told = run(&Fragile(7), seeds, true).unwrap_err().to_string();
        assert_eq!(told, "7 is too large\nsee it again with: consonance-bench sim --seed 7");
    }

    #[test]
    fn a_run_may_have_a_length_of_its_own() {
        assert_eq!(minutes_again(Some(Duration::from_secs(30))), " --minutes 0.5");
    }
}
