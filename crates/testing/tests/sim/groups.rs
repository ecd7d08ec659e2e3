//! A fixed list of encrypted sessions, and proof that the checks can fail.

use std::thread;
use std::time::Duration;

use consonance_testing::sim::{
    AttackScenario, GroupCounts, GroupSabotage, GroupScenario, SessionFailure, run_attack, run_groups,
};

#[test]
fn all_members_hear_each_other_and_nobody_else_does() {
    // Unoptimised, a simulated second takes as long as ten optimised ones.
    let short = (1..=12).map(|seed| (seed, Duration::from_secs(4)));
    let runs: Vec<_> = short.chain(FOUND.map(|seed| (seed, Duration::from_secs(12)))).collect();
    let mut sum = GroupCounts::default();
    thread::scope(|scope| {
        let work = [0, 1].map(|half| {
            let runs = &runs;
            scope.spawn(move || runs.iter().skip(half).step_by(2).map(play).collect::<Vec<_>>())
        });
        work.into_iter().flat_map(|thread| thread.join().unwrap()).for_each(|counts| sum.add(&counts));
    });
    assert!(sum.interrupted_commits > 0 && sum.keys_lost > 0 && sum.links_lost > 0 && sum.hangs > 0);
    assert!(sum.heard > sum.sealed && sum.tried_after_leaving > 0);
}

#[test]
fn what_is_broken_on_purpose_is_found() {
    for (sabotage, words) in [
        (GroupSabotage::LeakedKeys, "has left and opens a frame"),
        (GroupSabotage::LostCommits, "did not hear"),
        (GroupSabotage::PlainVoice, "which was not sealed"),
    ] {
        let found = (1..=40).find_map(|seed| failure(seed, sabotage).filter(|it| it.what.contains(words)));
        assert!(found.is_some(), "{sabotage:?} goes unnoticed");
    }
}

#[test]
fn no_hostile_member_keeps_honest_ones_from_hearing_each_other() {
    attack(1, (1..=8).chain([211, 8676]));
}

#[test]
fn nor_do_two() {
    attack(2, (1..=4).chain([66, 159]));
}

#[test]
fn a_server_that_checks_no_commit_lets_one_member_silence_all() {
    // Only one of the two acts: the first player, which creates the group.
    let mut scenario = AttackScenario::new(38);
    (scenario.hostile, scenario.is_unchecked) = (2, true);
    let failure = run_attack(&scenario).unwrap_err();
    assert!(failure.what.contains("amid an attack"), "{failure}");
}

#[test]
fn a_seed_makes_the_same_run_again() {
    let one = run_groups(&GroupScenario::new(7)).map(|report| report.counts);
    assert_eq!(one, run_groups(&GroupScenario::new(7)).map(|report| report.counts));
}

fn play((seed, trouble): &(u64, Duration)) -> GroupCounts {
    let mut scenario = GroupScenario::new(*seed);
    scenario.trouble = *trouble;
    run_groups(&scenario).unwrap_or_else(|failure| panic!("{failure}")).counts
}

fn attack(hostile: usize, seeds: impl Iterator<Item = u64>) {
    let (mut sum, mut runs) = (GroupCounts::default(), 0);
    for seed in seeds {
        runs += 1;
        let mut scenario = AttackScenario::new(seed);
        scenario.hostile = hostile;
        let report = run_attack(&scenario).unwrap_or_else(|failure| panic!("{failure}"));
        sum.add(&report.counts);
    }
    assert!(sum.commits_refused > 0 && sum.complaints > 0 && sum.heard > sum.sealed, "{sum:?}");
    assert!(sum.hostile_asked >= 3 * runs && sum.hostile_attacks >= 2 * runs, "{sum:?}");
}

fn failure(seed: u64, sabotage: GroupSabotage) -> Option<Box<SessionFailure>> {
    let mut scenario = GroupScenario::new(seed);
    scenario.sabotage = Some(sabotage);
    scenario.trouble = Duration::from_secs(6);
    run_groups(&scenario).err()
}

/// Seeds that found a fault: slow members that were given up, Welcomes for old key packages, removals of members that
/// had already left, voice of a player whose id was reassigned, Welcomes that were lost with a link,
/// creators of a group that had asked to join another one, and rooms that stayed unencrypted.
const FOUND: [u64; 15] = [43, 103, 184, 237, 273, 366, 386, 653, 885, 1005, 1090, 1117, 1814, 2235, 2563];
