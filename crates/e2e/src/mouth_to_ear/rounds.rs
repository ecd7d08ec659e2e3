//! Measures every row, round by round, so that other load on the machine affects all of them alike.

use std::fs;
use std::path::Path;

use consonance_testing::stage::{Failure, end_with_signals, ensure};

use super::arguments::Arguments;
use super::card::Card;
use super::chirps::{Delays, delays, write_track};
use super::site::Site;
use super::system::{SYSTEMS, System};
use super::table::{Row, table};

/// Measures, and prints and writes the table.
///
/// # Errors
/// If a program does not do what it is for, or nothing of a row is heard.
pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    end_with_signals().map_err(|error| Failure::NotSo(error.to_string()))?;
    let folder = &arguments.output;
    fs::create_dir_all(folder).map_err(Failure::io(folder.display().to_string()))?;
    // An absolute path, so that programs find the card's socket from any working directory.
    let folder = folder.canonicalize().map_err(Failure::io(folder.display().to_string()))?;
    let track = folder.join("track.f32");
    write_track(&track)?;
    let is_wanted = |system: &&System| {
        arguments.only.is_empty() || arguments.only.iter().any(|words| system.name.contains(&**words))
    };
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    for system in SYSTEMS.iter().filter(is_wanted) {
        match system.missing(arguments) {
            None => rows.push((system, Row { name: system.name, rounds: Vec::new() })),
            Some(program) => left_out.push((system.name, program)),
        }
    }
    for round in 1..=arguments.rounds {
        for (number, (system, row)) in rows.iter_mut().enumerate() {
            let folder = folder.join(format!("{number}-{round}"));
            let delays = until_measured(system, || measure(system, arguments, &track, &folder))?;
            println!("round {round}, {}: {}", system.name, in_words(&delays));
            row.rounds.push(delays);
        }
    }
    let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    let text = table(&rows, &left_out);
    let file = folder.join("table.md");
    fs::write(&file, &text).map_err(Failure::io(file.display().to_string()))?;
    println!("\n{text}");
    Ok(())
}

/// Repeats a measurement a few times if a program does not start.
fn until_measured(
    system: &System,
    mut measure: impl FnMut() -> Result<Delays, Failure>,
) -> Result<Delays, Failure> {
    for _ in 1..ATTEMPTS_MAX {
        match measure() {
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            Err(failure) => println!("{}, again: {failure}", system.name),
            measured => return measured,
        }
    }
    measure()
}

const ATTEMPTS_MAX: usize = 3;

/// One round of one row, with a card of its own; files are left in this folder.
fn measure(system: &System, arguments: &Arguments, track: &Path, folder: &Path) -> Result<Delays, Failure> {
    // Left by an earlier run.
    let _was_not_there = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(Failure::io(folder.display().to_string()))?;
    let card = Card::plug_in(folder)?;
    let running = system.start(Site { arguments, card: &card, folder })?;
    card.wait_until_open()?;
    let recording = card.record(folder.join("recording"))?;
    card.say(track)?;
    let recorded = recording.end()?;
    drop(running);
    let delays = delays(&recorded)?;
    ensure(!delays.found_ms.is_empty(), || format!("{}: nothing was heard", system.name))?;
    Ok(delays)
}

fn in_words(delays: &Delays) -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let [p50, p95, worst] = [0.5, 0.95, 1.0].map(|share| delays.quantile(share));
    format!("p50 {p50:.1} ms, p95 {p95:.1}, worst {worst:.1}, {} lost; load {load}", delays.lost)
}
