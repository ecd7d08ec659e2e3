//! Runs a bench and reads its figures out of the lines of JSON that it prints.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::bench::{Bench, Figure, FloorIs, Row, Run};
use super::former::{self, Former};
use super::numbers::{rounded, short};
use super::record::{BenchRecord, FigureRecord, FloorRecord};
use super::stolen::ProcessorTime;
use crate::failure::Failure;
use crate::{cluster, command};

/// The programs that are run.
pub(super) struct Programs {
    pub(super) bench: PathBuf,
    /// A former version, which runs in turn with it.
    pub(super) former: Option<Former>,
    /// The server for benches of several servers; without it they are skipped.
    pub(super) nats_server: Option<OsString>,
}

/// A figure by repeat: the value, and the floor if there is one.
type Values = Vec<(f64, Option<f64>)>;

/// The results of each run, over all repeats.
pub(super) struct Measured {
    commands: Vec<String>,
    /// The values by figure.
    values: Vec<Values>,
    /// The values of the former version, where it prints the figure.
    former_values: Vec<Vec<f64>>,
    former_version: Option<String>,
    notes: Vec<String>,
    /// The greatest change of a load's floors in a run, in percent, by the load's mode.
    floor_changes: BTreeMap<String, f64>,
}

/// Runs everything this many times; a round has each run once, so that slow changes of the machine affect all alike.
/// `None` if the bench says that it lacks another project's program.
///
/// # Errors
/// If a run fails, or does not print what is looked for.
pub(super) fn measure(
    programs: &Programs,
    bench: &Bench,
    repeats: usize,
    is_quick: bool,
) -> Result<Option<Measured>, Failure> {
    let is_real_time = bench.is_real_time && may_be_real_time();
    let mut measured = Measured::new(bench.figures.len());
    if bench.is_real_time && !is_real_time {
        measured
            .notes
            .push("Without the right to the real-time class: other programs are in the delays.".to_owned());
    }
    let began = ProcessorTime::now();
    for repeat in 0..repeats {
        for (number, run) in bench.runs.iter().enumerate() {
            let arguments = arguments_of(run, is_quick);
            let mut command = command_of(&programs.bench, &[bench.name], &arguments, is_real_time);
            command.envs(programs.nats_server.iter().map(|server| (cluster::VARIABLE, server)));
            let line = line_of(bench, run, is_quick, is_real_time);
            println!("{}/{repeats}: {line}", repeat + 1);
            let lines = match command::capture(&mut command) {
                Err(Failure::CommandFailed { output, .. }) if output.contains("skipped: ") => {
                    println!("{}", output.trim());
                    return Ok(None);
                }
                output => lines(&line, &output?)?,
            };
            if repeat == 0 {
                measured.commands.push(line);
            }
            measured.take(bench, number, &lines)?;
            if let Some(former) = &programs.former
                && let Some(words) = former::words_of(bench.name)
            {
                let mut command = command_of(&former.program, &words, &arguments, is_real_time);
                let output = command::capture(&mut command)?;
                measured.take_former(bench, number, &self::lines(&command::line(&command), &output)?);
                measured.former_version = Some(former.version.clone());
            }
        }
    }
    let stolen = ProcessorTime::now().zip(began).and_then(|(now, began)| now.note_since(began));
    measured.notes.extend(stolen);
    Ok(Some(measured))
}

impl Measured {
    fn new(figures: usize) -> Self {
        Self {
            commands: Vec::new(),
            values: vec![Vec::new(); figures],
            former_values: vec![Vec::new(); figures],
            former_version: None,
            notes: Vec::new(),
            floor_changes: BTreeMap::new(),
        }
    }

    fn take_former(&mut self, bench: &Bench, run: usize, lines: &[Value]) {
        for (figure, values) in bench.figures.iter().zip(&mut self.former_values) {
            if figure.run == run {
                let value = value(lines, figure.row, &former::name_of(figure.field));
                values.extend(value.map(|value| rounded(value * figure.scale)));
            }
        }
    }

    fn take(&mut self, bench: &Bench, run: usize, lines: &[Value]) -> Result<(), Failure> {
        for (figure, values) in bench.figures.iter().zip(&mut self.values) {
            if figure.run == run {
                let value = value(lines, figure.row, figure.field).ok_or_else(|| missing(bench, figure))?;
                let floor = figure.floor.map(|floor| floor_of(floor.is, figure, lines, value));
                let floor = floor.map(|floor| floor.ok_or_else(|| missing(bench, figure))).transpose()?;
                values.push((value * figure.scale, floor.map(|floor| floor * figure.scale)));
            }
        }
        for note in lines.iter().filter_map(limited_by_clients) {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        for (mode, percent) in lines.iter().filter_map(floor_change) {
            let most = self.floor_changes.entry(mode).or_default();
            *most = most.max(percent);
        }
        Ok(())
    }

    /// Converts the results to the form that is kept.
    pub(super) fn into_record(mut self, bench: &Bench, revision: &str) -> BenchRecord {
        let record = |((figure, values), former): ((&Figure, Values), Vec<f64>)| FigureRecord {
            quantity: figure.quantity.into_owned(),
            floor: figure.floor.map(|floor| FloorRecord {
                name: floor.name.to_owned(),
                values: values.iter().filter_map(|(_, floor)| floor.map(rounded)).collect(),
            }),
            values: values.iter().map(|(value, _)| rounded(*value)).collect(),
            former,
            target: figure.target,
            is_detail: figure.is_detail,
        };
        let modes: Vec<_> =
            self.floor_changes.iter().map(|(mode, most)| format!("{} % (`{mode}`)", short(*most))).collect();
        if !modes.is_empty() {
            let modes = modes.join(", ");
            self.notes.push(format!("Before and after a run, the floors differed by up to {modes}."));
        }
        BenchRecord {
            name: bench.name.to_owned(),
            revision: revision.to_owned(),
            commands: self.commands,
            former: self.former_version,
            figures: bench.figures.iter().zip(self.values).zip(self.former_values).map(record).collect(),
            notes: self.notes,
        }
    }
}

fn arguments_of(run: &Run, is_quick: bool) -> Vec<&'static str> {
    let quick = if is_quick { run.quick } else { &[] };
    [run.arguments, &["--json"], quick].concat()
}

fn command_of(program: &Path, words: &[&str], arguments: &[&str], is_real_time: bool) -> Command {
    let mut command = if is_real_time {
        let mut command = Command::new("chrt");
        command.args(["-f", "1"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(words).args(arguments);
    command
}

/// The command line as a user would type it, without the folder of the built program.
fn line_of(bench: &Bench, run: &Run, is_quick: bool, is_real_time: bool) -> String {
    let arguments = arguments_of(run, is_quick);
    command::line(&command_of(Path::new("consonance-bench"), &[bench.name], &arguments, is_real_time))
}

/// Whether this user may run programs in the real-time class (`chrt`, of util-linux).
fn may_be_real_time() -> bool {
    Command::new("chrt").args(["-f", "1", "true"]).output().is_ok_and(|output| output.status.success())
}

fn lines(command: &str, output: &str) -> Result<Vec<Value>, Failure> {
    let line = |line: &str| {
        let not_understood =
            |why: serde_json::Error| Failure::Answer { command: command.to_owned(), why: why.to_string() };
        serde_json::from_str(line).map_err(not_understood)
    };
    output.lines().filter(|line| line.starts_with('{')).map(line).collect()
}

/// The field's value in the first line that fits; a field within another one is reached with a dot.
fn value(lines: &[Value], row: Row, field: &str) -> Option<f64> {
    let fits = |line: &&Value| row.iter().all(|(name, wanted)| text(&line[*name]) == *wanted);
    let line = lines.iter().find(fits)?;
    field.split('.').try_fold(line, |value, name| value.get(name))?.as_f64()
}

/// A value as it is written in a row.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn floor_of(floor: FloorIs, figure: &Figure, lines: &[Value], of: f64) -> Option<f64> {
    match floor {
        FloorIs::Field(field) => value(lines, figure.row, field),
        FloorIs::Ratio(field) => Some(of / value(lines, figure.row, field)?),
        FloorIs::Rows(field, rows) => {
            rows.iter().map(|(row, times)| Some(value(lines, row, field)? * times)).sum()
        }
    }
}

/// A note that clients were the limit of a load, so that the server can do more than the figure says.
fn limited_by_clients(line: &Value) -> Option<String> {
    let is_so = line.get("limited_by").and_then(Value::as_str) == Some("clients");
    let mode = line.get("mode").filter(|_| is_so)?;
    Some(format!(
        "`{}`: the clients were the limit of a run, and not the server, which can do at least this.",
        text(mode)
    ))
}

/// The mode of a load whose floors changed a lot during a run, and by how many percent.
fn floor_change(line: &Value) -> Option<(String, f64)> {
    let changed = line.get("floor_changed_by")?.as_f64().filter(|changed| *changed > 0.1)?;
    Some((text(&line["mode"]), 100.0 * changed))
}

fn missing(bench: &Bench, figure: &Figure) -> Failure {
    Failure::Answer {
        command: format!("consonance-bench {}", bench.name),
        why: format!(
            "no {} for \"{}\"; the catalogue of benchmarks asks for another field than it prints",
            figure.field, figure.quantity.what
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURE: Figure = Figure::new("speech", &[("stage", "encoder")], "cost.us", "µs").times(10.0);
    const BENCH: Bench = Bench {
        name: "audio",
        runs: &[Run::of(&[], &["--seconds", "1"])],
        figures: &[
            FIGURE.floor("half", FloorIs::Field("floor")),
            FIGURE.floor("a third", FloorIs::Ratio("ratio")).at_most(1.0),
            FIGURE.floor("two", FloorIs::Rows("cost.us", &[(&[("n", "2")], 2.0), (&[("n", "1")], 1.0)])),
        ],
        is_real_time: false,
        is_exact: false,
    };
    const OUTPUT: &str = "a line of words\n\
        {\"n\":1,\"stage\":\"encoder\",\"cost\":{\"us\":6.0},\"floor\":3.0,\"ratio\":3.0}\n\
        {\"n\":2,\"stage\":\"decoder\",\"cost\":{\"us\":1.0}}\n";

    fn measured(output: &str) -> Result<BenchRecord, Failure> {
        let mut measured = Measured::new(3);
        measured.take(&BENCH, 0, &lines("bench", output)?)?;
        Ok(measured.into_record(&BENCH, "0123456789"))
    }

    #[test]
    fn figures_and_their_floors_are_found_in_the_lines() {
        let record = measured(OUTPUT).unwrap();
        let found: Vec<_> = record
            .figures
            .iter()
            .map(|figure| (figure.values[0], figure.floor.as_ref().unwrap().values[0]))
            .collect();
        assert_eq!(found, [(60.0, 30.0), (60.0, 20.0), (60.0, 80.0)]);
    }

    #[test]
    fn figures_of_the_former_version_are_kept_where_it_prints_them() {
        let mut measured = Measured::new(3);
        let former = "{\"stage\":\"encoder\",\"cost\":{\"us\":7.0}}\n";
        measured.take_former(&BENCH, 1, &lines("bench", former).unwrap());
        measured.take_former(&BENCH, 0, &lines("bench", former).unwrap());
        measured.take_former(&BENCH, 0, &lines("bench", "{\"stage\":\"encoder\"}").unwrap());
        let record = measured.into_record(&BENCH, "0123456789");
        assert_eq!(record.figures[0].former, [70.0], "of the run that the figure is of");
    }

    #[test]
    fn a_figure_that_is_not_printed_is_named() {
        let failure = measured("{\"stage\":\"encoder\"}\n").err().unwrap().to_string();
        assert!(failure.contains("cost.us") && failure.contains("speech"), "{failure}");
        assert!(measured("{\"stage\":").is_err());
    }

    #[test]
    fn what_a_load_says_against_itself_is_noted() {
        let line = |mode: &str, limit: &str, changed: f64| {
            format!("{{\"mode\":\"{mode}\",\"limited_by\":\"{limit}\",\"floor_changed_by\":{changed}}}\n")
        };
        let lines = [
            line("fast", "server", 0.25),
            line("fast", "clients", 0.3),
            line("fast", "clients", 0.2),
            line("quic", "server", 0.02),
        ];
        let notes = measured(&(OUTPUT.to_owned() + &lines.concat())).unwrap().notes;
        assert!(notes[0].starts_with("`fast`: the clients were the limit"), "{notes:?}");
        assert_eq!(notes[1..], ["Before and after a run, the floors differed by up to 30.0 % (`fast`)."]);
    }

    #[test]
    fn a_quick_run_is_shorter() {
        let line = |is_quick, is_real_time| line_of(&BENCH, &BENCH.runs[0], is_quick, is_real_time);
        assert_eq!(line(false, true), "chrt -f 1 consonance-bench audio --json");
        assert_eq!(line(false, false), "consonance-bench audio --json");
        assert_eq!(line(true, false), "consonance-bench audio --json --seconds 1");
    }
}
