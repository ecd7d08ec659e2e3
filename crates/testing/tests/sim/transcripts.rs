//! A refactoring does not change what 200 simulated runs send and report.
//!
//! `transcripts.txt` has a line for each run: its kind, its seed, and the hashes of all packets and of all events and
//! commands. A change that only moves or renames code keeps the hashes of packets; one that renames an event, too. A
//! change of behaviour writes the file again, and its commit says what has changed:
//! `UPDATE_TRANSCRIPTS=1 cargo test --release -p consonance-testing --test sim transcripts:: -- --ignored`

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{env, fs, thread};

use consonance_testing::sim::{
    ClusterScenario, GroupScenario, Peers, Scenario, Transcript, run, run_cluster, run_groups,
};

/// Kinds of runs, and how many of each.
const KINDS: [(&str, u64); 3] = [("single", 120), ("cluster", 40), ("groups", 40)];
/// Of each kind, every so many runs are made without optimisation, too.
const SAMPLE: usize = 20;

#[test]
fn a_sample_of_the_runs_matches_its_transcripts() {
    let text = fs::read_to_string(file()).expect("transcripts.txt is there");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len() as u64, KINDS.iter().map(|(_, count)| count).sum::<u64>());
    compare(&lines.into_iter().step_by(SAMPLE).collect::<Vec<_>>());
}

#[test]
#[ignore = "it takes minutes without optimisation: cargo xtask sim --transcripts"]
fn all_runs_match_their_transcripts() {
    if env::var_os("UPDATE_TRANSCRIPTS").is_some() {
        let runs: Vec<_> =
            KINDS.iter().flat_map(|(kind, count)| (1..=*count).map(|seed| (*kind, seed))).collect();
        let lines =
            on_two_threads(&runs, |(kind, seed)| format!("{kind} {seed} {}\n", transcript(kind, *seed)));
        fs::write(file(), lines.concat()).expect("transcripts.txt can be written");
    }
    let text = fs::read_to_string(file()).expect("transcripts.txt is there");
    compare(&text.lines().collect::<Vec<_>>());
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("transcripts.txt")
}

fn compare(lines: &[&str]) {
    let differences = on_two_threads(lines, |line| {
        let mut fields = line.splitn(3, ' ');
        let mut next = || fields.next().expect("kind, seed, hashes");
        let (kind, seed, expected) = (next(), next(), next());
        let found = transcript(kind, seed.parse().expect("a number")).to_string();
        (found != expected).then(|| format!("{kind} {seed}: {found} instead of {expected}"))
    });
    let differences: Vec<String> = differences.into_iter().flatten().collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The transcript of a run, which is the shorter the slower its kind is.
fn transcript(kind: &str, seed: u64) -> Transcript {
    let failed = |failure: String| -> Transcript { panic!("{failure}") };
    match kind {
        "single" => {
            let mut scenario = Scenario::new(seed);
            scenario.clients = 3 + (seed % 14) as u16;
            scenario.length = Duration::from_secs(10);
            scenario.peers = [Peers::Mixed, Peers::Ours, Peers::Originals][(seed % 3) as usize];
            run(&scenario, |_| {}).map_or_else(|failure| failed(failure.to_string()), |it| it.transcript)
        }
        "cluster" => {
            let mut scenario = ClusterScenario::new(seed);
            scenario.trouble = Duration::from_secs(8);
            run_cluster(&scenario).map_or_else(|failure| failed(failure.to_string()), |it| it.transcript)
        }
        _ => {
            let mut scenario = GroupScenario::new(seed);
            scenario.trouble = Duration::from_secs(4);
            run_groups(&scenario).map_or_else(|failure| failed(failure.to_string()), |it| it.transcript)
        }
    }
}

/// The results in the order of the tasks.
fn on_two_threads<T: Sync, R: Send>(tasks: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take = || {
        let numbers = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < tasks.len());
        std::iter::from_fn(numbers).map(|number| (number, work(&tasks[number]))).collect::<Vec<_>>()
    };
    let mut results = thread::scope(|scope| {
        let other = scope.spawn(take);
        let mut results = take();
        results.extend(other.join().expect("a run fails on the first thread, too"));
        results
    });
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}
