//! The feature `libopus`, which the default build does without because it needs cmake.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;

/// Lints and tests what the feature changes; says so and does nothing where there is no cmake.
///
/// # Errors
/// [`Failure`] where a lint or a test fails.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    if command::capture(Command::new("cmake").arg("--version")).is_err() {
        println!("libopus: skipped, there is no cmake; install it to build the feature");
        return Ok(());
    }
    for arguments in [LINT, TEST] {
        command::run(&mut command::cargo(root, arguments.split(' ')))?;
    }
    Ok(())
}

const LINT: &str = "clippy -p consonance-libopus -p consonance-cli --features consonance-libopus/link,libopus \
                    --all-targets -- -D warnings";

const TEST: &str = "test -p consonance-libopus -p consonance-audio --features consonance-audio/libopus \
                    --test codec --test engine --test allocations";
