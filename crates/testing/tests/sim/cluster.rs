//! Several servers on a simulated NATS: a list of seeds, and proof that the checks can fail.

use std::ops::Range;

use consonance_testing::sim::{ClusterCounts, ClusterSabotage, ClusterScenario, SessionFailure, run_cluster};

/// The first seeds, and those that have found faults.
const SEEDS: [u64; 20] =
    [1, 2, 3, 4, 11, 12, 30, 31, 119, 500, 694, 998, 1248, 1873, 2060, 2286, 3443, 5989, 6006, 8664];

#[test]
fn every_seed_of_the_list_ends_with_one_owner_and_all_heard() {
    let run = |seeds: &[u64]| {
        seeds.iter().map(|seed| run_cluster(&ClusterScenario::new(*seed))).collect::<Vec<_>>()
    };
    let (first, second) = SEEDS.split_at(SEEDS.len() / 2);
    let outcomes = std::thread::scope(|scope| {
        let second = scope.spawn(|| run(second));
        let mut outcomes = run(first);
        outcomes.extend(second.join().expect("a run fails without a panic"));
        outcomes
    });
    let failures: Vec<String> =
        outcomes.iter().filter_map(|outcome| outcome.as_ref().err().map(ToString::to_string)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let mut counts = ClusterCounts::default();
    outcomes.iter().flatten().for_each(|report| counts.add(&report.counts));
    let ClusterCounts { killed, paused, takeovers, bus_losses, had_to_be_heard, resumed, decisions, .. } =
        counts;
    let all = [killed, paused, takeovers, bus_losses, had_to_be_heard, resumed, decisions];
    assert!(all.into_iter().all(|count| count > 0), "some things never happened: {counts:?}");
}

#[test]
fn the_same_seed_makes_the_same_run_of_a_cluster() {
    let run = |seed| run_cluster(&ClusterScenario::new(seed)).map(|report| report.counts);
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}

#[test]
fn whatever_is_broken_between_nodes_on_purpose_is_found() {
    for (sabotage, seeds, words) in [
        (ClusterSabotage::StoppedClock, 7..9, ["decide about", "at once"]),
        // Rare: two nodes have to claim one session almost simultaneously.
        (ClusterSabotage::AgreeableStore, 38..60, ["decide about|are both", "arena|lobby"]),
        (ClusterSabotage::ForgetfulCopies, 1..3, ["no frame was checked", "hear each other"]),
        (ClusterSabotage::RepeatedVoice, 1..3, ["hears word", "twice"]),
        (ClusterSabotage::StrayVoice, 7..10, ["is not in Den", "hears word"]),
        (ClusterSabotage::UntoldRestrictions, 10..12, ["is deafened", "is sent voice"]),
        (ClusterSabotage::LostTexts, 3..7, ["did not hear word", "said 4s ago"]),
    ] {
        let is_it = |what: &str| words.iter().all(|words| words.split('|').any(|word| what.contains(word)));
        let found = first_failure(sabotage, seeds, is_it);
        assert!(found.is_some(), "{sabotage:?} goes unnoticed");
    }
}

#[test]
fn a_failure_of_a_cluster_says_what_it_takes_to_see_it_again() {
    let failure = first_failure(ClusterSabotage::RepeatedVoice, 1..3, |what| what.ends_with("twice"));
    let failure = failure.expect("it is noticed");
    let mut scenario = ClusterScenario::new(failure.seed);
    scenario.sabotage = Some(ClusterSabotage::RepeatedVoice);
    let again = run_cluster(&scenario).expect_err("it fails again");
    assert_eq!((again.what, again.at), (failure.what, failure.at));
    assert!(!failure.last_actions.is_empty() && !failure.state.is_empty());
}

fn first_failure(
    sabotage: ClusterSabotage,
    mut seeds: Range<u64>,
    is_it: impl Fn(&str) -> bool,
) -> Option<SessionFailure> {
    seeds.find_map(|seed| {
        let mut scenario = ClusterScenario::new(seed);
        scenario.sabotage = Some(sabotage);
        run_cluster(&scenario).err().map(|failure| *failure).filter(|failure| is_it(&failure.what))
    })
}
