//! The page in a real browser: `cargo xtask check browser`.
#![allow(clippy::print_stderr, reason = "a command line tool talks to people by printing")]

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    consonance_e2e::browser_test::main()
}

/// The browser is driven over descriptors that it inherits.
#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("browser-test: browsers are driven on Unix only");
    ExitCode::FAILURE
}
