//! One session, and its report in words or as JSON.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Write as _, stdout};
use std::time::{Duration, Instant};

use consonance_cli::ProgressLine;
use consonance_testing::sim::{RunReport, Scenario, SimFailure};
use serde::Serialize;

use super::announcement::announce;

/// Plays the session, and prints the result.
pub(super) fn run(scenario: &Scenario, is_json: bool) -> Result<(), Box<dyn Error>> {
    let Scenario { seed, clients, peers, length, .. } = *scenario;
    announce(&format!("seed {seed}, {clients} clients, {peers}"), is_json)?;
    let progress = ProgressLine::new();
    let start = Instant::now();
    let outcome = consonance_testing::sim::run(scenario, |time| {
        let (seconds, all) = (time.as_secs_f64(), length.as_secs_f64());
        progress.show_share("simulating", seconds / all, &format!("{seconds:.0} of {all:.0} s"));
    });
    let real = start.elapsed();
    progress.clear();
    if is_json {
        writeln!(stdout(), "{}", serde_json::to_string(&Summary::of(scenario, &outcome, real))?)?;
    } else if let Ok(report) = &outcome {
        writeln!(stdout(), "{}", in_words(report, real))?;
    }
    outcome.map(drop).map_err(|failure| {
        format!("{failure}\nsee it again with: consonance-bench sim {}", again(scenario, seed)).into()
    })
}

/// The arguments of `consonance-bench sim` that play this seed again.
pub(super) fn again(scenario: &Scenario, seed: u64) -> String {
    let Scenario { clients, peers, length, .. } = scenario;
    format!("--seed {seed} --clients {clients} --peers {peers} --minutes {}", length.as_secs_f64() / 60.0)
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
    counts: Option<BTreeMap<&'static str, u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureSummary<'a>>,
}

#[derive(Serialize)]
struct FailureSummary<'a> {
    step: u64,
    what: &'a str,
    last_actions: &'a [String],
}

impl<'a> Summary<'a> {
    fn of(scenario: &Scenario, outcome: &'a Result<RunReport, Box<SimFailure>>, real: Duration) -> Self {
        let simulated = match outcome {
            Ok(report) => report.simulated.as_secs_f64(),
            Err(failure) => failure.at.as_secs_f64(),
        };
        let report = outcome.as_ref().ok();
        Self {
            passed: report.is_some(),
            seed: scenario.seed,
            clients: scenario.clients,
            peers: scenario.peers.to_string(),
            simulated_seconds: simulated,
            real_seconds: real.as_secs_f64(),
            ratio: simulated / real.as_secs_f64(),
            counts: report.map(|report| report.counts.by_name().into_iter().collect()),
            transcript: report.map(|report| report.transcript.to_string()),
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
         sent, {} heard; {} lost links resumed, {} not in time; came to rest {} times; transcript {}",
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
        report.transcript
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_json_too() {
        let mut scenario = Scenario::new(1);
        scenario.clients = 4;
        scenario.length = Duration::from_secs(20);
        scenario.sabotage = Some(consonance_testing::sim::Sabotage::Deafness);
        let outcome = consonance_testing::sim::run(&scenario, |_| {});
        let json = serde_json::to_value(Summary::of(&scenario, &outcome, Duration::from_secs(1))).unwrap();
        assert_eq!((&json["passed"], &json["seed"]), (&false.into(), &1.into()));
        assert!(json["failure"]["what"].as_str().is_some_and(|what| what.contains("must hear")));
        assert!(json.get("counts").is_none());
    }
}
