//! Clients of every kind in one session: games of the original's protocol, pages, and programs in other languages,
//! engines and systems. Each says something, and each other one must have heard it.
//!
//! Used by: `cargo xtask check clients`, which builds the programs first. `docs/end-to-end.md` describes the test.
//!
//! ```text
//!   run ── one after the other says its words ──▶ judge (of the scenario) ──▶ table, clients.json
//!    │                                             ▲
//!    ▼                                             │ what each of them heard
//!   consonance serve (one or two) ◀══ networks of games, pages, programs from outside (Mumble, Bevy, Python, C#, C)
//! ```

mod arguments;
mod client;
mod outside;
mod run;
mod servers;

use std::process::ExitCode;

use clap::Parser as _;

/// Runs the program.
pub fn main() -> ExitCode {
    match run::run(&arguments::Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("clients: {failure}");
            ExitCode::FAILURE
        }
    }
}
