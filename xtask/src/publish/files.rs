//! The files of a release, as `cargo xtask dist` names them, and whether they are what its list says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::dist::digest::{SUMS, sha256};

/// The names of the files of a version.
#[derive(Debug)]
pub(super) struct ReleaseFiles {
    pub(super) version: String,
    pub(super) npm: String,
    pub(super) wheels: Vec<String>,
    pub(super) nupkg: String,
    pub(super) image: String,
    /// Those that only the release has.
    archives: Vec<String>,
}

impl ReleaseFiles {
    pub(super) fn named(version: &str) -> Self {
        let wheel = |platform: &str| format!("consonance_voice-{version}-cp310-abi3-{platform}.whl");
        let archives = ARCHIVES.iter().map(|ending| format!("consonance-{version}-{ending}"));
        let others = [
            format!("consonance_{version}_amd64.deb"),
            format!("com.consonance.voice-{version}.tgz"),
            format!("bevy_consonance-{version}.crate"),
        ];
        Self {
            version: version.to_owned(),
            npm: format!("consonance-{version}-npm.tgz"),
            wheels: ["manylinux_2_34_x86_64", "manylinux_2_34_aarch64", "win_amd64"].map(wheel).to_vec(),
            nupkg: format!("consonance.{version}.nupkg"),
            image: format!("consonance-{version}-oci.tar"),
            archives: archives.chain(others).collect(),
        }
    }

    /// Every file that must be there, but for the list.
    fn all(&self) -> impl Iterator<Item = &String> {
        self.archives.iter().chain(&self.wheels).chain([&self.npm, &self.nupkg, &self.image])
    }

    /// What the release has: every file, its SBOM where it has one, and the list.
    pub(super) fn of_release(&self) -> Vec<String> {
        let sboms = self.all().filter(|name| has_sbom(name)).map(|name| format!("{name}.cdx.json"));
        let mut names: Vec<_> = self.all().cloned().chain(sboms).collect();
        names.sort();
        names.push(SUMS.to_owned());
        names
    }

    /// Compares the files with the list.
    ///
    /// # Errors
    /// In words: the first file that is missing, or differs from the list.
    pub(super) fn check(&self, folder: &Path) -> Result<(), String> {
        let list = folder.join(SUMS);
        let text = fs::read_to_string(&list)
            .map_err(|error| format!("{}: {error}; `cargo xtask dist` makes the files", list.display()))?;
        let sums: BTreeMap<_, _> =
            text.lines().filter_map(|line| line.split_once("  ")).map(|(sum, name)| (name, sum)).collect();
        for name in self.of_release().iter().filter(|name| *name != SUMS) {
            let listed =
                sums.get(&**name).ok_or_else(|| format!("{SUMS} has no {name}: `cargo xtask dist`"))?;
            let bytes = fs::read(folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
            if sha256(&bytes) != *listed {
                return Err(format!("{name} is not the file that {SUMS} lists"));
            }
        }
        Ok(())
    }
}

/// Crates are sources, which games compile with lock files of their own.
fn has_sbom(name: &str) -> bool {
    Path::new(name).extension().is_none_or(|extension| extension != "crate")
        && !name.ends_with("-crates.tar.gz")
}

const ARCHIVES: &[&str] = &[
    "x86_64-unknown-linux-musl.tar.gz",
    "x86_64-unknown-linux-gnu.tar.gz",
    "aarch64-unknown-linux-gnu.tar.gz",
    "x86_64-pc-windows-gnu.zip",
    "c-x86_64-unknown-linux-gnu.tar.gz",
    "c-aarch64-unknown-linux-gnu.tar.gz",
    "c-x86_64-pc-windows-gnu.zip",
    "crates.tar.gz",
];

#[cfg(test)]
mod tests {
    use std::env;
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn files_are_good_only_with_the_digests_of_the_list() {
        let folder = env::temp_dir().join(format!("consonance-publish-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let files = ReleaseFiles::named("1.2.3");
        assert!(files.check(&folder).unwrap_err().contains(SUMS));
        let mut sums = String::new();
        for name in files.of_release().iter().filter(|name| *name != SUMS) {
            fs::write(folder.join(name), name).unwrap();
            let _ = writeln!(sums, "{}  {name}", sha256(name.as_bytes()));
        }
        fs::write(folder.join(SUMS), sums).unwrap();
        assert_eq!(files.check(&folder), Ok(()));
        fs::write(folder.join(&files.npm), "another").unwrap();
        assert!(files.check(&folder).unwrap_err().contains(&files.npm));
        fs::remove_file(folder.join(&files.npm)).unwrap();
        assert!(files.check(&folder).unwrap_err().contains(&files.npm));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_page_of_downloads_has_every_kind_of_file() {
        let page = include_str!("../../../docs/downloads.md");
        for ending in ARCHIVES {
            assert!(page.contains(&format!("`{ending}`")), "{ending}");
        }
        assert!(page.contains(".whl`") && page.contains(".nupkg`") && page.contains("`oci.tar`"));
    }
}
