//! An end-to-end scenario: a real server, and players of many networks in one session that talk, whisper, dance,
//! reload, flood, are muted and banned, and survive a restart.
//!
//! Used by: `cargo xtask check scenario`, which builds the programs first. `docs/end-to-end.md` describes the test.
//!
//! ```text
//!   programme ── each speech, its target and its listeners ──▶ judge ──▶ report
//!       │                                                          ▲
//!       ▼                                                          │ what each of them heard
//!   consonance serve (a process) ◀══ native, browser, six games' networks, Mumble, plain sockets by a sidecar
//! ```
//!
//! Everything runs on this machine and in real time; all waits are for events, and all started programs end with the
//! run.

mod arguments;
pub(crate) mod cast;
mod events;
mod fixture;
pub(crate) mod house;
pub(crate) mod judge;
pub(crate) mod mouth_and_ear;
pub(crate) mod mumble;
pub(crate) mod page;
pub(crate) mod player;
pub(crate) mod programme;
mod report;
mod report_page;
mod run;
pub(crate) mod words;

use std::process::ExitCode;

use clap::Parser as _;

/// Runs the program.
pub fn main() -> ExitCode {
    match run::run(&arguments::Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("scenario: {failure}");
            ExitCode::FAILURE
        }
    }
}
