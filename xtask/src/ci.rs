//! Everything a change has to pass, in the order of what fails fastest.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use crate::failure::Failure;
use crate::skips::Skips;
use crate::{
    book, browser_test, cluster, command, deny, dissector, dotnet, foreign_peers, header, libopus, matchbox,
    mumble, package, platforms, python, tidy, udp_blocked, unity, web,
};

/// Which steps to run; all of them where nothing is said.
#[derive(Args)]
pub(crate) struct Selection {
    /// Runs only this step (may be given several times).
    #[arg(long, value_name = "STEP", conflicts_with = "skip")]
    only: Vec<Step>,
    /// Leaves this step out (may be given several times).
    #[arg(long, value_name = "STEP")]
    skip: Vec<Step>,
}

/// Runs the selected steps and shows their output as it comes. Stops at the first one that fails. The last line lists
/// the checks that were skipped because this machine lacks something.
///
/// # Errors
/// [`Failure::Step`] with the step's own failure.
pub(crate) fn run(root: &Path, selection: &Selection) -> Result<(), Failure> {
    let mut times = Vec::new();
    let mut skips = Skips::NONE;
    let mut outcome = Ok(());
    for step in selection.steps() {
        println!("── {} ── {}", step.name(), step.command_line(root));
        let start = Instant::now();
        let result = step.run(root);
        let row = Time { step: step.name(), took: start.elapsed(), passed: result.is_ok() };
        println!("── {row}\n");
        times.push(row);
        match result {
            Ok(left_out) => skips = skips.with(left_out),
            Err(cause) => {
                outcome = Err(Failure::Step { step: step.name(), cause: Box::new(cause) });
                break;
            }
        }
    }
    println!("{}{skips}", table(&times));
    outcome
}

impl Selection {
    fn steps(&self) -> Vec<Step> {
        let wanted = |step: &Step| self.only.is_empty() || self.only.contains(step);
        Step::value_variants()
            .iter()
            .copied()
            .filter(|step| wanted(step) && !self.skip.contains(step))
            .collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Step {
    Format,
    Clippy,
    Product,
    Test,
    Embedded,
    Doc,
    Tidy,
    Book,
    Deny,
    Header,
    Package,
    Platforms,
    Libopus,
    Wasm,
    Web,
    UdpBlocked,
    Dissector,
    Matchbox,
    // The last step that may run beside `Test`, whose programs it builds again with other features.
    PlainCipher,
    // Steps that talk in real time; `Browser` plays with a game that `Unity` compiles.
    Cluster,
    Mumble,
    ForeignPeers,
    Python,
    Dotnet,
    Unity,
    Browser,
    Windows,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Clippy => "clippy",
            Self::Product => "product",
            Self::Test => "test",
            Self::Embedded => "embedded",
            Self::Doc => "doc",
            Self::Tidy => "tidy",
            Self::Book => "book",
            Self::Deny => "deny",
            Self::Header => "header",
            Self::Package => "package",
            Self::Platforms => "platforms",
            Self::Windows => "windows",
            Self::Libopus => "libopus",
            Self::Wasm => "wasm",
            Self::Web => "web",
            Self::UdpBlocked => "udp-blocked",
            Self::Mumble => "mumble",
            Self::ForeignPeers => "foreign-peers",
            Self::Python => "python",
            Self::Dissector => "dissector",
            Self::Matchbox => "matchbox",
            Self::PlainCipher => "plain-cipher",
            Self::Browser => "browser",
            Self::Cluster => "cluster",
            Self::Dotnet => "dotnet",
            Self::Unity => "unity",
        }
    }

    fn run(self, root: &Path) -> Result<Skips, Failure> {
        match self {
            Self::Tidy => tidy::run(root).map(|()| Skips::NONE),
            Self::Book => book::verify(root),
            Self::Deny => deny::run(root),
            Self::Header => header::verify(root),
            Self::Package => package::verify(root).map(|()| Skips::NONE),
            Self::Platforms => platforms::run(root, &platforms::Plan::default()),
            Self::Windows => platforms::run(root, &platforms::Plan::smoke()),
            Self::Libopus => libopus::run(root),
            Self::Matchbox => matchbox::run(root),
            Self::UdpBlocked => udp_blocked::run(root),
            Self::Mumble => mumble::run(root),
            Self::ForeignPeers => foreign_peers::run(root),
            Self::Python => python::run(root, &python::Plan::default()),
            Self::Dissector => dissector::run(root),
            Self::Wasm => web::wasm::verify(root),
            Self::Web => web::check_sources(root),
            Self::Browser => browser_test::run_where_possible(root),
            Self::Cluster => cluster::run(root),
            Self::Dotnet => dotnet::verify(root),
            Self::Unity => unity::verify(root),
            _ => command::run(&mut self.cargo_command(root)).map(|()| Skips::NONE),
        }
    }

    fn command_line(self, root: &Path) -> String {
        command::line(&self.cargo_command(root))
    }

    fn cargo_command(self, root: &Path) -> std::process::Command {
        let features = if libopus::is_buildable() { WITH_LIBOPUS } else { OPTIONAL_FEATURES };
        let clippy =
            ["clippy", "--workspace", "--features", features, "--all-targets", "--", "-D", "warnings"];
        let arguments: &[&str] = match self {
            Self::Format => &["fmt", "--all", "--check"],
            Self::Clippy => &clippy,
            // As players get it: in a build of the whole workspace, tests enable features, which may hide unused code.
            Self::Product => &["clippy", "--package", "consonance-cli", "--", "-D", "warnings"],
            Self::Test => &["test", "--workspace"],
            // As games that host link it: a build of the whole workspace enables every feature.
            Self::Embedded => &["test", "--package", "consonance-server", "--no-default-features", "--lib"],
            // Code that exists only in the build for measurements without encryption.
            Self::PlainCipher => &PLAIN_CIPHER,
            Self::Package => &["xtask", "package", "--pack-only"],
            Self::Header => &["xtask", "write", "header", "--verify"],
            Self::Wasm => &["xtask", "write", "wasm", "--verify"],
            Self::Windows => &["xtask", "check", "platforms", "--smoke"],
            Self::Doc => &["doc", "--workspace", "--no-deps"],
            Self::Tidy | Self::Book => &["xtask", self.name()],
            Self::Deny
            | Self::Platforms
            | Self::Libopus
            | Self::Matchbox
            | Self::UdpBlocked
            | Self::Dissector
            | Self::Web
            | Self::Browser
            | Self::Cluster
            | Self::Mumble
            | Self::ForeignPeers
            | Self::Python
            | Self::Dotnet
            | Self::Unity => &["xtask", "check", self.name()],
        };
        let mut command = command::cargo(root, arguments.iter().copied());
        match self {
            Self::Doc => drop(command.env("RUSTDOCFLAGS", "-D warnings")),
            // Otherwise rustfmt would print colours into a file or a pipe.
            Self::Format if !io::stdout().is_terminal() => drop(command.args(["--", "--color", "never"])),
            _ => {}
        }
        command
    }
}

/// The features that are off by default. The linter links nothing, and so Steam is not needed. The step `product` lints
/// what has to do without them.
const OPTIONAL_FEATURES: &str = "consonance/tokio,consonance-game-networks/steamworks,consonance-cli/steam";

/// The same with what needs cmake.
const WITH_LIBOPUS: &str = "consonance/tokio,consonance-game-networks/steamworks,\
                            consonance-cli/steam,consonance-cli/libopus,consonance-bench/libopus";

/// The tests of the code that the feature `plain-cipher` adds; their names contain the word. The bench's own option is
/// tried by `cargo xtask benchmarks`, since most of the workspace would be built again for it here.
/// Of the whole workspace, so that what has no such tests is not built a second time with fewer features.
const PLAIN_CIPHER: [&str; 7] =
    ["test", "--workspace", "--features", "consonance-bench/plain-cipher", "--test", "quic", "plain"];

struct Time {
    step: &'static str,
    took: Duration,
    passed: bool,
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let result = if self.passed { "passed" } else { "FAILED" };
        write!(f, "{:<12} {result} {:>7.1} s", self.step, self.took.as_secs_f64())
    }
}

fn table(times: &[Time]) -> String {
    let total: Duration = times.iter().map(|time| time.took).sum();
    let mut rows: Vec<String> = times.iter().map(ToString::to_string).collect();
    rows.push(format!("{:<19} {:>7.1} s\n", "all", total.as_secs_f64()));
    rows.join("\n")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        selection: Selection,
    }

    fn steps(arguments: &[&str]) -> Vec<Step> {
        let line = std::iter::once("ci").chain(arguments.iter().copied());
        Line::try_parse_from(line).unwrap().selection.steps()
    }

    #[test]
    fn without_arguments_every_step_runs_in_order() {
        let all = [
            Step::Format,
            Step::Clippy,
            Step::Product,
            Step::Test,
            Step::Embedded,
            Step::Doc,
            Step::Tidy,
            Step::Book,
            Step::Deny,
            Step::Header,
            Step::Package,
            Step::Platforms,
            Step::Libopus,
            Step::Wasm,
            Step::Web,
            Step::UdpBlocked,
            Step::Dissector,
            Step::Matchbox,
            Step::PlainCipher,
            Step::Cluster,
            Step::Mumble,
            Step::ForeignPeers,
            Step::Python,
            Step::Dotnet,
            Step::Unity,
            Step::Browser,
            Step::Windows,
        ];
        assert_eq!(steps(&[]), all);
    }

    #[test]
    fn only_and_skip_select_steps() {
        assert_eq!(steps(&["--only", "tidy", "--only", "format"]), [Step::Format, Step::Tidy]);
        let rest: Vec<_> = steps(&[]).into_iter().filter(|step| *step != Step::Test).collect();
        assert_eq!(steps(&["--skip", "test"]), rest);
    }

    #[test]
    fn an_unknown_step_is_refused() {
        assert!(Line::try_parse_from(["ci", "--only", "lunch"]).is_err());
    }

    #[test]
    fn the_test_step_is_the_command_of_the_readme() {
        assert_eq!(Step::Test.command_line(Path::new(".")), "cargo test --workspace");
    }

    #[test]
    fn the_table_ends_with_the_sum() {
        let step = |step, millis, passed| Time { step, took: Duration::from_millis(millis), passed };
        let expected =
            "format       passed     0.5 s\nclippy       FAILED    61.2 s\nall                    61.7 s\n";
        assert_eq!(table(&[step("format", 500, true), step("clippy", 61_200, false)]), expected);
    }
}
