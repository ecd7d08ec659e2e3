//! `cargo xtask licences`: under which licences we use the crates of others, as a page and as the texts
//! that go along with a program.

mod data;
mod linked;
mod page;
mod terms;
mod texts;

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use clap::Args;

use crate::command;
use crate::failure::Failure;
pub(crate) use linked::Linked;
pub(crate) use texts::RULE;

/// What to write.
#[derive(Args)]
pub(crate) struct Plan {
    /// Also writes the texts of the licences of everything that is in the `consonance` command on this system.
    #[arg(long, value_name = "FILE")]
    texts: Option<PathBuf>,
}

/// Writes the page of all crates that any build of the workspace may use.
///
/// # Errors
/// [`Failure::Licence`] if one of them must not be used; if Cargo does not know them, or a file cannot be written.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let all = metadata(root, &[])?;
    let page = page::of(&terms::of_all(others(&all))?);
    write(&root.join(PAGE), &page)?;
    println!("{PAGE}");
    if let Some(file) = &plan.texts {
        let program = Linked::of(root, "consonance-cli", &command::host(root)?)?;
        write(file, &texts(program.others())?)?;
        println!("{}", file.display());
    }
    Ok(())
}

/// The texts of the licences of these crates, one after the other, then those of the data in ours.
///
/// # Errors
/// [`Failure::Licence`] if one of them must not be used; if a file cannot be read.
pub(crate) fn texts(packages: Vec<&Package>) -> Result<String, Failure> {
    texts::of(&terms::of_all(packages)?)
}

const PAGE: &str = "docs/licences.md";

fn metadata(root: &Path, options: &[&str]) -> Result<Metadata, Failure> {
    let mut command = MetadataCommand::new();
    command.manifest_path(root.join("Cargo.toml"));
    // Features that need more than a compiler count, too.
    if options.is_empty() {
        command.features(cargo_metadata::CargoOpt::AllFeatures);
    }
    command.other_options(options.iter().map(|&option| option.to_owned()).collect::<Vec<_>>());
    let answer = |error: cargo_metadata::Error| Failure::Answer {
        command: "cargo metadata".to_owned(),
        why: error.to_string(),
    };
    command.exec().map_err(answer)
}

/// The crates that are none of ours.
fn others(metadata: &Metadata) -> Vec<&Package> {
    metadata.packages.iter().filter(|package| !metadata.workspace_members.contains(&package.id)).collect()
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::workspace_root;

    #[test]
    fn the_page_has_every_crate_that_a_build_may_use() {
        let root = workspace_root::find().unwrap();
        let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap();
        let locked: BTreeSet<&str> = lock.split("[[package]]").filter_map(name_of_another).collect();
        let page = fs::read_to_string(root.join(PAGE)).unwrap();
        let written: BTreeSet<&str> = page.split('`').skip(1).step_by(2).collect();
        let missing: Vec<_> = locked.difference(&written).collect();
        assert!(missing.is_empty(), "`cargo xtask licences` writes {PAGE} again; it has not got {missing:?}");
    }

    fn name_of_another(entry: &str) -> Option<&str> {
        let value = |key: &str| entry.lines().find_map(|line| line.strip_prefix(key)?.strip_suffix('"'));
        value("source = \"")?;
        value("name = \"")
    }
}
