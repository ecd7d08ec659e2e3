//! `cargo xtask check dotnet`: the library for C#, compiled and tested with the compilers and the runtimes of games.
//!
//! * Two compilers: `mcs` of Mono, as old versions of Unity have it, and Roslyn, held to the C# of Unity 2018.
//! * Three runtimes: Mono with its just-in-time compiler; Mono with everything compiled ahead of time, where what a
//!   console or a phone forbids fails, too; `CoreCLR`.
//!
//! `cargo xtask check unity` does the same with the package for Unity.

mod compilation;
mod core_clr;
mod libraries;
mod lock;
mod mono;
mod part;
mod roslyn;
mod server;
mod suite;
mod test_program;
mod toolchain;

use std::path::Path;

use clap::Args;

use crate::failure::Failure;
use crate::interrupt;
use crate::skips::Skips;
pub(crate) use compilation::files;
pub(crate) use part::Part;
pub(crate) use suite::{Suite, Surroundings};
pub(crate) use toolchain::{Build, Runtime, Toolchain};

/// What to run; everything where nothing is said.
#[derive(Args, Default)]
pub(crate) struct Plan {
    /// Runs the tests only in this runtime (may be given several times).
    #[arg(long, value_name = "RUNTIME", conflicts_with = "compile_only")]
    only: Vec<Runtime>,
    /// Compiles, and runs nothing.
    #[arg(long)]
    compile_only: bool,
}

impl Plan {
    fn wants(&self, runtime: Runtime) -> bool {
        self.only.is_empty() || self.only.contains(&runtime)
    }
}

/// Compiles the library and its tests, and runs them against a server. The last line says what was left out.
///
/// # Errors
/// [`Failure`] where something does not compile, or a test fails.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    run_suite(root, &suite(root)?, plan)
}

/// Runs as a step of `ci`.
///
/// # Errors
/// As [`run`].
pub(crate) fn verify(root: &Path) -> Result<Skips, Failure> {
    verify_suite(root, &suite(root)?)
}

/// Runs a suite; the last line says what was left out.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_suite(root: &Path, suite: &Suite, plan: &Plan) -> Result<(), Failure> {
    interrupt::handle_signals()?;
    let skips = suite.check(root, plan)?;
    println!("{skips}");
    Ok(())
}

/// Runs a suite as a step of `ci`.
///
/// # Errors
/// As [`run`].
pub(crate) fn verify_suite(root: &Path, suite: &Suite) -> Result<Skips, Failure> {
    interrupt::handle_signals()?;
    suite.check(root, &Plan::default())
}

/// The suite runs with all pairs of a compiler and a runtime, since games use the library with any of them.
fn suite(root: &Path) -> Result<Suite, Failure> {
    let library = Part::new("Consonance.dll", root, &["dotnet/Consonance"])?.documented();
    let tests = Part::new("Consonance.Tests.exe", root, &["dotnet/Consonance.Tests", "dotnet/Harness"])?;
    let parts = vec![library, tests.with_references(["Consonance.dll"])];
    Ok(Suite {
        name: "dotnet",
        parts,
        variants: Vec::new(),
        is_thorough: true,
        longest: &[],
        server: SERVER.to_owned(),
    })
}

/// One session over two networks.
const SERVER: &str = "[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\n\
                      [[listen]]\nnetwork = 'websocket'\naddress = '127.0.0.1:0'\n";
