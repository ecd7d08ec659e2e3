//! Checks, on the machine at hand, of all the other platforms that the project is for.
//!
//! * The graph of dependencies resolves for every target, without a crate that needs more than cargo and a C compiler.
//! * `wire` and `session` do without the standard library.
//! * `cargo check` passes for every target, with its standard library where that is installed, or, with `--all`,
//!   with one that Debian's compiler makes; otherwise it is skipped, and the line says what to install.
//! * Programs for machines that an emulator stands in for are built, tested and talk with this machine, with `--run`.

mod emulated;
mod graph;
mod no_std;
mod outcome;
mod page;
mod targets;
mod toolchain;

use std::path::Path;

use clap::Args;

use crate::built::Built;
use crate::command;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;
use crate::skips::Skips;
pub(crate) use emulated::{C_FLAGS, c_includes, c_program};
use emulated::{Emulated, MACHINES, TestGroup};
use graph::Graph;
use outcome::Outcome;
use page::Row;
use targets::{PURE, PURE_FEATURES, PURE_MAY_BRING, TARGETS, Target};

/// How much to check.
#[derive(Args, Default)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(crate) struct Plan {
    /// Also build for the machines that an emulator stands in for, run tests there, and talk with them; long.
    #[arg(long)]
    run: bool,
    /// Also type-check, with Debian's compiler, for targets whose standard library is not installed; long.
    #[arg(long)]
    all: bool,
    /// Only build for Windows, run a few tests there, and talk with it.
    #[arg(long, conflicts_with_all = ["run", "all", "write", "only"])]
    smoke: bool,
    /// Only build what `--smoke` needs, which may run beside other steps.
    #[arg(long, requires = "smoke")]
    no_run: bool,
    /// Write what was found into docs/platforms.md.
    #[arg(long)]
    write: bool,
    /// Only this target.
    #[arg(long, value_name = "TARGET")]
    only: Option<String>,
}

impl Plan {
    /// The checks on another machine that every change has to pass.
    pub(crate) fn smoke() -> Self {
        Self { smoke: true, ..Self::default() }
    }

    fn wants(&self, target: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == target)
    }

    /// The machines to run programs on, and which tests.
    fn emulated(&self) -> impl Iterator<Item = (&'static Emulated, &'static [TestGroup])> {
        let tests = |machine: &'static Emulated| match self {
            Self { smoke: true, .. } => machine.smoke,
            Self { run: true, .. } => machine.tests,
            _ => &[],
        };
        let wanted = MACHINES.iter().filter(|machine| self.wants(machine.target.name));
        wanted.map(move |machine| (machine, tests(machine))).filter(|(_, tests)| !tests.is_empty())
    }
}

/// Runs every check of the plan that can be run here and prints one line for each.
///
/// # Errors
/// [`Failure::Platforms`] where a check failed. A skipped check is no failure.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<Skips, Failure> {
    let (mut tally, mut rows) = (Tally::default(), Vec::new());
    if !plan.smoke {
        check(root, plan, &mut tally, &mut rows);
    }
    for (machine, tests) in plan.emulated() {
        if plan.no_run {
            tally.add(machine.target.name, "build", &machine.build(root, tests));
            continue;
        }
        let ran = machine.check(root, tests);
        tally.add(machine.target.name, "run", &ran);
        if let Some(lacking) = machine.without_sound() {
            tally.add(machine.target.name, "sound devices", &lacking);
        }
        row_of(&mut rows, machine.target.name).add_run(&ran);
    }
    if plan.write {
        page::write(root, &rows)?;
    }
    tally.end()
}

/// Runs the checks that need no emulator.
fn check(root: &Path, plan: &Plan, tally: &mut Tally, rows: &mut Vec<(&'static str, Row)>) {
    let prefix = plan.all.then_some(Path::new("/usr"));
    tally.add("this machine", "dependencies", &default_build(root));
    tally.add("any", "no_std", &no_std(root));
    for target in TARGETS.iter().filter(|target| plan.wants(target.name)) {
        let (outcome, graph) = dependencies(root, target);
        tally.add(target.name, "dependencies", &outcome);
        let check = compile(root, prefix, target, graph.as_ref());
        tally.add(target.name, "cargo check", &check);
        row_of(rows, target.name).add_check(&check, target.part);
    }
}

/// The row of a target, which is added empty if it is missing.
fn row_of<'r>(rows: &'r mut Vec<(&'static str, Row)>, target: &'static str) -> &'r mut Row {
    let at = rows.iter().position(|(name, _)| *name == target).unwrap_or_else(|| {
        rows.push((target, Row::default()));
        rows.len() - 1
    });
    &mut rows[at].1
}

#[derive(Default)]
struct Tally {
    passed: usize,
    /// The targets.
    skipped: Vec<String>,
    failed: usize,
}

impl Tally {
    /// Prints the last line and returns the skips.
    fn end(self) -> Result<Skips, Failure> {
        let Self { passed, mut skipped, failed } = self;
        println!("platforms: {passed} passed, {} skipped, {failed} failed", skipped.len());
        skipped.dedup();
        match failed {
            0 if skipped.is_empty() => Ok(Skips::NONE),
            0 => Ok(Skips::one(format_args!("of platforms {}", skipped.join(", ")))),
            failed => Err(Failure::Platforms(failed)),
        }
    }

    fn add(&mut self, target: &str, check: &str, outcome: &Outcome) {
        println!("{target:<26} {check:<13} {outcome}");
        match outcome {
            Outcome::Passed(_) => self.passed += 1,
            Outcome::Skipped(_) => self.skipped.push(target.to_owned()),
            Outcome::Failed(_) => self.failed += 1,
        }
    }
}

/// Checks the dependencies of everything that `cargo test --workspace` builds here.
fn default_build(root: &Path) -> Outcome {
    match fetched_tree(root, &["--workspace", "--edges", "normal,build,dev"], &[]) {
        Ok(graph) => judge(&graph, &[]),
        Err(failure) => Outcome::Failed(failure.to_string()),
    }
}

fn no_std(root: &Path) -> Outcome {
    match no_std::check(root, PURE, PURE_FEATURES) {
        Ok(()) => Outcome::Passed(format!("{} do without the standard library", PURE.join(" and "))),
        Err(failure) => Outcome::Failed(format!(
            "one of them brings in the standard library, or does not compile: {failure}"
        )),
    }
}

fn dependencies(root: &Path, target: &Target) -> (Outcome, Option<Graph>) {
    let mut arguments = vec!["--target", target.name, "--edges", "normal,build"];
    arguments.extend(target.features());
    arguments.extend(target.crates.iter().flat_map(|name| ["--package", name]));
    match fetched_tree(root, &arguments, &["--target", target.name]) {
        Ok(graph) => {
            let pure = if target.pure { [target.crates, PURE_MAY_BRING].concat() } else { Vec::new() };
            (judge(&graph, &pure), Some(graph))
        }
        Err(Failure::CommandFailed { command, output, .. })
            if command.contains(" fetch ") && !output.contains("--locked") =>
        {
            let why = output.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().trim();
            (Outcome::Skipped(format!("its crates cannot be fetched: {why}")), None)
        }
        Err(failure) => (Outcome::Failed(failure.to_string()), None),
    }
}

/// Checks a graph: no crate in it needs tools, and, if `only` names any crates, there are no others.
fn judge(graph: &Graph, only: &[&str]) -> Outcome {
    let problems = graph.problems(only);
    if !problems.is_empty() {
        return Outcome::Failed(problems.join("; "));
    }
    let from_c = graph.compiled_from_c();
    let c = if from_c.is_empty() { "none".to_owned() } else { from_c.join(", ") };
    Outcome::Passed(format!("{} crates, compiled from C: {c}", graph.len()))
}

/// Type-checks the crates of a target that can be compiled here; with the distribution's compiler below `prefix` where
/// the target's standard library is not installed.
fn compile(root: &Path, prefix: Option<&Path>, target: &Target, graph: Option<&Graph>) -> Outcome {
    let compiler = match toolchain::is_installed(root, target.name) {
        Ok(true) => None,
        Ok(false) => match prefix.and_then(DistributionCompiler::below) {
            Some(compiler) => Some(compiler),
            None => return Outcome::Skipped(format!("not installed: rustup target add {}", target.name)),
        },
        Err(failure) => return Outcome::Failed(failure.to_string()),
    };
    let needs_c = graph.map(Graph::roots_with_c).unwrap_or_default();
    let left_out =
        |name: &&str| needs_c.iter().any(|other| other == name) && !toolchain::has_c_compiler(target);
    let (left_out, crates): (Vec<&str>, Vec<&str>) = target.crates.iter().copied().partition(left_out);
    let mut arguments = vec!["check", "--locked", "--target", target.name];
    arguments.extend(target.features());
    arguments.extend(crates.iter().flat_map(|name| ["--package", *name]));
    let mut check = command::cargo(root, arguments);
    if let Some(compiler) = compiler {
        compiler.configure(&mut check, target.library);
        match Built::debug(root) {
            Ok(built) => check.env("CARGO_TARGET_DIR", built.beside("emulated")),
            Err(failure) => return Outcome::Failed(failure.to_string()),
        };
    }
    match command::run(&mut check) {
        Err(failure) => Outcome::Failed(failure.to_string()),
        Ok(()) if left_out.is_empty() => Outcome::Passed(crates.join(", ")),
        Ok(()) => {
            let (checked, not) = (crates.join(", "), left_out.join(", "));
            Outcome::Passed(format!("{checked}; not {not}, for lack of {}", target.c_compiler))
        }
    }
}

fn cargo_tree(root: &Path, arguments: &[&str]) -> Result<Graph, Failure> {
    let form = ["tree", "--locked", "--offline", "--prefix", "depth", "--format", " {p}"];
    let mut tree = command::cargo(root, form.iter().chain(arguments).copied());
    Ok(Graph::parse(&command::capture(&mut tree)?))
}

/// Does the same, and asks the registry if not all crates are here yet; `which` selects the crates to fetch.
fn fetched_tree(root: &Path, arguments: &[&str], which: &[&str]) -> Result<Graph, Failure> {
    cargo_tree(root, arguments).or_else(|_| {
        let fetch = ["fetch", "--locked"].iter().chain(which).copied();
        command::capture(&mut command::cargo(root, fetch))?;
        cargo_tree(root, arguments)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn the_default_build_needs_cargo_and_a_c_compiler_only() {
        let outcome = default_build(&workspace_root::find().unwrap());
        assert!(matches!(outcome, Outcome::Passed(_)), "{outcome}");
    }

    #[test]
    fn a_target_that_is_not_installed_is_skipped_with_the_command_that_installs_it() {
        let never = Target {
            name: "s390x-unknown-linux-musl",
            crates: PURE,
            pure: true,
            c_compiler: "gcc",
            library: "core",
            default_features: true,
            part: "all",
        };
        let outcome = compile(&workspace_root::find().unwrap(), None, &never, None).to_string();
        assert_eq!(outcome, "skipped  not installed: rustup target add s390x-unknown-linux-musl");
    }

    #[test]
    fn a_target_that_rustc_does_not_know_fails() {
        let wrong = Target {
            name: "z80-cassette",
            crates: PURE,
            pure: true,
            c_compiler: "cc",
            library: "core",
            default_features: true,
            part: "all",
        };
        let outcome = compile(&workspace_root::find().unwrap(), None, &wrong, None);
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome}");
    }

    #[test]
    fn a_graph_is_shown_with_what_it_compiles_from_c() {
        let graph = Graph::parse("0 quic v1\n1 ring v1\n2 cc v1\n1 bytes v1\n");
        assert_eq!(judge(&graph, &[]).to_string(), "passed   4 crates, compiled from C: ring");
        assert_eq!(
            judge(&graph, &["quic", "ring", "cc"]).to_string(),
            "FAILED   bytes is not expected here (quic > bytes)"
        );
    }
}
