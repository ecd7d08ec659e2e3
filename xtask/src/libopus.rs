//! The feature `libopus`, which the default build does without because it needs cmake.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// Tests what the feature changes, which the step `clippy` lints; says so and does nothing where there is no cmake.
///
/// # Errors
/// [`Failure`] where a test fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    if !is_buildable() {
        return Ok(Skips::one("libopus, no cmake"));
    }
    command::run(&mut command::cargo(root, TEST.split(' '))).map(|()| Skips::NONE)
}

/// Whether there is a cmake.
pub(crate) fn is_buildable() -> bool {
    command::capture(Command::new("cmake").arg("--version")).is_ok()
}

const TEST: &str = "test -p consonance-native -p consonance-audio --features consonance-audio/libopus \
                    --test native --test audio --test allocations \
                    -- --skip capture:: --skip effects:: --skip recording:: --skip spatial::";
