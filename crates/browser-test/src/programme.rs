//! One scenario after the other: what it took, what was measured, what was wrong.

use std::time::Instant;

use crate::arguments::Arguments;
use crate::chromium::Owner;
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
        for scenario in SCENARIOS {
            println!("{:<12} {}", scenario.name, scenario.what);
        }
        return Ok(0);
    }
    let scenarios = chosen(&arguments.only)?;
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
    let mut chromium = stage.chromium(&Owner { speech: Some(Voice::First.file()?), ..Owner::default() })?;
    let tab = chromium.tab()?;
    tab.go_to(url)?;
    stage.photograph(&tab, "look")?;
    conduct::is_impeccable(&tab, url)
}

fn chosen(names: &[String]) -> Result<Vec<&'static Scenario>, Failure> {
    if names.is_empty() {
        return Ok(SCENARIOS.iter().collect());
    }
    let find = |name: &String| SCENARIOS.iter().find(|scenario| scenario.name == name);
    let unknown = names.iter().find(|name| find(name).is_none());
    ensure(unknown.is_none(), || format!("there is no scenario {unknown:?}; --list says which there are"))?;
    Ok(names.iter().filter_map(find).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_chosen_by_name_and_unknown_ones_are_refused() {
        assert_eq!(chosen(&[]).unwrap().len(), SCENARIOS.len());
        assert_eq!(chosen(&["instrument".to_owned()]).unwrap()[0].name, "instrument");
        assert!(chosen(&["lunch".to_owned()]).is_err());
    }
}
