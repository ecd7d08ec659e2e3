//! The Wireshark dissector against the golden vectors, where there is a tshark.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;

/// Runs the tests that need tshark, the one that the environment variable `TSHARK` names or that of the path; says so
/// and does nothing where there is none.
///
/// # Errors
/// [`Failure`] where a test fails.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let tshark = env::var_os("TSHARK").unwrap_or_else(|| "tshark".into());
    if command::capture(Command::new(tshark).arg("--version")).is_err() {
        println!("dissector: skipped, there is no tshark; install Wireshark to check its plugin");
        return Ok(());
    }
    command::run(&mut command::cargo(root, TEST.split(' ')))
}

const TEST: &str = "test -p consonance-pcap --test dissector -- --ignored";
