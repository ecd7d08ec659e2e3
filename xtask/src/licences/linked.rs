//! The crates whose code is in a program.

use std::collections::BTreeSet;
use std::path::Path;

use cargo_metadata::{Metadata, Package};

use crate::command;
use crate::failure::Failure;

/// A program, or a library, with all that is linked into it.
pub(crate) struct Linked {
    metadata: Metadata,
    /// `name version` of each crate.
    crates: BTreeSet<String>,
}

impl Linked {
    /// The crates of a package of this workspace, built for a target. Crates that only build or test it are not among
    /// them.
    ///
    /// # Errors
    /// [`Failure`] if Cargo does not know.
    pub(crate) fn of(root: &Path, package: &str, target: &str) -> Result<Self, Failure> {
        Self::of_all(root, package, &[target])
    }

    /// The crates of a package that is built with these features, separated by commas.
    ///
    /// # Errors
    /// As [`Linked::of`].
    pub(crate) fn with_features(
        root: &Path,
        package: &str,
        features: &str,
        target: &str,
    ) -> Result<Self, Failure> {
        Self::resolve(root, &["--package", package, "--features", features], &[target])
    }

    /// The crates of a package that is built for several targets and distributed as one.
    ///
    /// # Errors
    /// As [`Linked::of`].
    pub(crate) fn of_all(root: &Path, package: &str, targets: &[&str]) -> Result<Self, Failure> {
        Self::resolve(root, &["--package", package], targets)
    }

    fn resolve(root: &Path, selection: &[&str], targets: &[&str]) -> Result<Self, Failure> {
        let each = |option| targets.iter().flat_map(move |target| [option, *target]);
        let metadata = super::metadata(root, &each("--filter-platform").collect::<Vec<_>>())?;
        let form = ["tree", "--locked", "--no-dedupe", "--prefix", "none", "--format", "{p}"];
        let edges = ["--edges", "normal,no-proc-macro"];
        let arguments =
            form.into_iter().chain(edges).chain(selection.iter().copied()).chain(each("--target"));
        let tree = command::capture(&mut command::cargo(root, arguments))?;
        Ok(Self { metadata, crates: tree.lines().filter_map(name_and_version).collect() })
    }

    /// All crates, ours included, sorted by name.
    pub(crate) fn packages(&self) -> Vec<&Package> {
        let is_linked = |package: &&Package| self.crates.contains(&called(package));
        let mut packages: Vec<&Package> = self.metadata.packages.iter().filter(is_linked).collect();
        packages.sort_by_key(|package| (&package.name, &package.version));
        packages
    }

    /// The third-party crates.
    pub(crate) fn others(&self) -> Vec<&Package> {
        // Our own crates have no source, whichever of our workspaces they are in.
        self.packages().into_iter().filter(|package| package.source.is_some()).collect()
    }

    /// The dependencies of a crate that are in the program.
    pub(crate) fn used_by(&self, package: &Package) -> Vec<&Package> {
        let nodes = self.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let used: Vec<_> =
            nodes.filter(|node| node.id == package.id).flat_map(|node| &node.dependencies).collect();
        self.packages().into_iter().filter(|package| used.contains(&&package.id)).collect()
    }
}

fn called(package: &Package) -> String {
    format!("{} {}", package.name, package.version)
}

/// The name and version in a line such as `serde v1.0.0` or `consonance-wire v0.1.0 (/folder)`.
fn name_and_version(line: &str) -> Option<String> {
    let mut words = line.split(' ');
    Some(format!("{} {}", words.next()?, words.next()?.strip_prefix('v')?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn a_line_of_the_tree_names_a_crate_and_its_version() {
        assert_eq!(name_and_version("aes v0.9.4"), Some("aes 0.9.4".to_owned()));
        assert_eq!(name_and_version("wire v0.1.0 (/w)"), Some("wire 0.1.0".to_owned()));
        assert_eq!(name_and_version(""), None);
    }

    #[test]
    fn a_program_has_what_it_links_and_not_what_builds_or_tests_it() {
        let root = workspace_root::find().unwrap();
        let target = command::host(&root).unwrap();
        let command = Linked::of(&root, "consonance-cli", &target).unwrap();
        let has = |name: &str| command.packages().iter().any(|package| package.name.as_str() == name);
        assert!(["consonance-wire", "ring", "serde"].iter().all(|name| has(name)));
        assert!(!["cc", "serde_derive", "proptest"].iter().any(|name| has(name)));
        assert!(command.others().iter().all(|package| !package.name.starts_with("consonance")));
        let serde = command.packages().into_iter().find(|package| package.name.as_str() == "serde").unwrap();
        let used: Vec<_> = command.used_by(serde).iter().map(|package| package.name.to_string()).collect();
        assert_eq!(used, ["serde_core"]);
    }

    #[test]
    fn of_several_targets_the_crates_of_each_count() {
        let root = workspace_root::find().unwrap();
        let targets = ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-gnu"];
        let library = Linked::of_all(&root, "consonance-ffi", &targets).unwrap();
        let names = |library: &Linked| -> BTreeSet<String> {
            library.packages().iter().map(|package| package.name.to_string()).collect()
        };
        for target in targets {
            let of_one = names(&Linked::of(&root, "consonance-ffi", target).unwrap());
            assert!(of_one.is_subset(&names(&library)) && of_one != names(&library), "{target}");
        }
    }
}
