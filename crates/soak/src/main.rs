//! A real `consonance serve` under honest players, attackers and faults, for as long as one likes.
//!
//! Used by `cargo xtask soak`, which builds both programs first. `docs/soak.md` says what is done and what has to hold.
//!
//! ```text
//!                    ┌─ honest players, who must hear each other ─────────────┐
//!   script ── stage ─┼─ crowd: guests, vanishers, impostors, flooders, junk ──┼─▶ consonance serve (a child)
//!   (seeded)         └─ trouble: kill, freeze, full disk, clock, descriptors ─┘          │
//!                            findings ◀── what was heard, memory, descriptors, log ◀─────┘
//! ```
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to people by printing, and on other systems it prints less"
)]

#[cfg(target_os = "linux")]
mod admin_client;
#[cfg(target_os = "linux")]
mod arguments;
#[cfg(target_os = "linux")]
mod ban_writer;
#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod crowd;
#[cfg(target_os = "linux")]
mod findings;
#[cfg(target_os = "linux")]
mod honest_players;
#[cfg(target_os = "linux")]
mod installation;
#[cfg(target_os = "linux")]
mod link;
#[cfg(target_os = "linux")]
mod moderator;
#[cfg(target_os = "linux")]
mod operator;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod recordings;
#[cfg(target_os = "linux")]
mod scraper;
#[cfg(target_os = "linux")]
mod script;
#[cfg(target_os = "linux")]
mod stage;
#[cfg(target_os = "linux")]
mod trouble;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
use clap::Parser as _;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    let outcome = match &arguments.ban_writer {
        Some(folder) => ban_writer::work(folder, arguments.first).map(|()| 0),
        None => script::run(&arguments),
    };
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What it does to a process is different on each system, and servers run on Linux.
#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("soak: servers are soaked on Linux only");
    ExitCode::FAILURE
}
