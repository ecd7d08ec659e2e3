//! `cargo xtask write licences`: under which licences we use the crates of others, as a page and as the texts
//! that go along with a program.

mod data;
mod linked;
mod page;
mod terms;
mod texts;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use clap::Args;

use crate::bevy;
use crate::command;
use crate::failure::Failure;
pub(crate) use linked::Linked;
use terms::{MAIN, Rules};
pub(crate) use texts::RULE;

/// What to write.
#[derive(Args)]
pub(crate) struct Plan {
    /// Also writes the texts of the licences of everything that is in the `consonance` command on this system.
    #[arg(long, value_name = "FILE")]
    texts: Option<PathBuf>,
}

/// Writes the page of all crates that any build of the repository may use.
///
/// # Errors
/// [`Failure::Licence`] if one of them must not be used; if Cargo does not know them, or a file cannot be written.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let (main, python) = (metadata(root, &[])?, metadata(&root.join("python"), &[])?);
    let bevy = bevy_metadata(root)?;
    let ours = once_each(&[&main, &python]);
    let is_new = |package: &&Package| !ours.iter().any(|known| known.id == package.id);
    let bevys: Vec<&Package> = once_each(&[&bevy]).into_iter().filter(is_new).collect();
    let page = page::of(&terms::of_all(ours, &MAIN)?, &terms::of_all(bevys, &Rules::of_bevy(root)?)?);
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
    texts::of(&terms::of_all(packages, &MAIN)?)
}

const PAGE: &str = "docs/licences.md";

fn metadata(root: &Path, options: &[&str]) -> Result<Metadata, Failure> {
    let mut command = MetadataCommand::new();
    command.manifest_path(root.join("Cargo.toml"));
    // Features that need more than a compiler are included, too.
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

fn bevy_metadata(root: &Path) -> Result<Metadata, Failure> {
    let path = bevy::metadata(root)?;
    let text = fs::read_to_string(&path).map_err(|cause| Failure::File { path: path.clone(), cause })?;
    let answer = |error: cargo_metadata::Error| Failure::Answer {
        command: "cargo metadata".to_owned(),
        why: error.to_string(),
    };
    MetadataCommand::parse(text).map_err(answer)
}

/// The third-party crates of several workspaces, each once.
fn once_each<'m>(workspaces: &[&'m Metadata]) -> Vec<&'m Package> {
    let all = workspaces.iter().flat_map(|workspace| &workspace.packages);
    // Our own crates have no source, whichever of our workspaces they are in.
    let others = all.filter(|package| package.source.is_some());
    let by_id: BTreeMap<_, _> = others.map(|package| (&package.id.repr, package)).collect();
    by_id.into_values().collect()
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
        let locks = ["Cargo.lock", "python/Cargo.lock", "bevy/Cargo.lock"]
            .map(|lock| fs::read_to_string(root.join(lock)).unwrap());
        let entries = locks.iter().flat_map(|lock| lock.split("[[package]]"));
        let locked: BTreeSet<&str> = entries.filter_map(name_of_another).collect();
        let page = fs::read_to_string(root.join(PAGE)).unwrap();
        let written: BTreeSet<&str> = page.split('`').skip(1).step_by(2).collect();
        let missing: Vec<_> = locked.difference(&written).collect();
        assert!(
            missing.is_empty(),
            "`cargo xtask write licences` writes {PAGE} again; it has not got {missing:?}"
        );
    }

    fn name_of_another(entry: &str) -> Option<&str> {
        let value = |key: &str| entry.lines().find_map(|line| line.strip_prefix(key)?.strip_suffix('"'));
        value("source = \"")?;
        value("name = \"")
    }
}
