//! A fixed list of seeds, each the same run on every machine; and proof that the checker can fail.

use std::time::Duration;

use consonance_testing::sim::{Peers, RunReport, Sabotage, Scenario, SimFailure, run};

/// One run per line: seed, clients, seconds, and the kind of peers unless they are mixed. A seed that found a fault
/// stays here forever.
const SEEDS: &str = include_str!("../../seeds.txt");

#[test]
fn every_seed_of_the_list_ends_with_all_heard() {
    let lines: Vec<&str> = SEEDS.lines().collect();
    let outcomes = on_two_threads(&lines, |line| simulate(line, None));
    let failures: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err().cloned()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let total = |count: fn(&RunReport) -> u64| outcomes.iter().flatten().map(count).sum::<u64>();
    assert!(total(|report| report.counts.routed) > 0, "no server finds any listeners");
    assert!(total(|report| report.counts.resumed) > 0, "no client comes back in time");
    assert!(total(|report| report.counts.waited) > 0, "no client waits for its name");
    assert!(total(|report| report.counts.given_up) > 0, "all players come back in time");
    assert!(total(|report| report.counts.summaries) > 0, "no speaker is told how its listeners do");
}

#[test]
fn the_same_seed_makes_the_same_run() {
    let first = simulate("11 8 10", None).unwrap();
    let second = simulate("11 8 10", None).unwrap();
    assert_eq!(first, second);
    let other = simulate("12 8 10", None).unwrap();
    assert_ne!(first.transcript, other.transcript);
}

#[test]
fn whatever_is_broken_on_purpose_is_found() {
    for (sabotage, peers, words) in [
        (Sabotage::Misdelivery, Peers::Mixed, ["hears word", "which is for", "only"]),
        (Sabotage::Repetition, Peers::Mixed, ["hears", "word", "twice"]),
        (Sabotage::Deafness, Peers::Mixed, ["must hear word", "was delivered", "does not"]),
        (Sabotage::ForgottenChange, Peers::Mixed, ["should know", "room", "instead"]),
        (Sabotage::Ghost, Peers::Mixed, ["should know", "player", "instead"]),
        (Sabotage::ForgottenListener, Peers::Originals, ["word", "goes to", "instead of"]),
        (Sabotage::ForgottenListener, Peers::Ours, ["word", "is routed to", "instead of"]),
        (Sabotage::Eavesdropper, Peers::Originals, ["word", "goes to", "instead of"]),
        (Sabotage::Eavesdropper, Peers::Ours, ["word", "is routed to", "instead of"]),
        (Sabotage::LostTicket, Peers::Ours, ["has the place", "None", "instead of Some"]),
        (Sabotage::ForgottenPlace, Peers::Ours, ["place is given back", "joins", "as if it were not"]),
        (Sabotage::FalseAlarm, Peers::Ours, ["is told that", "left", "still here"]),
        (Sabotage::LostFarewell, Peers::Ours, ["the server tells", "is not", "sent"]),
        (Sabotage::Impatience, Peers::Ours, ["the server tells", "is not", "sent"]),
        (Sabotage::Hoarding, Peers::Ours, ["the place of player", "is kept", "too long"]),
        (Sabotage::Misnumbering, Peers::Ours, ["is told of", "when", "has arrived"]),
        (Sabotage::NoWayBack, Peers::Mixed, ["player", "is", "Degraded"]),
    ] {
        // One fault may show up in several ways.
        let is_it = |failure: &SimFailure| words.iter().all(|words| failure.what.contains(words));
        let found = (1..=20).find_map(|seed| fail(&format!("{seed} 8 20 {peers}"), sabotage).filter(is_it));
        assert!(found.is_some(), "{sabotage:?} goes unnoticed among {peers}");
    }
}

#[test]
fn a_failure_says_what_it_takes_to_see_it_again() {
    let failure = |seed: u64| fail(&format!("{seed} 8 20"), Sabotage::Repetition);
    let seed = (1..=20).find(|seed| failure(*seed).is_some()).unwrap();
    let first = failure(seed).unwrap();
    assert!(first.what.ends_with("twice"), "{}", first.what);
    assert_eq!((first.seed, first.clients), (seed, 8));
    assert!(!first.last_actions.is_empty());
    assert_eq!(failure(seed), Some(first));
}

/// Every other line on a thread of its own.
fn on_two_threads<T: Send>(lines: &[&str], simulate: impl Fn(&str) -> T + Sync) -> Vec<T> {
    let half =
        |first: usize| lines.iter().skip(first).step_by(2).map(|line| simulate(line)).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let odd = scope.spawn(|| half(1));
        let mut outcomes = half(0);
        outcomes.extend(odd.join().expect("a run fails without a panic"));
        outcomes
    })
}

fn simulate(line: &str, sabotage: Option<Sabotage>) -> Result<RunReport, String> {
    run(&scenario(line, sabotage), |_| {}).map_err(|failure| failure.to_string())
}

fn fail(line: &str, sabotage: Sabotage) -> Option<SimFailure> {
    run(&scenario(line, Some(sabotage)), |_| {}).err().map(|failure| *failure)
}

fn scenario(line: &str, sabotage: Option<Sabotage>) -> Scenario {
    let mut fields = line.split_whitespace();
    let mut next = || fields.next().expect("seed, clients, seconds");
    let mut scenario = Scenario::new(next().parse().expect("a number"));
    scenario.clients = next().parse().expect("a few clients");
    scenario.length = Duration::from_secs(next().parse().expect("so many seconds"));
    scenario.peers = fields.next().map_or(Peers::Mixed, |peers| peers.parse().expect("a kind of peers"));
    scenario.sabotage = sabotage;
    scenario
}
