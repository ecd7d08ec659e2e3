//! Our crates as sources: the one for Bevy as a registry has it, and those below it in an archive, unpacked, with the
//! configuration with which cargo uses them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use flate2::read::GzDecoder;

use super::release::Release;
use super::tree::Tree;
use crate::bevy;
use crate::failure::Failure;

/// The packed crates.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Crates {
    files: BTreeMap<String, Vec<u8>>,
}

impl Crates {
    /// The files for users, by name.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }
}

/// Packs them.
///
/// # Errors
/// [`Failure`] where a package lacks something, or cannot be read.
pub(super) fn pack(release: &Release) -> Result<Crates, Failure> {
    let packed = bevy::packed(&release.root)?;
    let folder = folder(&release.version);
    let mut tree = Tree::default();
    let mut patches = HEAD.to_owned();
    for package in &packed.ours {
        let inside = package.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = inside.strip_suffix(&format!("-{}", release.version)).unwrap_or(&inside);
        let _ = writeln!(patches, "{name} = {{ path = \"{folder}/{inside}\" }}");
        unpack(package, &mut tree)?;
    }
    tree.file(PATCHES, patches);
    let readme = release.read_text("packaging/crates/README.txt")?;
    tree.file("README.txt", readme.replace("@VERSION@", &release.version));
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        tree.file(name, release.read(name)?);
    }
    let archive = super::tar::gzip(&super::tar::of(&tree.inside(&folder), release.moment)?)?;
    let bevy = fs::read(&packed.bevy).map_err(failed(&packed.bevy))?;
    let name = packed.bevy.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Crates { files: BTreeMap::from([(format!("{folder}.tar.gz"), archive), (name, bevy)]) })
}

/// The one folder in the archive.
pub(super) fn folder(version: &str) -> String {
    format!("consonance-{version}-crates")
}

/// The crate for Bevy, without its ending.
pub(super) fn bevy_folder(version: &str) -> String {
    format!("bevy_consonance-{version}")
}

/// The configuration file for cargo.
pub(super) const PATCHES: &str = "packages.toml";

/// cargo reads paths from the folder above the one with this file.
const HEAD: &str = "[patch.crates-io]\n";

fn unpack(package: &Path, tree: &mut Tree) -> Result<(), Failure> {
    let file = fs::File::open(package).map_err(failed(package))?;
    add(GzDecoder::new(file), tree).map_err(failed(package))
}

fn add(archive: impl io::Read, tree: &mut Tree) -> io::Result<()> {
    let mut archive = tar::Archive::new(archive);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        if entry.header().entry_type().is_file() {
            tree.file(&path, content);
        }
    }
    Ok(())
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.to_owned();
    |cause| Failure::File { path, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_package_are_where_they_are_in_it() {
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(3);
        header.set_mode(0o644);
        archive.append_data(&mut header, "it-0.1.0/src/lib.rs", &b"abc"[..]).unwrap();
        let mut tree = Tree::default();
        add(&*archive.into_inner().unwrap(), &mut tree).unwrap();
        let files: Vec<_> = tree.entries().filter(|(_, entry)| entry.content.is_some()).collect();
        assert_eq!(files.len(), 1);
        assert_eq!((files[0].0, files[0].1.content.as_deref()), ("it-0.1.0/src/lib.rs", Some(&b"abc"[..])));
    }
}
