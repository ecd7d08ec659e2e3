//! An end-to-end scenario: a real server, and players of many networks in one session that talk, whisper, dance,
//! reload, flood, are muted and banned, and survive a restart.
//!
//! Used by: `cargo xtask scenario`, which builds the programs first. `docs/end-to-end.md` says what is tried.
//!
//! ```text
//!   programme ── who says what to whom, and who must hear it ──▶ judge ──▶ report
//!       │                                                          ▲
//!       ▼                                                          │ what each of them heard
//!   consonance serve (a process) ◀══ native, browser, six games' networks, plain sockets by a sidecar
//! ```
//!
//! Everything is on this machine and in real time; everything that is waited for is an event, and everything that was
//! started ends with it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to people by printing, and on other systems it prints less"
)]

#[cfg(unix)]
mod arguments;
#[cfg(unix)]
mod cast;
#[cfg(unix)]
mod events;
#[cfg(unix)]
mod house;
#[cfg(unix)]
mod judge;
#[cfg(unix)]
mod mouth_and_ear;
#[cfg(unix)]
mod page;
#[cfg(unix)]
mod player;
#[cfg(unix)]
mod programme;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod report_page;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod stage;
#[cfg(unix)]
mod words;

use std::process::ExitCode;

#[cfg(unix)]
use clap::Parser as _;

#[cfg(unix)]
fn main() -> ExitCode {
    match run::run(&arguments::Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("scenario: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The browser is driven over descriptors that it inherits, and the server is told to end by a signal.
#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("scenario: it runs on Unix only");
    ExitCode::FAILURE
}
