//! How much later a loudspeaker plays what a microphone hears: `cargo xtask mouth-to-ear`.
#![allow(clippy::print_stderr, reason = "a command line tool talks to people by printing")]

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    consonance_e2e::mouth_to_ear::main()
}

/// The browser is driven over descriptors that it inherits, and the devices are `PulseAudio`'s.
#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("mouth-to-ear: it runs on Unix only");
    ExitCode::FAILURE
}
