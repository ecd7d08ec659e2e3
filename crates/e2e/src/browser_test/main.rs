//! The page in a real browser: headless Chromium with a microphone that is a recording, a real server, a native player.
//!
//! Used by: `cargo xtask browser-test`, which builds the server first. `docs/browser/testing.md` says what is tried.
//!
//! ```text
//!   assets/speech ──▶ microphone ┌──────────┐ ear ──▶ what was heard ──▶ how like is it to what was said?
//!                                │ Chromium │ window ──▶ pictures, contrast, names of controls
//!   scenario ──── DevTools ────▶ └────┬─────┘ traffic ──▶ no other host, no violation
//!                                     ▼
//!                 consonance serve (a child) ◀──── consonance join (a child)
//! ```
//!
//! Everything is on this machine, everything that is waited for is an event, and everything
//! that was started ends with it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to people by printing, and on other systems it prints less"
)]

#[cfg(unix)]
mod again;
#[cfg(unix)]
mod arguments;
#[cfg(unix)]
mod hearing;
#[cfg(unix)]
mod lanes;
#[cfg(unix)]
mod native;
#[cfg(unix)]
mod page_rules;
#[cfg(unix)]
mod person;
#[cfg(unix)]
mod processors;
#[cfg(unix)]
mod programme;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod scenarios;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod site;
#[cfg(unix)]
mod stage;
#[cfg(unix)]
mod turn;
#[cfg(unix)]
mod voices;

use std::process::ExitCode;

#[cfg(unix)]
use clap::Parser as _;

#[cfg(unix)]
fn main() -> ExitCode {
    match programme::run(&arguments::Arguments::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("browser-test: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The browser is driven over descriptors that it inherits.
#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("browser-test: browsers are driven on Unix only");
    ExitCode::FAILURE
}
