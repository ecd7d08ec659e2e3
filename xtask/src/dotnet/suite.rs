//! Assemblies of C# and the programs that test them, through all compilers and runtimes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::lock::FolderLock;
use super::mono::make_empty;
use super::server::Server;
use super::test_program::TestRun;
use super::toolchain::{Build, Runtime, Toolchain};
use super::{Part, Plan};
use crate::built::Built;
use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// The assemblies that one command compiles and tests.
#[derive(Debug)]
pub(crate) struct Suite {
    /// The name of the command.
    pub(crate) name: &'static str,
    /// The assemblies, in the order in which they are compiled.
    pub(crate) parts: Vec<Part>,
    /// The assemblies for other machines and versions of an engine, by a name for each: they are compiled, and never
    /// run.
    pub(crate) variants: Vec<(&'static str, Vec<Part>)>,
    /// Whether programs of each compiler are run in each runtime.
    pub(crate) is_thorough: bool,
    /// The programs that run longest, which are started first.
    pub(crate) longest: &'static [&'static str],
    /// The settings of the server that programs are tested with.
    pub(crate) server: String,
}

impl Suite {
    /// Compiles the parts with each compiler, and runs its programs in each runtime; all of them, even after one that
    /// failed. What this machine lacks is among the skips.
    ///
    /// # Errors
    /// [`Failure::TestPrograms`] where one failed; another [`Failure`] if something does not compile.
    pub(super) fn check(&self, root: &Path, plan: &Plan) -> Result<Skips, Failure> {
        let built = Built::debug(root)?;
        let (toolchain, skips) = Toolchain::find(self.name, &built.beside("dotnet"))?;
        let Some(toolchain) = toolchain else { return Ok(skips) };
        let folder = built.beside(self.name);
        let _lock = FolderLock::wait(&folder, "lock")?;
        let programs = self.compile(&toolchain, &folder, plan)?;
        if plan.compile_only {
            return Ok(skips);
        }
        let surroundings = Surroundings::build(root, &built, folder.join("natives"), &self.server)?;
        self.run(&toolchain, &programs, &surroundings).map(|()| skips)
    }

    /// The same in a folder, with what is there already.
    ///
    /// # Errors
    /// [`Failure::TestPrograms`] where one failed; another [`Failure`] if something does not compile.
    pub(crate) fn check_in(
        &self,
        toolchain: &Toolchain,
        folder: &Path,
        surroundings: &Surroundings,
    ) -> Result<(), Failure> {
        let programs = self.compile(toolchain, folder, &Plan::default())?;
        self.run(toolchain, &programs, surroundings)
    }

    /// The programs of a plan.
    fn compile(
        &self,
        toolchain: &Toolchain,
        folder: &Path,
        plan: &Plan,
    ) -> Result<Vec<TestedProgram>, Failure> {
        let mut programs = Vec::new();
        let mut compiled: Option<(Build, Vec<PathBuf>)> = None;
        let runs = toolchain.runs(self.is_thorough);
        if let Some((build, _)) = runs.first() {
            for (name, parts) in &self.variants {
                println!("{}: {} compiles {} assemblies for {name}", self.name, build.folder(), parts.len());
                compile(toolchain, *build, parts, &folder.join(name))?;
            }
        }
        for (build, runtime) in runs.into_iter().filter(|(_, runtime)| plan.wants(*runtime)) {
            let of_build = match compiled.take() {
                Some((before, programs)) if before == build => programs,
                _ => {
                    println!("{}: {} compiles {} assemblies", self.name, build.folder(), self.parts.len());
                    compile(toolchain, build, &self.parts, &folder.join(build.folder()))?
                }
            };
            let tested = |program: &PathBuf| TestedProgram { build, runtime, program: program.clone() };
            programs.extend(of_build.iter().map(tested));
            compiled = Some((build, of_build));
        }
        programs.sort_by_key(|tested| !self.is_among_longest(&tested.program));
        Ok(programs)
    }

    fn is_among_longest(&self, program: &Path) -> bool {
        program.file_name().is_some_and(|name| self.longest.iter().any(|longest| name == *longest))
    }

    /// Runs programs, several at a time, since they mostly wait for sound.
    fn run(
        &self,
        toolchain: &Toolchain,
        programs: &[TestedProgram],
        surroundings: &Surroundings,
    ) -> Result<(), Failure> {
        // Prepared one after the other: the ahead-of-time compiler writes to one folder, and uses a whole processor.
        let waiting = Mutex::new(programs.iter());
        let ready = || {
            let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.next().map(|program| Ok((program, program.prepare(toolchain, surroundings)?))).transpose()
        };
        let run_in_turn = || {
            let mut failed = 0;
            while let Some((program, ready)) = ready()? {
                let run = ready.run()?;
                println!("{}: {program}: {run}", self.name);
                failed += usize::from(run.outcome.is_err());
            }
            Ok::<usize, Failure>(failed)
        };
        let failed: usize = thread::scope(|scope| {
            let running: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(run_in_turn)).collect();
            running.into_iter().map(|run| run.join().expect("a run does not panic")).sum::<Result<_, _>>()
        })?;
        if failed > 0 {
            return Err(Failure::TestPrograms { suite: self.name, failed });
        }
        Ok(())
    }
}

/// Compiles all parts into an empty folder, and returns those that are programs.
fn compile(
    toolchain: &Toolchain,
    build: Build,
    parts: &[Part],
    folder: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    make_empty(folder)?;
    toolchain.compile(build, folder, parts)?;
    let programs = parts.iter().filter(|part| part.is_program());
    Ok(programs.map(|part| folder.join(&part.output)).collect())
}

/// A program, how it was compiled, and what runs it.
struct TestedProgram {
    build: Build,
    runtime: Runtime,
    program: PathBuf,
}

impl TestedProgram {
    /// Starts a server for it alone, so that it meets no players of another run.
    fn prepare(&self, toolchain: &Toolchain, surroundings: &Surroundings) -> Result<ReadyRun, Failure> {
        let log = self.program.with_extension(format!("{}.log", self.runtime.name()));
        let mut command = toolchain.command(self.runtime, &self.program, &surroundings.natives)?;
        let server =
            Server::start(&surroundings.server, &surroundings.settings, &log.with_extension("server"))?;
        command.envs(server.variables.clone());
        command.env("CONSONANCE_TEST_LAYOUT", surroundings.root.join("crates/ffi/layout.txt"));
        // For programs that stop their server and start it again.
        command.env("CONSONANCE_TEST_PROGRAM", &surroundings.server);
        command.current_dir(&surroundings.root);
        Ok(ReadyRun { server, command, log })
    }
}

impl std::fmt::Display for TestedProgram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.program.file_name().unwrap_or_default().display();
        write!(f, "{name} of {} on {}", self.build.folder(), self.runtime.name())
    }
}

/// A program that can be started.
struct ReadyRun {
    server: Server,
    command: Command,
    log: PathBuf,
}

impl ReadyRun {
    /// The server ends with the run.
    fn run(self) -> Result<TestRun, Failure> {
        let run = TestRun::of(self.command, &self.log, LIMIT);
        drop(self.server);
        run
    }
}

/// How long one program may run.
const LIMIT: Duration = Duration::from_mins(3);
/// How many programs run at once, each with a server: the longest takes a third of a processor.
const AT_ONCE: usize = 4;

/// The environment of test programs, besides their runtime.
pub(crate) struct Surroundings {
    /// The folder in which the library for C has the name that games know.
    pub(crate) natives: PathBuf,
    /// The program of the server.
    pub(crate) server: PathBuf,
    /// The settings of the server.
    pub(crate) settings: String,
    /// The checkout.
    pub(crate) root: PathBuf,
}

impl Surroundings {
    fn build(root: &Path, built: &Built, natives: PathBuf, settings: &str) -> Result<Self, Failure> {
        command::run(&mut command::cargo(root, BUILD.split(' ')))?;
        fs::create_dir_all(&natives).map_err(|cause| Failure::File { path: natives.clone(), cause })?;
        let path = natives.join(Built::library_name("consonance"));
        fs::copy(built.library("consonance_ffi"), &path).map_err(|cause| Failure::File { path, cause })?;
        let (settings, root) = (settings.to_owned(), root.to_owned());
        Ok(Self { natives, server: built.program("consonance"), settings, root })
    }
}

/// Of the whole workspace and with a test of the library, as `cargo test` builds them, so that nothing is built a
/// second time with fewer features.
const BUILD: &str = "build --workspace --bin consonance --test c_programs";
