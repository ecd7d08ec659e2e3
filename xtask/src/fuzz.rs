//! `cargo xtask fuzz`: lets a fuzzer look for inputs that the engine cannot take, and keeps what it learned.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use clap::Args;

use crate::command;
use crate::failure::Failure;

/// What to look at, and for how long.
#[derive(Args)]
pub(crate) struct Plan {
    /// Only this target (may be given several times) [default: all].
    #[arg(long = "target", value_name = "NAME")]
    targets: Vec<String>,
    /// Only list the targets, each with its input and what is checked.
    #[arg(long)]
    list: bool,
    /// How long to look at each target, in seconds.
    #[arg(long, default_value_t = 600)]
    seconds: u32,
    /// Leaves the stored corpus as it is.
    #[arg(long)]
    keep_corpus: bool,
}

/// Longer inputs find nothing that these do not, and find it more slowly.
const INPUT_BYTES_MAX: &str = "-max_len=2048";

/// Fuzzes one target after the other and prints a table of the results.
///
/// # Errors
/// [`Failure::CommandFailed`] if an input was found that the engine cannot take (cargo-fuzz prints its path), or if
/// cargo-fuzz or a nightly toolchain is missing.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let targets = plan.targets(&root.join("fuzz/fuzz_targets"))?;
    if plan.list {
        for Target { name, about } in &targets {
            println!("{name}\n{about}\n");
        }
        return Ok(());
    }
    let corpus = root.join("fuzz/corpus");
    fs::create_dir_all(&corpus).map_err(|cause| Failure::File { path: corpus.clone(), cause })?;
    convert(root, "unpack")?;
    let mut table = vec![
        "| target | seconds | executions | edges covered | features | corpus |".to_owned(),
        "|---|--:|--:|--:|--:|--:|".to_owned(),
    ];
    for Target { name: target, .. } in &targets {
        println!("── {target}, {} s", plan.seconds);
        let tally = look(root, target, plan.seconds)?;
        // Keeps one input for each feature that any input shows.
        println!("── {target}, leaving out what adds nothing");
        command::capture(&mut cargo_fuzz(
            root,
            &["cmin", target, "--", INPUT_BYTES_MAX, "-set_cover_merge=1"],
        ))?;
        let kept = fs::read_dir(corpus.join(target)).map_or(0, Iterator::count);
        table.push(format!(
            "| `{target}` | {} | {} | {} | {} | {kept} |",
            plan.seconds, tally.executions, tally.edges, tally.features
        ));
    }
    if !plan.keep_corpus {
        convert(root, "pack")?;
    }
    println!("{}", table.join("\n"));
    Ok(())
}

/// A file of `fuzz/fuzz_targets`.
#[derive(Debug)]
struct Target {
    name: String,
    /// The lines at its head: the input, and what is checked.
    about: String,
}

impl Plan {
    /// The chosen files of the folder of targets, by name.
    fn targets(&self, folder: &Path) -> Result<Vec<Target>, Failure> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            |cause| Failure::File { path, cause }
        };
        let mut names = self.targets.clone();
        if names.is_empty() {
            let files = fs::read_dir(folder).map_err(failed(folder))?.flatten();
            names.extend(files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned())));
            names.sort();
        }
        let target = |name: String| {
            let file = folder.join(&name).with_extension("rs");
            let text = fs::read_to_string(&file).map_err(failed(&file))?;
            let head = text.lines().map_while(|line| line.strip_prefix("//!"));
            Ok(Target { name, about: head.collect::<Vec<_>>().join("\n") })
        };
        names.into_iter().map(target).collect()
    }
}

/// Runs the fuzzer and shows its output as it comes.
fn look(root: &Path, target: &str, seconds: u32) -> Result<Tally, Failure> {
    let time = format!("-max_total_time={seconds}");
    let arguments = ["run", target, "--", &time, INPUT_BYTES_MAX, "-timeout=10", "-print_final_stats=1"];
    let mut command = cargo_fuzz(root, &arguments);
    let mut child = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| Failure::NotStarted { command: command::line(&command), cause })?;
    let mut tally = Tally::default();
    if let Some(said) = child.stderr.take() {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            tally.read(&line);
            if is_worth_showing(&line) {
                eprintln!("{line}");
            }
        }
    }
    let status =
        child.wait().map_err(|cause| Failure::NotStarted { command: command::line(&command), cause })?;
    if status.success() {
        return Ok(tally);
    }
    Err(Failure::CommandFailed {
        command: command::line(&command),
        status: status.to_string(),
        output: String::new(),
    })
}

/// All but the many lines that only say that an input was kept or that a word was added to the dictionary.
fn is_worth_showing(line: &str) -> bool {
    !["NEW ", "REDUCE", "RELOAD", "# Uses:", "NEW_FUNC", "NEW_PC"].iter().any(|noise| line.contains(noise))
}

/// The counters of the fuzzer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    executions: u64,
    edges: u64,
    features: u64,
}

impl Tally {
    /// Takes the figures from a line of the fuzzer's, if it has any.
    fn read(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        while let Some(word) = words.next() {
            let place = match word {
                "cov:" => &mut self.edges,
                "ft:" => &mut self.features,
                "stat::number_of_executed_units:" => &mut self.executions,
                _ => continue,
            };
            if let Some(figure) = words.next().and_then(|figure| figure.parse().ok()) {
                *place = figure;
            }
        }
    }
}

/// Turns the packed corpora into folders, or the folders into packed corpora.
fn convert(root: &Path, verb: &str) -> Result<(), Failure> {
    let corpus =
        ["run", "--quiet", "-p", "consonance-testing", "--example", "corpus", "--", verb, "fuzz/corpus"];
    command::run(&mut command::cargo(root, corpus))
}

/// cargo-fuzz with a toolchain that knows coverage and sanitizers.
fn cargo_fuzz(root: &Path, arguments: &[&str]) -> std::process::Command {
    let cargo_fuzz = ["run", "nightly", "cargo", "fuzz"].into_iter().chain(arguments.iter().copied());
    command::rustup(root, cargo_fuzz)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn every_target_says_what_it_reads_and_checks() {
        let folder = workspace_root::find().unwrap().join("fuzz/fuzz_targets");
        let plan = |targets| Plan { targets, list: true, seconds: 1, keep_corpus: true };
        let all = plan(Vec::new()).targets(&folder).unwrap();
        assert!(all.len() > 30, "{all:?}");
        for Target { name, about } in all {
            assert!(about.starts_with(" Input: ") && about.contains("\n Checked: "), "{name}: {about}");
        }
        assert_eq!(plan(vec!["wire_parse".into()]).targets(&folder).unwrap().len(), 1);
        let unknown = plan(vec!["wire_pars".into()]).targets(&folder).unwrap_err().to_string();
        assert!(unknown.contains("wire_pars.rs"), "{unknown}");
    }

    #[test]
    fn the_figures_are_read_from_what_the_fuzzer_says() {
        let mut tally = Tally::default();
        tally.read("#524288\tpulse  cov: 312 ft: 1188 corp: 77/4096b lim: 2048 exec/s: 65536 rss: 120Mb");
        tally.read("stat::number_of_executed_units: 600000");
        assert_eq!(tally, Tally { executions: 600_000, edges: 312, features: 1188 });
    }
}
