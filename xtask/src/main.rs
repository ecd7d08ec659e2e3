//! The project's own checks and chores, run as `cargo xtask`.
//!
//! * `cargo xtask ci` runs everything a change has to pass, step by step, and shows how long each step took; `cargo
//!   xtask check PART` runs one part, with options of its own.
//! * `cargo xtask tidy` checks the rules that the compiler does not know: which crate may use which, how long a
//!   file or a function may be, what the pure crates must not call, which words must not be published.
//!   It also runs as a test, so `cargo test` is enough.
//! * `cargo xtask write FILES` regenerates files that are checked in; a step of `ci` compares them.
//! * `cargo xtask sim`, `soak`, `mutants` and `fuzz` look for faults for as long as one likes.
//! * `cargo xtask benchmarks` and `mouth-to-ear` measure, and fill the tables of `docs/benchmarks.md`.
//! * `cargo xtask book`, `package`, `dist` and `publish` make the site, the published packages and the downloads.
//!
//! Used by: contributors, and `.ci/run`. It depends on no other crate of the workspace, so that it still runs when they
//! do not compile.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to people by printing"
)]

mod benchmarks;
mod bevy;
mod book;
mod browser_test;
mod built;
mod check;
mod check_docs;
mod child;
mod ci;
mod clients;
mod cluster;
mod command;
mod cross_target;
mod declarations;
mod deny;
mod dissector;
mod dist;
mod distribution_compiler;
mod dotnet;
mod download;
mod failure;
mod foreign_peers;
mod fuzz;
mod header;
mod interrupt;
mod libopus;
mod licences;
mod manifests;
mod markdown;
mod matchbox;
mod metas;
mod mouth_to_ear;
mod mumble;
mod mutants;
mod network_namespace;
mod package;
mod patience;
mod platforms;
mod publish;
mod python;
mod remapping;
mod sanitize;
mod scenario;
mod signal;
mod sim;
mod skips;
mod soak;
mod tidy;
mod udp_blocked;
mod unity;
mod unity_package;
mod web;
mod workspace;
mod workspace_root;
mod write;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The project's own checks and chores.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Runs everything a change has to pass; stops at the first step that fails.
    Ci(ci::Selection),
    /// Checks one part of the project, or on one platform, or with one foreign program.
    #[command(subcommand)]
    Check(check::Part),
    /// Checks the rules that the compiler does not know: walls, shape, forbidden calls, words, documents.
    Tidy,
    /// Regenerates the generated files that are checked in.
    #[command(subcommand)]
    Write(write::Files),
    /// Plays seeds in simulated time: of one server, of several that share their sessions, or of encrypted sessions.
    Sim(sim::Plan),
    /// Long runs: sound between clocks that drift, and a server under honest players, attackers and faults.
    Soak(soak::Plan),
    /// Changes code of some crates in a copy, and lists the changes that their tests do not notice.
    Mutants(mutants::Plan),
    /// Looks for inputs that the engine cannot take, ten minutes for each target, and keeps what it learned.
    Fuzz(fuzz::Plan),
    /// Runs every bench of the command beside what it cannot be better than, and writes `docs/benchmarks.md`.
    Benchmarks(benchmarks::Plan),
    /// Measures how much later a loudspeaker plays what a microphone hears; half an hour. Needs `PulseAudio`.
    MouthToEar(mouth_to_ear::Plan),
    /// Makes a site with a search of the pages in `docs/`, in `target/book`, which needs mdBook.
    Book,
    /// Packs the crates that are published, and uses them in projects outside of the repository.
    Package(package::Plan),
    /// Makes what is downloaded, in `target/dist`, and tries each of the files.
    Dist(dist::Plan),
    /// Brings a release to its places, or prints how; takes credentials from the environment.
    Publish(publish::Plan),
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let root = workspace_root::find()?;
    match &arguments.chore {
        Chore::Ci(selection) => ci::run(&root, selection),
        Chore::Check(part) => check::run(&root, part),
        Chore::Tidy => tidy::run(&root),
        Chore::Write(files) => write::run(&root, files),
        Chore::Sim(plan) => sim::run(&root, plan),
        Chore::Soak(plan) => soak::run(&root, plan),
        Chore::Mutants(plan) => mutants::run(&root, plan),
        Chore::Fuzz(plan) => fuzz::run(&root, plan),
        Chore::Benchmarks(plan) => benchmarks::run(&root, plan),
        Chore::MouthToEar(plan) => mouth_to_ear::run(&root, plan),
        Chore::Book => book::run(&root),
        Chore::Package(plan) => package::run(&root, plan),
        Chore::Dist(plan) => dist::run(&root, plan).map(drop),
        Chore::Publish(plan) => publish::run(&root, plan),
    }
}
