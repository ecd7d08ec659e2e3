//! The page in a real browser: headless Chromium with a microphone that is a recording, a real server, a native player.
//!
//! Used by: `cargo xtask check browser`, which builds the server first. `docs/browser/testing.md` describes the test.
//!
//! ```text
//!   assets/speech ──▶ microphone ┌──────────┐ ear ──▶ what was heard ──▶ how like is it to what was said?
//!                                │ Chromium │ window ──▶ pictures, contrast, names of controls
//!   scenario ──── DevTools ────▶ └────┬─────┘ traffic ──▶ no other host, no violation
//!                                     ▼
//!                 consonance serve (a child) ◀──── consonance join (a child)
//! ```
//!
//! Everything runs on this machine, all waits are for events, and all started programs end with the run.

mod again;
mod arguments;
mod fixture;
mod hearing;
mod lanes;
mod native;
mod page_rules;
mod person;
mod processors;
mod programme;
mod report;
mod scenarios;
mod server;
mod site;
mod turn;
mod voices;

use std::process::ExitCode;

use clap::Parser as _;

/// Runs the program.
pub fn main() -> ExitCode {
    match programme::run(&arguments::Arguments::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("browser-test: {failure}");
            ExitCode::FAILURE
        }
    }
}
