//! A real server under honest players, attackers and faults: `cargo xtask soak`.
#![allow(clippy::print_stderr, reason = "a command line tool talks to people by printing")]

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    consonance_e2e::soak::main()
}

/// The soak's operations on processes differ on each system, and servers run on Linux.
#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("soak: servers are soaked on Linux only");
    ExitCode::FAILURE
}
