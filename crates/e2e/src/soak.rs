//! A real `consonance serve` under honest players, attackers and faults, for any length of time.
//!
//! Used by `cargo xtask soak`, which builds both programs first. `docs/soak.md` describes the run and its
//! expectations.
//!
//! ```text
//!                    ┌─ honest players and bots of Mumble: hear each other ───┐
//!   script ── fixture ─┼─ crowd: guests, vanishers, impostors, flooders, junk ──┼─▶ consonance serve (a child)
//!   (seeded)         └─ trouble: kill, freeze, full disk, clock, descriptors ─┘          │
//!                            findings ◀── what was heard, memory, descriptors, log ◀─────┘
//! ```

mod admin_client;
mod arguments;
mod ban_writer;
mod clock;
mod cluster;
mod crowd;
mod findings;
mod fixture;
mod honest_players;
mod installation;
mod level;
mod link;
mod moderator;
mod mumble_bots;
mod operator;
mod process;
mod provision;
mod recordings;
mod scraper;
mod script;
mod soak_loop;
mod trouble;

use std::process::ExitCode;

use clap::Parser as _;

/// Runs the program.
pub fn main() -> ExitCode {
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
