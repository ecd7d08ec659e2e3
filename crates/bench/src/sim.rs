//! `consonance-bench sim`: whole sessions on simulated time; a seed that fails here fails everywhere.

mod cluster;
mod groups;

use std::error::Error;
use std::io::{Write, stderr, stdout};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use consonance_sim::{CLIENTS_MAX, Peers, RunReport, Scenario, SimFailure};
use serde::Serialize;

use consonance_cli::ProgressLine;

use cluster::ClusterSeeds;
use groups::GroupSeeds;

/// What to simulate.
#[derive(Debug, Args)]
pub(crate) struct Sim {
    /// Decides everything that is left to chance; without it one is drawn and printed first.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Players; a tenth of them talks at any time, each heard by about ten.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(2..=i64::from(CLIENTS_MAX)))]
    clients: u16,
    /// Which protocol they speak: mixed, ours or originals.
    #[arg(long, value_name = "KIND", default_value_t)]
    peers: Peers,
    /// Minutes to simulate, 1 if nothing is said; the run ends with the first calm after them. With --cluster or
    /// --groups, minutes of trouble, 0.4 or 0.2 if nothing is said.
    #[arg(long, value_name = "N", value_parser = minutes)]
    minutes: Option<Duration>,
    /// Several servers that share their sessions, on a NATS that loses, delays and partitions.
    #[arg(long, conflicts_with_all = ["clients", "peers"])]
    cluster: bool,
    /// Encrypted sessions of 3 to 12 members, whose links stall and break while they commit.
    #[arg(long, conflicts_with_all = ["clients", "peers", "cluster"])]
    groups: bool,
    /// With --cluster or --groups: so many seeds, from the first one on.
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with_all = ["clients", "peers"], value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Print one JSON object instead of words.
    #[arg(long)]
    json: bool,
}

/// Simulates, and prints how it went.
pub(crate) fn run(arguments: &Sim) -> Result<(), Box<dyn Error>> {
    let seed = arguments.seed.unwrap_or_else(any_seed);
    if arguments.cluster {
        let seeds = ClusterSeeds { first: seed, count: arguments.seeds, trouble: arguments.minutes };
        return run_cluster(seeds, arguments.json);
    }
    if arguments.groups {
        let seeds = GroupSeeds { first: seed, count: arguments.seeds, trouble: arguments.minutes };
        return groups::run(seeds, arguments.json);
    }
    let mut scenario = Scenario::new(seed);
    scenario.clients = arguments.clients;
    scenario.peers = arguments.peers;
    scenario.length = arguments.minutes.unwrap_or(scenario.length);
    // First of all, so that even a run that hangs can be seen again.
    let opening = format!("seed {seed}, {} clients, {}", arguments.clients, arguments.peers);
    if arguments.json {
        writeln!(stderr(), "{opening}")?;
    } else {
        writeln!(stdout(), "{opening}")?;
    }
    stdout().flush()?;
    let progress = ProgressLine::new();
    let length = scenario.length;
    let start = Instant::now();
    let outcome = consonance_sim::run(&scenario, |time| {
        let (seconds, all) = (time.as_secs_f64(), length.as_secs_f64());
        progress.show_share("simulating", seconds / all, &format!("{seconds:.0} of {all:.0} s"));
    });
    let real = start.elapsed();
    progress.clear();
    if arguments.json {
        writeln!(stdout(), "{}", serde_json::to_string(&Summary::of(&outcome, real))?)?;
    } else if let Ok(report) = &outcome {
        writeln!(stdout(), "{}", in_words(report, real))?;
    }
    outcome.map(drop).map_err(|failure| {
        let again = format!(
            "see it again with: consonance-bench sim --seed {seed} --clients {} --peers {} --minutes {}",
            arguments.clients,
            arguments.peers,
            length.as_secs_f64() / 60.0
        );
        format!("{failure}\n{again}").into()
    })
}

/// Plays several servers; the first seed is printed first of all.
fn run_cluster(seeds: ClusterSeeds, is_json: bool) -> Result<(), Box<dyn Error>> {
    let opening = format!("{} seeds of a cluster from seed {} on", seeds.count, seeds.first);
    if is_json {
        writeln!(stderr(), "{opening}")?;
    } else {
        writeln!(stdout(), "{opening}")?;
    }
    stdout().flush()?;
    cluster::run(seeds, is_json)
}

/// The run as JSON, failed or not.
#[derive(Serialize)]
struct Summary<'a> {
    passed: bool,
    seed: u64,
    clients: u16,
    peers: String,
    simulated_seconds: f64,
    real_seconds: f64,
    ratio: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureSummary<'a>>,
}

#[derive(Serialize)]
struct Counts {
    steps: u64,
    packets: u64,
    frames_spoken: u64,
    frames_routed: u64,
    words_heard: u64,
    texts_written: u64,
    places_resumed: u64,
    places_given_up: u64,
    goodbyes: u64,
    actions: u64,
    times_settled: u64,
}

#[derive(Serialize)]
struct FailureSummary<'a> {
    step: u64,
    what: &'a str,
    last_actions: &'a [String],
}

impl<'a> Summary<'a> {
    fn of(outcome: &'a Result<RunReport, Box<SimFailure>>, real: Duration) -> Self {
        let (seed, clients, peers, simulated) = match outcome {
            Ok(report) => (report.seed, report.clients, report.peers, report.simulated.as_secs_f64()),
            Err(failure) => (failure.seed, failure.clients, failure.peers, failure.at.as_secs_f64()),
        };
        let report = outcome.as_ref().ok();
        Self {
            passed: report.is_some(),
            seed,
            clients,
            peers: peers.to_string(),
            simulated_seconds: simulated,
            real_seconds: real.as_secs_f64(),
            ratio: simulated / real.as_secs_f64(),
            counts: report.map(|report| Counts {
                steps: report.counts.steps,
                packets: report.counts.packets,
                frames_spoken: report.counts.spoken,
                frames_routed: report.counts.routed,
                words_heard: report.counts.heard,
                texts_written: report.counts.texts,
                places_resumed: report.counts.resumed,
                places_given_up: report.counts.given_up,
                goodbyes: report.counts.goodbyes,
                actions: report.counts.actions,
                times_settled: report.counts.settled,
            }),
            digest: report.map(|report| format!("{:016x}", report.digest)),
            failure: outcome.as_ref().err().map(|failure| FailureSummary {
                step: failure.step,
                what: &failure.what,
                last_actions: &failure.last_actions,
            }),
        }
    }
}

fn in_words(report: &RunReport, real: Duration) -> String {
    let counts = &report.counts;
    let simulated = report.simulated.as_secs_f64();
    format!(
        "passed: {simulated:.1} s in {:.2} s, {:.0} times real time; {} actions, {} packets, {} frames and {} texts \
         sent, {} heard; {} lost links resumed, {} not in time; came to rest {} times; digest {:016x}",
        real.as_secs_f64(),
        simulated / real.as_secs_f64(),
        counts.actions,
        counts.packets,
        counts.spoken,
        counts.texts,
        counts.heard,
        counts.resumed,
        counts.given_up,
        counts.settled,
        report.digest
    )
}

/// Short enough to type.
fn any_seed() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (since_1970.as_micros() % 1_000_000_000) as u64
}

fn minutes(text: &str) -> Result<Duration, String> {
    let minutes: f64 = text.parse().map_err(|_| "give a number of minutes, such as 1 or 0.5".to_owned())?;
    if !(0.01..=100_000.0).contains(&minutes) {
        return Err("give 0.01 to 100000 minutes".to_owned());
    }
    Ok(Duration::from_secs_f64(minutes * 60.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_may_be_parts_of_one() {
        assert_eq!(minutes("0.5"), Ok(Duration::from_secs(30)));
        assert!(minutes("soon").is_err());
        assert!(minutes("-1").is_err());
        assert!(minutes("NaN").is_err());
    }

    #[test]
    fn a_failure_is_json_too() {
        let mut scenario = Scenario::new(1);
        scenario.clients = 4;
        scenario.length = Duration::from_secs(20);
        scenario.sabotage = Some(consonance_sim::Sabotage::Deafness);
        let outcome = consonance_sim::run(&scenario, |_| {});
        let json = serde_json::to_value(Summary::of(&outcome, Duration::from_secs(1))).unwrap();
        assert_eq!((&json["passed"], &json["seed"]), (&false.into(), &1.into()));
        assert!(json["failure"]["what"].as_str().is_some_and(|what| what.contains("must hear")));
        assert!(json.get("counts").is_none());
    }
}
