//! A bill of materials (`CycloneDX` 1.6): every crate and every other part of a program, for scanners of known
//! vulnerabilities.
//!
//! Written here and not by `cargo-cyclonedx`, which knows neither what a target links nor the parts below the crates.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::Package;
use serde_json::{Value, json};
use toml::de::DeTable;

use super::contents::Contents;
use super::part::Part;
use super::release::Release;
use crate::failure::Failure;

/// That of a piece with this name.
///
/// # Errors
/// [`Failure`] if `Cargo.lock` cannot be read.
pub(super) fn of(release: &Release, name: &str, contents: &Contents) -> Result<Vec<u8>, Failure> {
    let sums = checksums(&release.read_text("Cargo.lock")?)?;
    let packages = contents.linked.packages();
    let (whole, crates): (Vec<&Package>, Vec<&Package>) =
        packages.into_iter().partition(|package| package.name.as_str() == contents.name);
    let mut components: Vec<Value> = crates.iter().map(|package| of_crate(package, &sums)).collect();
    components.extend(contents.parts.iter().map(of_part));
    components.sort_by_key(|component| component["bom-ref"].to_string());
    let dependencies = whole.iter().chain(&crates).map(|package| {
        let parts = contents.parts.iter().filter(|_| whole.contains(package)).map(reference_of_part);
        let used = contents.linked.used_by(package).into_iter().map(reference).chain(parts);
        let used: BTreeSet<String> = used.collect();
        json!({"ref": reference(package), "dependsOn": used})
    });
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": release.moment.rfc3339(),
            "component": {
                "type": contents.kind,
                "bom-ref": whole.first().map(|package| reference(package)),
                "name": name,
                "version": release.version,
                "licenses": [{"expression": "MIT OR Apache-2.0"}],
            },
        },
        "components": components,
        "dependencies": dependencies.collect::<Vec<_>>(),
    });
    Ok(format!("{bill:#}\n").into_bytes())
}

fn of_crate(package: &Package, sums: &BTreeMap<String, String>) -> Value {
    let reference = reference(package);
    let mut component = json!({
        "type": "library",
        "bom-ref": reference,
        "name": package.name.as_str(),
        "version": package.version.to_string(),
        // An older form, which SPDX does not know.
        "licenses": [{"expression": package.license.as_deref().unwrap_or("NOASSERTION").replace('/', " OR ")}],
    });
    // Only what the registry has has an address there.
    if let Some(sum) = sums.get(&format!("{} {}", package.name, package.version)) {
        component["purl"] = json!(reference);
        component["hashes"] = json!([{"alg": "SHA-256", "content": sum}]);
    }
    component
}

fn of_part(part: &Part) -> Value {
    let kind = if part.is_crate { "cargo" } else { "generic" };
    let version = part.version.replace(['+', ':'], "-");
    json!({
        "type": "library",
        "bom-ref": reference_of_part(part),
        "name": part.name,
        "version": part.version,
        "purl": format!("pkg:{kind}/{}@{version}", part.name),
        "licenses": [{"expression": part.licence.replace('/', " OR ")}],
    })
}

/// Its address in the way of purl, by which others refer to it.
fn reference(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

/// The program may have a crate of the same name and version.
fn reference_of_part(part: &Part) -> String {
    format!("part:{}@{}", part.name, part.version)
}

/// From `name version` to what the registry's package hashes to.
fn checksums(lock: &str) -> Result<BTreeMap<String, String>, Failure> {
    let unknown = |why: String| Failure::Answer { command: "Cargo.lock".to_owned(), why };
    let table = DeTable::parse(lock).map_err(|error| unknown(error.to_string()))?;
    let packages = table.get_ref().get("package").and_then(|packages| packages.get_ref().as_array());
    let entry = |package: &toml::Spanned<toml::de::DeValue<'_>>| {
        let package = package.get_ref().as_table()?;
        let value = |key: &str| package.get(key)?.get_ref().as_str();
        let (name, version, sum) = (value("name")?, value("version")?, value("checksum")?);
        Some((format!("{name} {version}"), sum.to_owned()))
    };
    Ok(packages.into_iter().flatten().filter_map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command;
    use crate::licences::Linked;
    use crate::workspace_root;

    fn bill() -> (Contents, Value) {
        let root = workspace_root::find().unwrap();
        let linked = Linked::of(&root, "consonance-server", &command::host(&root).unwrap()).unwrap();
        let part = |name: &str, is_crate| Part {
            name: name.to_owned(),
            version: "1:2+3".to_owned(),
            licence: "MIT/Apache-2.0".to_owned(),
            is_crate,
            notice: None,
        };
        let contents = Contents {
            name: "consonance-server",
            kind: "library",
            linked,
            parts: vec![part("musl", false), part("it", true)],
        };
        let release = Release::of_test(root);
        let bill = of(&release, "it", &contents).unwrap();
        (contents, serde_json::from_slice(&bill).unwrap())
    }

    #[test]
    fn a_bill_lists_every_crate_and_every_part_once() {
        let (contents, bill) = bill();
        let listed: Vec<&str> =
            bill["components"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        let packages = contents.linked.packages();
        let crates =
            packages.iter().map(|package| package.name.as_str()).filter(|name| *name != "consonance-server");
        let expected: BTreeSet<&str> = crates.chain(["musl", "it"]).collect();
        assert_eq!(listed.len(), expected.len());
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn what_the_registry_has_is_named_as_it_is_there_with_its_digest() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"00ff\"\n\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";
        assert_eq!(checksums(lock).unwrap(), BTreeMap::from([("a 1.0.0".to_owned(), "00ff".to_owned())]));
    }

    #[test]
    fn a_licence_of_an_older_form_is_written_as_spdx_does() {
        let (_, bill) = bill();
        let musl = bill["components"].as_array().unwrap().iter().find(|it| it["name"] == "musl").unwrap();
        assert_eq!(musl["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(musl["purl"], "pkg:generic/musl@1-2-3");
    }
}
