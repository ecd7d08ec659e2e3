//! Clients of every kind in one session on a real server: `cargo xtask check clients`.
#![allow(clippy::print_stderr, reason = "a command line tool talks to people by printing")]

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    consonance_e2e::clients::main()
}

/// The browser is driven over descriptors that it inherits, and the server is told to end by a signal.
#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("clients: it runs on Unix only");
    ExitCode::FAILURE
}
