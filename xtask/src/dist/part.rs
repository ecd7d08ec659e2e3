//! Parts of a program that come with the compiler: the standard library, the C library, the unwinder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::Message;
use toml::de::DeTable;

use super::lock;
use crate::command;
use crate::cross_target::CrossTarget;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;
use crate::licences::Linked;

/// A part of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) version: String,
    /// An expression of SPDX.
    pub(super) licence: String,
    /// For a crate: the checksum of the registry's package.
    pub(super) checksum: Option<String>,
    /// The distribution's list of its authors and licences, with their texts.
    pub(super) notice: Option<PathBuf>,
}

/// The standard library, and the crates below it that were compiled, according to cargo's messages; those that the
/// program has anyway are not listed again.
///
/// # Errors
/// [`Failure`] if the library's lock file or the manifest of one cannot be read.
pub(super) fn of_library(
    compiler: &DistributionCompiler,
    messages: &str,
    linked: &Linked,
) -> Result<Vec<Part>, Failure> {
    let path = compiler.source.join("library/Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(|cause| Failure::File { path, cause })?;
    let mut below = lock::checksums(&lock)?;
    for package in linked.packages() {
        below.remove(&lock::key(&package.name, &package.version.to_string()));
    }
    let mut parts = vec![library(&compiler.version)];
    for manifest in manifests(messages, &below) {
        parts.push(of_manifest(&manifest, &below)?);
    }
    Ok(parts)
}

/// The standard library alone, of the compiler with this version.
pub(super) fn library(compiler: &str) -> Part {
    Part {
        name: "rust-std".to_owned(),
        version: compiler.split(' ').nth(1).unwrap_or_default().to_owned(),
        licence: "MIT OR Apache-2.0".to_owned(),
        checksum: None,
        notice: Some(notice("rust-web-src")),
    }
}

/// The parts that the linker adds for a target.
///
/// # Errors
/// [`Failure`] if Debian does not know where one of them is from.
pub(super) fn of_target(target: &CrossTarget) -> Result<Vec<Part>, Failure> {
    let part = |(name, licence, file): &(&str, &str, &str)| {
        let file = target.linked_file(file)?;
        let owner = command::capture(Command::new("dpkg-query").arg("--search").arg(&file))?;
        let package = owner.split(':').next().unwrap_or_default();
        let mut query = Command::new("dpkg-query");
        query.args(["--show", "--showformat", "${Version}", package]);
        Ok(Part {
            name: (*name).to_owned(),
            version: command::capture(&mut query)?,
            licence: (*licence).to_owned(),
            checksum: None,
            // The exception for programs compiled by GCC requires no notice.
            notice: (!licence.contains("GCC-exception")).then(|| notice(package)),
        })
    };
    target.linked_parts.iter().map(part).collect()
}

/// The notice of Debian's package.
fn notice(package: &str) -> PathBuf {
    Path::new("/usr/share/doc").join(package).join("copyright")
}

/// The manifests of those compiled libraries that are among these crates.
fn manifests(messages: &str, crates: &BTreeMap<String, String>) -> BTreeSet<PathBuf> {
    let manifest = |message| match message {
        Ok(Message::CompilerArtifact(artifact)) if artifact.target.is_lib() => {
            Some(artifact.manifest_path.into_std_path_buf())
        }
        _ => None,
    };
    let all = Message::parse_stream(messages.as_bytes()).filter_map(manifest);
    // The folder of a crate from the registry is its name and version.
    let folders: BTreeSet<String> = crates.keys().map(|key| key.replace(' ', "-")).collect();
    let is_one = |path: &PathBuf| {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        folders.contains(&*folder.to_string_lossy())
    };
    all.filter(is_one).collect()
}

fn of_manifest(manifest: &Path, sums: &BTreeMap<String, String>) -> Result<Part, Failure> {
    let text =
        fs::read_to_string(manifest).map_err(|cause| Failure::File { path: manifest.to_owned(), cause })?;
    let answer = |why: &str| Failure::Answer { command: manifest.display().to_string(), why: why.to_owned() };
    let table = DeTable::parse(&text).map_err(|error| answer(error.message()))?;
    let package = table.get_ref().get("package").and_then(|package| package.get_ref().as_table());
    let value = |key: &str| {
        let value = package.and_then(|package| package.get(key)?.get_ref().as_str());
        value.map(str::to_owned).ok_or_else(|| answer("no name, version or licence"))
    };
    let (name, version) = (value("name")?, value("version")?);
    let checksum = sums.get(&lock::key(&name, &version)).cloned();
    Ok(Part { name, version, licence: value("license")?, checksum, notice: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(kind: &str, manifest: &str) -> String {
        let target = format!(
            r#"{{"name":"it","kind":["{kind}"],"crate_types":["{kind}"],"src_path":"/s","edition":"2024"}}"#
        );
        let profile = r#"{"opt_level":"3","debug_assertions":false,"overflow_checks":false,"test":false}"#;
        format!(
            r#"{{"reason":"compiler-artifact","package_id":"it","manifest_path":"{manifest}","target":{target},"profile":{profile},"features":[],"filenames":[],"executable":null,"fresh":false}}"#
        )
    }

    #[test]
    fn of_what_cargo_compiled_the_libraries_below_the_standard_library_are_parts() {
        let below = BTreeMap::from([("memchr 2.7.6".to_owned(), "00ff".to_owned())]);
        let [own, memchr] = ["/c/Cargo.toml", "/r/memchr-2.7.6/Cargo.toml"];
        let messages = [artifact("lib", own), artifact("custom-build", memchr)].join("\n");
        assert_eq!(manifests(&messages, &below), BTreeSet::new());
        let messages = [artifact("lib", own), artifact("lib", memchr)].join("\n");
        assert_eq!(manifests(&messages, &below), BTreeSet::from([PathBuf::from(memchr)]));
    }
}
