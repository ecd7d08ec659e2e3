//! Players of many networks in one session on a real server: `cargo xtask check scenario`.
#![allow(clippy::print_stderr, reason = "a command line tool talks to people by printing")]

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    consonance_e2e::scenario::main()
}

/// The browser is driven over descriptors that it inherits, and the server is told to end by a signal.
#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("scenario: it runs on Unix only");
    ExitCode::FAILURE
}
