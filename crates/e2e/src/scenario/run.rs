//! Plays all scenes: progress is printed, and the results go into the report.

use std::fs;
use std::path::Path;

use consonance_testing::stage::{Failure, end_with_signals};

use crate::scenario::arguments::Arguments;
use crate::scenario::cast::{CAST, Way};
use crate::scenario::fixture::Fixture;
use crate::scenario::player::not_so;
use crate::scenario::programme::{Act, PROGRAMME, Scene};
use crate::scenario::report::{Check, Played, Report, ReportedPlayer, Said};
use crate::scenario::report_page;

/// Plays the scenario; returns whether everything was as the programme requires.
///
/// # Errors
/// If the programs cannot be started, nothing can be written, or Ctrl-C was pressed.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, Failure> {
    end_with_signals().map_err(not_so)?;
    empty(&arguments.output)?;
    if arguments.browser.is_none() {
        println!("no browser: players with a page, and their lines, are left out");
    }
    let mut fixture = Fixture::open(arguments)?;
    let players = CAST.iter().filter(|role| fixture.is_here(role.member)).map(ReportedPlayer::of).collect();
    let mut report = Report { players, ..Report::default() };
    for scene in PROGRAMME {
        let played = play(&mut fixture, scene, &mut report)?;
        report.add(played);
    }
    report.seconds = fixture.now();
    drop(fixture);
    report.logs = LOGS.map(str::to_owned).into();
    write(&arguments.output.join("report.json"), &serde_json::to_string_pretty(&report).map_err(not_so)?)?;
    let page = arguments.output.join("report.html");
    write(&page, &report_page::render(&report).map_err(not_so)?)?;
    tell(&report);
    println!("report: {}", page.display());
    Ok(report.is_right())
}

fn play(fixture: &mut Fixture, scene: &'static Scene, report: &mut Report) -> Result<Played, Failure> {
    println!("{}: {}", scene.title, scene.what);
    let from = fixture.now();
    let (mut lines, mut checks) = (Vec::new(), Vec::new());
    for act in scene.acts() {
        match act {
            Act::Happens(event) => {
                let seen = fixture.happen(event, report)?;
                for check in &seen {
                    println!("  {} {}", mark(check.is_so), check.words);
                }
                checks.extend(seen);
            }
            Act::Says(line) if line.member.role().way == Way::Browser && fixture.page.is_none() => {}
            Act::Says(line) => match fixture.say(&line) {
                Ok(said) => {
                    println!("  {}", in_words(&said));
                    lines.push(said);
                }
                Err(Failure::Interrupted) => return Err(Failure::Interrupted),
                Err(failure) => {
                    checks.push(Check::new(format!("{:?} speaks: {failure}", line.member), false));
                }
            },
            Act::GuestsSpeak => {}
        }
    }
    Ok(Played { title: scene.title, what: scene.what, from, to: fixture.now(), lines, checks })
}

fn tell(report: &Report) {
    report.notes.iter().for_each(|note| println!("{note}"));
    let (pairs, seconds) = (report.pairs(), report.seconds);
    if report.is_right() {
        println!(
            "{pairs} pairs of speakers and listeners in {seconds:.0} s: all players heard what was for them, and nothing else"
        );
    } else {
        println!("{} of what the programme wants is not so:", report.wrong.len());
        report.wrong.iter().for_each(|wrong| println!("  {wrong}"));
    }
}

fn in_words(said: &Said) -> String {
    let right = said.heard.iter().all(|heard| heard.hearing.verdict.is_right());
    let for_them: Vec<_> = said.heard.iter().filter(|heard| heard.is_for).collect();
    let least = for_them.iter().map(|heard| heard.hearing.likeness).fold(1.0, f64::min);
    let most = for_them.iter().filter_map(|heard| heard.hearing.missing).fold(0.0, f64::max);
    let takes = if said.takes > 1 { format!(", said {} times", said.takes) } else { String::new() };
    let heard = if for_them.is_empty() {
        "no player hears it".to_owned()
    } else {
        format!("likeness {least:.2} or more, {:.0} % missing at most{takes}", 100.0 * most)
    };
    let (member, to, why, of) = (&said.member, &said.to, said.why, said.heard.len());
    format!("{} {member} to {to} ({why}): {} of {of} hear it; {heard}", mark(right), for_them.len())
}

fn mark(is_right: bool) -> &'static str {
    if is_right { "✓" } else { "✗" }
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text).map_err(Failure::io(format!("{}", file.display())))
}

/// The programs' logs, beside the report.
const LOGS: [&str; 3] = ["server.log", "game.log", "recorder.log"];

/// Makes the folder for the results, and removes those of an earlier run.
fn empty(folder: &Path) -> Result<(), Failure> {
    let what = || format!("{}", folder.display());
    if folder.join("report.json").exists() || folder.join("voice.toml").exists() {
        fs::remove_dir_all(folder).map_err(Failure::io(what()))?;
    }
    fs::create_dir_all(folder).map_err(Failure::io(what()))
}
