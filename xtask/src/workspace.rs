//! What cargo says of the workspace.

use std::path::Path;

use cargo_metadata::{Metadata, MetadataCommand};

use crate::command;
use crate::failure::Failure;

/// Its members, without what they depend on.
///
/// # Errors
/// [`Failure`] if cargo does not describe it.
pub(crate) fn describe(root: &Path) -> Result<Metadata, Failure> {
    let mut cargo = command::cargo(root, ["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let answer = command::capture(&mut cargo)?;
    MetadataCommand::parse(&answer)
        .map_err(|error| Failure::Answer { command: command::line(&cargo), why: error.to_string() })
}
