//! One scenario after the other: what it took, what was measured, what was wrong.

use std::time::Instant;

use crate::arguments::Arguments;
use crate::browser::{Kind, Owner};
use crate::conduct;
use crate::failure::{Failure, ensure};
use crate::patience;
use crate::scenarios::{SCENARIOS, Scenario};
use crate::stage::Stage;
use crate::voices::Voice;

/// Plays the scenarios that are asked for; how many failed.
///
/// # Errors
/// If there is no such scenario, no place to write to, or somebody pressed Ctrl-C.
pub(crate) fn run(arguments: &Arguments) -> Result<usize, Failure> {
    if arguments.list {
        for scenario in chosen(arguments.browser, &[])? {
            println!("{:<12} {}", scenario.name, scenario.what);
        }
        return Ok(0);
    }
    let scenarios = chosen(arguments.browser, &arguments.only)?;
    patience::end_with_signals().map_err(|error| Failure::NotSo(error.to_string()))?;
    let stage = Stage::build(arguments)?;
    if let Some(url) = &arguments.look {
        look(&stage, url)?;
        return stage.close_gallery().map(|gallery| println!("pictures: {}", gallery.display())).map(|()| 0);
    }
    let mut failed = 0;
    for scenario in &scenarios {
        let start = Instant::now();
        let outcome = (scenario.play)(&stage);
        let seconds = start.elapsed().as_secs_f64();
        match outcome {
            Ok(()) => println!("{:<12} passed {seconds:>6.1} s", scenario.name),
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            Err(failure) => {
                failed += 1;
                println!("{:<12} FAILED {seconds:>6.1} s: {failure}", scenario.name);
            }
        }
    }
    let gallery = stage.close_gallery()?;
    println!("{} passed, {failed} failed", scenarios.len() - failed);
    println!("pictures: {}", gallery.display());
    Ok(failed)
}

/// Looks at one page, whoever serves it.
fn look(stage: &Stage, url: &str) -> Result<(), Failure> {
    let mut browser = stage.browser(&Owner { speech: Some(Voice::First.file()?), ..Owner::default() })?;
    let tab = browser.tab()?;
    tab.go_to(url)?;
    stage.photograph(&tab, "look")?;
    conduct::is_impeccable(&tab, url)
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
}
