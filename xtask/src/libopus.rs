//! The feature `libopus`, which the default build does without because it needs cmake.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// Lints and tests what the feature changes; says so and does nothing where there is no cmake.
///
/// # Errors
/// [`Failure`] where a lint or a test fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    if command::capture(Command::new("cmake").arg("--version")).is_err() {
        return Ok(Skips::one("libopus, no cmake"));
    }
    for arguments in [LINT, TEST] {
        command::run(&mut command::cargo(root, arguments.split(' ')))?;
    }
    Ok(Skips::NONE)
}

const LINT: &str = "clippy -p consonance-libopus -p consonance-cli -p consonance-bench --features consonance-libopus/link,libopus \
                    --all-targets -- -D warnings";

const TEST: &str = "test -p consonance-libopus -p consonance-audio --features consonance-audio/libopus \
                    --test codec --test engine --test allocations";
