//! Plays the chosen scenarios side by side, and reports the time, figures and faults of each.

use std::fs;
use std::iter;
use std::panic;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use consonance_testing::stage::{Failure, Kind, Owner, end_with_signals, ensure};

use crate::browser_test::again::{Again, Verdict};
use crate::browser_test::arguments::Arguments;
use crate::browser_test::fixture::Fixture;
use crate::browser_test::lanes::lanes;
use crate::browser_test::page_rules;
use crate::browser_test::processors::Watch;
use crate::browser_test::report::{self, Played};
use crate::browser_test::scenarios::{SCENARIOS, Scenario};
use crate::browser_test::voices::{Manner, Voice};

/// Plays the chosen scenarios; returns how many failed.
///
/// # Errors
/// If there is no such scenario, nothing can be written, or Ctrl-C was pressed.
pub(crate) fn run(arguments: &Arguments) -> Result<usize, Failure> {
    if arguments.list {
        for scenario in chosen(arguments.browser, &[])? {
            println!("{:<12} {}", scenario.name, scenario.what);
        }
        return Ok(0);
    }
    let scenarios = chosen(arguments.browser, &arguments.only)?;
    end_with_signals().map_err(|error| Failure::NotSo(error.to_string()))?;
    empty(&arguments.output)?;
    let played = match &arguments.look {
        Some(url) => vec![look(arguments, url)],
        None => play_all(arguments, &scenarios),
    };
    let report = report::write(&arguments.output, &played)?;
    if played.iter().any(|one| matches!(one.outcome, Err(Failure::Interrupted))) {
        return Err(Failure::Interrupted);
    }
    let skipped = played.iter().filter(|one| matches!(one.outcome, Err(Failure::Lacking(_)))).count();
    let failed = played.iter().filter(|one| one.outcome.is_err()).count() - skipped;
    println!("{} passed, {skipped} skipped, {failed} failed", played.len() - skipped - failed);
    println!("report: {}", report.display());
    Ok(failed)
}

/// Plays the first scenario alone, to find out how many the machine can run at once.
fn play_all(arguments: &Arguments, scenarios: &[&'static Scenario]) -> Vec<Played> {
    let Some((first, others)) = scenarios.split_first() else { return Vec::new() };
    let again = Again::new();
    let watch = Watch::begin();
    let first = play(arguments, first, &again);
    let lanes = arguments.lanes().unwrap_or_else(|| lanes(&watch));
    if !others.is_empty() {
        println!("the others: {lanes} at once");
    }
    let others = side_by_side(lanes, others, |scenario| play(arguments, scenario, &again));
    iter::once(first).chain(others).collect()
}

fn play(arguments: &Arguments, scenario: &'static Scenario, again: &Again) -> Played {
    let mut time = 1;
    loop {
        let watch = Watch::begin();
        let fixture = Fixture::new(arguments, scenario.name, time);
        let played = play_once(scenario.name, fixture, scenario.play);
        match again.judge(played.outcome, time, watch.so_far()) {
            Verdict::Stands(outcome) => return told(Played { outcome, ..played }),
            Verdict::Again(why) => println!("{:<14} {why}", scenario.name),
        }
        time += 1;
    }
}

/// Looks at one page of any server.
fn look(arguments: &Arguments, url: &str) -> Played {
    told(play_once("look", Fixture::new(arguments, "look", 1), |fixture| {
        let speech = Voice::First.file(Manner::AsRecorded, &fixture.own_folder()?)?;
        let mut browser = fixture.browser(&Owner { speech: Some(speech), ..Owner::default() })?;
        let tab = browser.tab()?;
        tab.go_to(url)?;
        fixture.photograph(&tab, "look")?;
        page_rules::are_kept(&tab, url)
    }))
}

fn play_once(
    name: &'static str,
    fixture: Fixture<'_>,
    play: impl FnOnce(&Fixture<'_>) -> Result<(), Failure>,
) -> Played {
    let start = Instant::now();
    let outcome = play(&fixture);
    let took = start.elapsed();
    Played { name, outcome, took, chapter: fixture.into_chapter() }
}

/// Prints progress.
fn told(played: Played) -> Played {
    println!("{:<14} {}", played.name, played.outcome_in_words());
    played
}

/// Plays this many at once; returns the results in the order of the input.
fn side_by_side<T: Sync, P: Send>(lanes: usize, all: &[T], play: impl Fn(&T) -> P + Sync) -> Vec<P> {
    let next = AtomicUsize::new(0);
    let lane = || {
        let mine = iter::from_fn(|| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            all.get(number).map(|one| (number, play(one)))
        });
        mine.collect::<Vec<_>>()
    };
    let mut played: Vec<_> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        let ended =
            lanes.into_iter().map(|lane| lane.join().unwrap_or_else(|cause| panic::resume_unwind(cause)));
        ended.flatten().collect()
    });
    played.sort_by_key(|(number, _)| *number);
    played.into_iter().map(|(_, played)| played).collect()
}

/// Makes the folder for the results, and removes those of an earlier run.
fn empty(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Failure::io(format!("{}", folder.display())))?;
    }
    fs::create_dir_all(folder).map_err(Failure::io(format!("{}", folder.display())))
}

fn chosen(browser: Kind, names: &[String]) -> Result<Vec<&'static Scenario>, Failure> {
    let playable = || SCENARIOS.iter().filter(|scenario| scenario.browsers.contains(&browser));
    if names.is_empty() {
        return Ok(playable().collect());
    }
    let find = |name: &String| playable().find(|scenario| scenario.name == name);
    let unknown = names.iter().find(|name| find(name).is_none());
    ensure(unknown.is_none(), || {
        format!("this browser plays no scenario {unknown:?}; --list says which there are")
    })?;
    Ok(names.iter().filter_map(find).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_chosen_by_name_and_unknown_ones_are_refused() {
        assert_eq!(chosen(Kind::Chromium, &[]).unwrap().len(), SCENARIOS.len());
        assert_eq!(chosen(Kind::Firefox, &["ways".to_owned()]).unwrap()[0].name, "ways");
        assert!(chosen(Kind::Firefox, &["instrument".to_owned()]).is_err());
        assert!(chosen(Kind::Chromium, &["lunch".to_owned()]).is_err());
    }

    #[test]
    fn what_is_played_side_by_side_is_told_in_order_and_nothing_twice() {
        for lanes in [1, 2, 7] {
            assert_eq!(side_by_side(lanes, &[1, 2, 3, 4, 5], |number| number * 10), [10, 20, 30, 40, 50]);
        }
    }
}
