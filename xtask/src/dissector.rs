//! The Wireshark dissector against the golden vectors, where there is a tshark.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// Runs the tests that need tshark, the one that the environment variable `TSHARK` names or that of the path; says so
/// and does nothing where there is none.
///
/// # Errors
/// [`Failure`] where a test fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    let tshark = env::var_os("TSHARK").unwrap_or_else(|| "tshark".into());
    if command::capture(Command::new(tshark).arg("--version")).is_err() {
        return Ok(Skips::one("dissector, no tshark (install Wireshark)"));
    }
    command::run(&mut command::cargo(root, TEST.split(' '))).map(|()| Skips::NONE)
}

const TEST: &str = "test -p consonance-inspector --test inspector dissector:: -- --ignored";
