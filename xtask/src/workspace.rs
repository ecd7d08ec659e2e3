//! The workspace as cargo describes it.

use std::path::Path;

use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::command;
use crate::failure::Failure;

/// The members of the workspace, without their dependencies.
///
/// # Errors
/// [`Failure`] if cargo does not describe it.
pub(crate) fn describe(root: &Path) -> Result<Metadata, Failure> {
    let mut cargo = command::cargo(root, ["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let answer = command::capture(&mut cargo)?;
    MetadataCommand::parse(&answer)
        .map_err(|error| Failure::Answer { command: command::line(&cargo), why: error.to_string() })
}

/// Whether a package goes to a package registry: its manifest does not say `publish = false`.
pub(crate) fn is_published(package: &Package) -> bool {
    package.publish.as_ref().is_none_or(|registries| !registries.is_empty())
}
