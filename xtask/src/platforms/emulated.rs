//! Machines that an emulator stands in for: programs are built for them, tested there, and talk with this machine.

mod machines;
mod wine;

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Outcome;
use crate::built::Built;
use crate::command;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;
pub(super) use machines::MACHINES;

/// A machine that is not this one.
pub(super) struct Emulated {
    /// As rustc calls it.
    pub(super) target: &'static str,
    /// Links programs for it, and compiles their C.
    linker: &'static str,
    /// Runs its programs: the command's words.
    emulator: &'static [&'static str],
    /// The variables with which the emulator runs programs, out of a folder where everything is built.
    prepare: fn(&Path) -> Result<Variables, Failure>,
    /// Debian's packages with linker and emulator.
    packages: &'static str,
    /// What the command's program ends with.
    suffix: &'static str,
    tests: &'static [TestGroup],
}

/// Names and values.
type Variables = Vec<(&'static str, String)>;

/// Packages whose tests run there.
struct TestGroup {
    packages: &'static [&'static str],
    /// At once, where tests of sockets meet a machine that is slower than they are made for.
    threads: u8,
    /// Tests that the emulator fails, and why.
    skipped: &'static [(&'static str, &'static str)],
}

impl Emulated {
    /// Builds, tests and talks.
    pub(super) fn check(&self, root: &Path) -> Outcome {
        let Some(compiler) = DistributionCompiler::below(Path::new("/usr")) else {
            return Outcome::Skipped("not installed: apt-get install rustc-web rust-web-src".to_owned());
        };
        let tools = [self.linker, self.emulator[0]];
        if !tools.into_iter().all(command::is_on_path) {
            return Outcome::Skipped(format!("not installed: apt-get install {}", self.packages));
        }
        let here = |built: Built| Here { machine: self, root, compiler, folder: built.beside("emulated") };
        match Built::debug(root).map(here).and_then(|here| here.check()) {
            Ok(tests) => Outcome::Passed(format!(
                "built; {tests} tests ran; talked with this machine over QUIC and WebSocket, both ways"
            )),
            Err(failure) => Outcome::Failed(failure.to_string()),
        }
    }
}

/// A machine, and what this one has for it.
struct Here<'h> {
    machine: &'h Emulated,
    root: &'h Path,
    compiler: DistributionCompiler,
    /// Where everything is built.
    folder: PathBuf,
}

impl Here<'_> {
    /// How many tests have passed there.
    fn check(&self) -> Result<usize, Failure> {
        let Emulated { target, tests, suffix, .. } = self.machine;
        let settings = (self.machine.prepare)(&self.folder)?;
        command::run(&mut self.cargo(&["build", "--package", "consonance-cli"]))?;
        let mut passed = 0;
        for group in *tests {
            let mut test = self.cargo(&["test", "--lib", "--tests"]);
            test.args(group.packages.iter().flat_map(|name| ["--package", name]));
            test.arg("--").arg(format!("--test-threads={}", group.threads));
            test.args(group.skipped.iter().flat_map(|(name, _)| ["--skip", name]));
            passed += passed_tests(&command::capture(test.envs(settings.clone()))?);
        }
        let program = self.folder.join(target).join("debug").join(format!("consonance{suffix}"));
        let mut words: Vec<_> = self.machine.emulator.iter().map(|word| (*word).to_owned()).collect();
        words.push(program.display().to_string());
        let arguments = ["test", "--package", "consonance-cli", "--test", "command", "other_machines"];
        let mut talk = command::cargo(self.root, arguments.into_iter().chain(["--", "--ignored"]));
        talk.env("CONSONANCE_OTHER", words.join(" ")).envs(settings);
        passed += passed_tests(&command::capture(&mut talk)?);
        Ok(passed)
    }

    /// cargo for the machine.
    fn cargo(&self, arguments: &[&str]) -> Command {
        let Emulated { target, linker, emulator, .. } = self.machine;
        let mut cargo = command::cargo(self.root, arguments.iter().copied());
        self.compiler.configure(&mut cargo, "std,panic_unwind,test");
        cargo.args(["--target", target]).env("CARGO_TARGET_DIR", &self.folder);
        let variable =
            |what: &str| format!("CARGO_TARGET_{}_{what}", target.to_uppercase().replace('-', "_"));
        cargo.env(variable("LINKER"), linker).env(variable("RUNNER"), emulator.join(" "));
        cargo
    }
}

/// How many tests a run's last lines count.
fn passed_tests(output: &str) -> usize {
    let results = output.lines().filter_map(|line| line.strip_prefix("test result: ok. "));
    results.filter_map(|result| result.split(' ').next()?.parse::<usize>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_counted_over_all_programs_of_a_run() {
        let output =
            "running 2 tests\ntest result: ok. 2 passed; 0 failed\n\ntest result: ok. 40 passed; 0 failed\n";
        assert_eq!(passed_tests(output), 42);
    }

    #[test]
    fn every_skipped_test_has_a_reason_and_stands_in_the_tests() {
        let root = crate::workspace_root::find().unwrap();
        for (name, reason) in MACHINES.iter().flat_map(|it| it.tests).flat_map(|group| group.skipped) {
            assert!(!reason.is_empty(), "{name}");
            let function = format!("fn {}()", name.rsplit("::").next().unwrap());
            let mut grep = Command::new("git");
            grep.current_dir(&root).args(["grep", "--quiet", "--fixed-strings", &function, "--", "crates"]);
            assert!(grep.status().unwrap().success(), "no test is called {name}");
        }
    }
}
