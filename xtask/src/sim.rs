//! `cargo xtask sim`: many seeds of the simulator, one after the other: of one server's session, where nothing is said.

use std::path::Path;

use clap::Args;

use crate::command;
use crate::failure::Failure;

/// What to play.
#[derive(Args)]
pub(crate) struct Plan {
    /// Several servers that share their sessions, on a NATS that loses, delays and partitions.
    #[arg(long, conflicts_with = "groups")]
    cluster: bool,
    /// Encrypted sessions, whose members' links stall and break while they commit.
    #[arg(long)]
    groups: bool,
    /// With --groups, so many hostile members, 1 or 2, instead of faults: how long honest ones do not hear each other.
    #[arg(long, requires = "groups", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=2))]
    hostile: Option<u8>,
    /// Compares 200 runs with their recorded transcripts, `crates/testing/transcripts.txt`.
    #[arg(long, conflicts_with_all = ["cluster", "groups"])]
    transcripts: bool,
    /// How many seeds.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    first: u64,
}

/// Runs seeds until one fails, and prints how to repeat that one.
///
/// # Errors
/// [`Failure::CommandFailed`] if a seed failed; what happened in it has been printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    if plan.transcripts {
        return command::run(&mut command::cargo(root, TRANSCRIPTS));
    }
    let Plan { cluster, groups, hostile, transcripts: _, seeds, first } = plan;
    let kind: &[&str] = if *cluster {
        &["--cluster"]
    } else if *groups {
        &["--groups"]
    } else {
        &ONE_SERVER
    };
    let seeds = ["--seed".to_owned(), first.to_string(), "--seeds".to_owned(), seeds.to_string()];
    let hostile = hostile.map(|count| ["--hostile".to_owned(), count.to_string()]);
    let more = hostile.into_iter().flatten().chain(seeds);
    command::run(command::cargo(root, PLAY.iter().chain(kind).copied()).args(more))
}

const PLAY: [&str; 6] = ["run", "--release", "--package", "consonance-bench", "--", "sim"];
const TRANSCRIPTS: [&str; 10] = [
    "test",
    "--release",
    "--package",
    "consonance-testing",
    "--test",
    "sim",
    "transcripts::",
    "--",
    "--ignored",
    "--nocapture",
];
/// Few players, since another seed finds more than another player.
const ONE_SERVER: [&str; 2] = ["--clients", "20"];
