//! Machines that an emulator stands in for: programs are built for them, tested there, and talk with this machine.

mod machines;

use std::path::{Path, PathBuf};
use std::process::Command;

use super::outcome::Outcome;
use crate::built::Built;
use crate::command;
use crate::cross_target::CrossTarget;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;
pub(super) use machines::MACHINES;

/// A machine that is not this one.
pub(super) struct Emulated {
    pub(super) target: CrossTarget,
    pub(super) tests: &'static [TestGroup],
    /// The few tests that every change runs there; empty if no change runs any.
    pub(super) smoke: &'static [TestGroup],
    /// Whether the emulator has sound devices where this machine has a sound server.
    has_sound: bool,
}

/// Packages whose tests run there.
pub(super) struct TestGroup {
    packages: &'static [&'static str],
    /// Options of cargo that select the test programs.
    programs: &'static [&'static str],
    /// The number of tests that run at once: few where tests of sockets expect a faster machine.
    threads: u8,
    /// Tests that fail because of the emulator, each with the reason.
    skipped: &'static [(&'static str, &'static str)],
}

impl Emulated {
    /// Whether its sound devices are tried, too.
    fn plays(&self) -> bool {
        self.has_sound && command::is_on_path(SOUND_SERVER)
    }

    /// A skip with the package that its sound devices need, if it has any that cannot be tried here.
    pub(super) fn without_sound(&self) -> Option<Outcome> {
        (self.has_sound && !self.plays())
            .then(|| Outcome::Skipped(format!("not installed: apt-get install {SOUND_SERVER}")))
    }

    /// Builds, runs these tests and talks.
    pub(super) fn check(&self, root: &Path, tests: &[TestGroup]) -> Outcome {
        self.with_compiler(root, |here| {
            let tests = here.check(tests)?;
            Ok(format!(
                "built; {tests} tests ran; talked with this machine over QUIC and WebSocket, both ways{}",
                if self.plays() { ", and through its sound devices" } else { "" }
            ))
        })
    }

    /// Only builds what [`Self::check`] needs.
    pub(super) fn build(&self, root: &Path, tests: &[TestGroup]) -> Outcome {
        self.with_compiler(root, |here| {
            here.build(tests)?;
            Ok("built".to_owned())
        })
    }

    fn with_compiler(&self, root: &Path, act: impl FnOnce(&Here<'_>) -> Result<String, Failure>) -> Outcome {
        let compiler = match self.target.compiler() {
            Ok(compiler) => compiler,
            Err(missing) => return Outcome::Skipped(missing),
        };
        let here = |built: Built| Here { machine: self, root, compiler, folder: built.beside("emulated") };
        match Built::debug(root).map(here).and_then(|here| act(&here)) {
            Ok(what) => Outcome::Passed(what),
            Err(failure) => Outcome::Failed(failure.to_string()),
        }
    }
}

/// The program that gives this machine a sound card.
const SOUND_SERVER: &str = "pulseaudio";

/// A machine, and the tools and folders for it on this one.
struct Here<'h> {
    machine: &'h Emulated,
    root: &'h Path,
    compiler: DistributionCompiler,
    /// The folder for all builds.
    folder: PathBuf,
}

impl Here<'_> {
    /// Builds the programs that talk, and those of the tests.
    fn build(&self, tests: &[TestGroup]) -> Result<(), Failure> {
        command::run(&mut self.cargo(&["build", "--package=consonance-cli", LIBRARY])?)?;
        for group in tests {
            command::run(self.test(group)?.arg("--no-run"))?;
        }
        Ok(())
    }

    /// Runs the tests there and returns how many have passed.
    fn check(&self, tests: &[TestGroup]) -> Result<usize, Failure> {
        self.build(tests)?;
        let target = &self.machine.target;
        let variables = target.variables(&self.folder)?;
        let joins = self.compile_in_c(&self.root.join("crates/ffi/tests/c/join.c"), "debug")?;
        let mut passed = 0;
        for group in tests {
            let mut test = self.test(group)?;
            test.arg("--").arg(format!("--test-threads={}", group.threads));
            test.args(group.skipped.iter().flat_map(|(name, _)| ["--skip", name]));
            passed += passed_tests(&command::capture(test.envs(variables.clone()))?);
        }
        let command = target.program(&self.folder, "debug", "consonance");
        let arguments = ["test", "--workspace", "--test", "command", "other_machines"];
        // Voice through an emulator needs the whole machine.
        let mut talk =
            command::cargo(self.root, arguments.into_iter().chain(["--", "--ignored", "--test-threads=1"]));
        if !self.machine.plays() {
            talk.args(["--skip", "other_machines::sound_card"]);
        }
        talk.env("CONSONANCE_OTHER", target.words(&command))
            .env("CONSONANCE_OTHER_IN_C", target.words(&joins))
            .envs(variables);
        passed += passed_tests(&command::capture(&mut talk)?);
        Ok(passed)
    }

    /// cargo that tests these packages there.
    fn test(&self, group: &TestGroup) -> Result<Command, Failure> {
        let mut test = self.cargo(&[&["test", "--no-fail-fast"], group.programs].concat())?;
        test.args(group.packages.iter().flat_map(|name| ["--package", name]));
        Ok(test)
    }

    /// A program with the library for C that was built in this profile, beside that library.
    fn compile_in_c(&self, source: &Path, profile: &str) -> Result<PathBuf, Failure> {
        let target = &self.machine.target;
        let built = target.folder(&self.folder, profile);
        let name = source.file_stem().unwrap_or_default().display();
        let program = target.program(&self.folder, profile, &format!("c-{name}"));
        let mut compiler = Command::new(target.c_compiler());
        compiler.args(C_FLAGS).arg("-o").arg(&program).args(c_includes(self.root)).arg(source);
        compiler.arg("-L").arg(&built).arg(format!("-Wl,-rpath,{}", built.display()));
        command::run(compiler.args(["-lconsonance_ffi", "-lm"]))?;
        if target.is_windows() {
            // The import library names the file that cargo has built.
            return Ok(program);
        }
        // The program asks for the library by its own name, which is that of the downloads.
        let asked_for = built.join("libconsonance.so.1");
        std::fs::copy(built.join("libconsonance_ffi.so"), &asked_for)
            .map_err(|cause| Failure::File { path: asked_for, cause })?;
        Ok(program)
    }

    /// cargo for the machine.
    fn cargo(&self, arguments: &[&str]) -> Result<Command, Failure> {
        let folders = (self.root, &*self.folder);
        self.machine.target.cargo(&self.compiler, "std,panic_unwind,test", &[], folders, arguments)
    }
}

/// Compiles a C program with the library for C for one of the [`MACHINES`]. Returns the command that starts it here,
/// as words that are separated by spaces, or `None` where compiler or emulator are missing.
///
/// # Errors
/// [`Failure`] where it does not compile.
pub(crate) fn c_program(root: &Path, target: &CrossTarget, source: &Path) -> Result<Option<String>, Failure> {
    let machine = MACHINES.iter().find(|machine| machine.target.name == target.name);
    let Some((machine, compiler)) = machine.zip(target.compiler().ok()) else { return Ok(None) };
    let here = Here { machine, root, compiler, folder: Built::debug(root)?.beside("emulated") };
    // Without optimisation, it is slower than real time in an emulator.
    command::run(&mut here.cargo(&["build", "--release", LIBRARY])?)?;
    let program = here.compile_in_c(source, "release")?;
    let variables =
        target.variables(&here.folder)?.into_iter().map(|(name, value)| format!("{name}={value} "));
    Ok(Some(format!("env {}{}", variables.collect::<String>(), target.words(&program))))
}

/// Flags of the C compiler for programs with the library for C.
pub(crate) const C_FLAGS: [&str; 5] =
    ["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror"];

/// Include paths: the header, and the code that our own C programs share.
pub(crate) fn c_includes(root: &Path) -> [String; 2] {
    ["include", "tests/c"].map(|folder| format!("-I{}", root.join("crates/ffi").join(folder).display()))
}

const LIBRARY: &str = "--package=consonance-ffi";

/// The number of passed tests, from the last lines of a run.
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
