//! The checksums of registry crates in a Cargo lock file.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::failure::Failure;

/// Checksums of the registry's packages, by the [`key`] of their crate.
///
/// # Errors
/// [`Failure::Answer`] if it is not TOML.
pub(super) fn checksums(lock: &str) -> Result<BTreeMap<String, String>, Failure> {
    let unknown = |why: String| Failure::Answer { command: "Cargo.lock".to_owned(), why };
    let table = DeTable::parse(lock).map_err(|error| unknown(error.to_string()))?;
    let packages = table.get_ref().get("package").and_then(|packages| packages.get_ref().as_array());
    let entry = |package: &Spanned<DeValue<'_>>| {
        let package = package.get_ref().as_table()?;
        let value = |key: &str| package.get(key)?.get_ref().as_str();
        let (name, version, sum) = (value("name")?, value("version")?, value("checksum")?);
        Some((key(name, version), sum.to_owned()))
    };
    Ok(packages.into_iter().flatten().filter_map(entry).collect())
}

/// The name and the version of a crate.
pub(super) fn key(name: &str, version: &str) -> String {
    format!("{name} {version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_of_the_registry_have_a_checksum_and_ours_have_none() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"00ff\"\n\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";
        assert_eq!(checksums(lock).unwrap(), BTreeMap::from([("a 1.0.0".to_owned(), "00ff".to_owned())]));
    }
}
