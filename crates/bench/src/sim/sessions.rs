//! `consonance-bench sim --seeds`: sessions on one server.

use consonance_testing::sim::{RunCounts, Scenario};

use super::one;
use super::seeds::Run;

/// A run of a session; only the seed differs each time.
#[derive(Clone, Debug)]
pub(super) struct SessionRun(pub(super) Scenario);

impl Run for SessionRun {
    type Counts = RunCounts;
    const OF: &'static str = "a session";

    fn play(&self, seed: u64) -> Result<RunCounts, String> {
        let mut scenario = self.0.clone();
        scenario.seed = seed;
        let outcome = consonance_testing::sim::run(&scenario, |_| {});
        outcome.map(|report| report.counts).map_err(|failure| failure.to_string())
    }

    fn add(sum: &mut RunCounts, more: &RunCounts) {
        sum.add(more);
    }

    fn by_name(counts: RunCounts) -> Vec<(&'static str, u64)> {
        counts.by_name().to_vec()
    }

    fn again(&self, seed: u64) -> String {
        one::again(&self.0, seed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_seed_is_played_in_the_session_that_was_asked_for() {
        let mut scenario = Scenario::new(0);
        (scenario.clients, scenario.length) = (4, Duration::from_secs(20));
        let run = SessionRun(scenario);
        assert_eq!(run.again(7), "--seed 7 --clients 4 --peers mixed --minutes 0.3333333333333333");
        let counts = run.play(7).unwrap();
        assert!(counts.heard > 0);
        assert_ne!(counts, run.play(8).unwrap(), "another seed, another session");
    }

    #[test]
    fn what_must_not_happen_fails_the_run() {
        let mut scenario = Scenario::new(0);
        (scenario.clients, scenario.length) = (4, Duration::from_secs(20));
        scenario.sabotage = Some(consonance_testing::sim::Sabotage::Deafness);
        let told = SessionRun(scenario).play(1).unwrap_err();
        assert!(told.starts_with("seed 1 with 4 clients") && told.contains("must hear"), "{told}");
    }
}
