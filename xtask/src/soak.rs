//! Hours of sound between clocks that drift, in simulated time: less than a minute of real time.

use std::path::Path;

use crate::command;
use crate::failure::Failure;

const ARGUMENTS: &[&str] =
    &["test", "--package", "consonance-audio", "--test", "soak", "--", "--ignored", "--nocapture"];

/// Runs it, and prints what it measured.
///
/// # Errors
/// [`Failure::CommandFailed`] if the delay drifted, something grew or clicked.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    command::run(&mut command::cargo(root, ARGUMENTS.iter().copied()))
}
