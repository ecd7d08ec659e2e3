//! The `consonance` command: serve sessions, join one, hear a demonstration, measure.
//!
//! One file per sub-command; what each does stands there.
//! Whatever goes wrong ends in one line that says what to do next, and a non-zero exit.

#![expect(clippy::print_stderr, reason = "a command talks to whoever typed it")]

mod bench;
mod demo;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

/// Voice chat for games.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure this machine.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Bench(bench) => bench::run(&bench),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("consonance: {error}");
            ExitCode::FAILURE
        }
    }
}
