//! A real `consonance serve` under honest players, strangers and trouble, for as long as one likes.
//!
//! Who uses it: `cargo xtask soak`, which builds both programs first. `docs/soak.md` says what is done and what has to hold.
//!
//! ```text
//!                    ┌─ choir: honest players, who must hear each other ──────┐
//!   script ── stage ─┼─ crowd: guests, vanishers, impostors, flooders, junk ──┼─▶ consonance serve (a child)
//!   (seeded)         └─ trouble: kill, freeze, full disk, clock, descriptors ─┘          │
//!                            findings ◀── what was heard, memory, descriptors, log ◀─────┘
//! ```
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to people by printing"
)]

#[cfg(target_os = "linux")]
mod choir;
#[cfg(target_os = "linux")]
mod clerk;
#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod crowd;
#[cfg(target_os = "linux")]
mod dice;
#[cfg(target_os = "linux")]
mod findings;
#[cfg(target_os = "linux")]
mod link;
#[cfg(target_os = "linux")]
mod premises;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod script;
#[cfg(target_os = "linux")]
mod stage;
#[cfg(target_os = "linux")]
mod trouble;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// A real server under honest players, strangers and trouble.
#[derive(Debug, Parser)]
#[command(name = "consonance-soak", version)]
struct Arguments {
    /// The `consonance` to start.
    #[arg(long, value_name = "PROGRAM", default_value = "consonance")]
    server: PathBuf,
    /// How long, in minutes; the wave that runs then is finished.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Decides what happens when; without it, another one each time.
    #[arg(long)]
    seed: Option<u64>,
    /// Keep the server's folder, with its configuration, database and log, and say where it is.
    #[arg(long)]
    keep: bool,
    /// Be the process that decides bans in this folder's database.
    #[arg(long, hide = true, value_name = "FOLDER")]
    clerk: Option<PathBuf>,
    /// The number of its first ban.
    #[arg(long, hide = true, default_value_t = 0)]
    first: u64,
}

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.clerk {
        Some(folder) => clerk::work(folder, arguments.first).map(|()| 0),
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
    let Arguments { server, minutes, .. } = Arguments::parse();
    eprintln!("soak: {} cannot be soaked for {minutes} min here: this runs on Linux only", server.display());
    println!("nothing was done");
    ExitCode::FAILURE
}
