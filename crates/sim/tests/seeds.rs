//! A fixed list of seeds, each the same run on every machine; and proof that the checker can fail.

use std::time::Duration;

use consonance_sim::{Failure, Report, Sabotage, Scenario, run};

/// One run per line: seed, clients, seconds. A seed that found a fault stays here for good.
const SEEDS: &str = include_str!("../seeds.txt");

#[test]
fn every_seed_of_the_list_ends_with_everybody_heard() {
    let failures: Vec<String> = SEEDS.lines().filter_map(|line| simulate(line, None).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn the_same_seed_makes_the_same_run() {
    let first = simulate("11 8 10", None).unwrap();
    let second = simulate("11 8 10", None).unwrap();
    assert_eq!(first, second);
    let other = simulate("12 8 10", None).unwrap();
    assert_ne!(first.digest, other.digest);
}

#[test]
fn whatever_is_broken_on_purpose_is_found() {
    for (sabotage, words) in [
        (Sabotage::Misdelivery, ["hears word", "which is for", "only"]),
        (Sabotage::Repetition, ["hears", "word", "twice"]),
        (Sabotage::Deafness, ["must hear word", "was delivered", "does not"]),
        (Sabotage::ForgottenChange, ["should know", "room", "instead"]),
        (Sabotage::Ghost, ["should know", "player", "instead"]),
        (Sabotage::ForgottenListener, ["word", "goes to", "instead of"]),
        (Sabotage::NoWayBack, ["player", "is", "Degraded"]),
    ] {
        let found = (1..=20).find_map(|seed| fail(&format!("{seed} 8 20"), sabotage));
        let what = found.unwrap_or_else(|| panic!("nobody notices {sabotage:?}")).what;
        assert!(words.iter().all(|words| what.contains(words)), "{sabotage:?}: {what}");
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

fn simulate(line: &str, sabotage: Option<Sabotage>) -> Result<Report, String> {
    run(&scenario(line, sabotage), |_| {}).map_err(|failure| failure.to_string())
}

fn fail(line: &str, sabotage: Sabotage) -> Option<Failure> {
    run(&scenario(line, Some(sabotage)), |_| {}).err().map(|failure| *failure)
}

fn scenario(line: &str, sabotage: Option<Sabotage>) -> Scenario {
    let numbers: Vec<u64> = line.split_whitespace().map(|number| number.parse().expect("a number")).collect();
    let &[seed, clients, seconds] = &*numbers else { panic!("{line:?}: seed, clients, seconds") };
    let mut scenario = Scenario::new(seed);
    scenario.clients = u16::try_from(clients).expect("a few clients");
    scenario.length = Duration::from_secs(seconds);
    scenario.sabotage = sabotage;
    scenario
}
