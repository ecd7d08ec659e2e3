//! A bill of materials (`CycloneDX` 1.6): every crate and every other part of a program, for scanners of known
//! vulnerabilities.
//!
//! Written here and not by `cargo-cyclonedx`, which knows neither what a target links nor the parts below the crates.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::Package;
use serde_json::{Value, json};

use super::contents::Contents;
use super::lock;
use super::part::Part;
use super::release::Release;
use crate::failure::Failure;

/// The bill of materials of a piece with this name.
///
/// # Errors
/// [`Failure`] if the lock file cannot be read.
pub(super) fn of(release: &Release, name: &str, contents: &Contents) -> Result<Vec<u8>, Failure> {
    let sums = lock::checksums(&release.read_text(contents.sources.lock())?)?;
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
        // A slash is an older form, which is not valid in SPDX.
        "licenses": [{"expression": package.license.as_deref().unwrap_or("NOASSERTION").replace('/', " OR ")}],
    });
    // Only crates from the registry have an address there.
    if let Some(sum) = sums.get(&lock::key(&package.name, &package.version.to_string())) {
        component["purl"] = json!(reference);
        component["hashes"] = json!([{"alg": "SHA-256", "content": sum}]);
    }
    component
}

fn of_part(part: &Part) -> Value {
    let kind = if part.checksum.is_some() { "cargo" } else { "generic" };
    let mut component = json!({
        "type": "library",
        "bom-ref": reference_of_part(part),
        "name": part.name,
        "version": part.version,
        "purl": purl(kind, &part.name, &part.version),
        "licenses": [{"expression": part.licence.replace('/', " OR ")}],
    });
    if let Some(sum) = &part.checksum {
        component["hashes"] = json!([{"alg": "SHA-256", "content": sum}]);
    }
    component
}

/// Its address in the way of purl, by which others refer to it.
fn reference(package: &Package) -> String {
    purl("cargo", &package.name, &package.version.to_string())
}

fn purl(kind: &str, name: &str, version: &str) -> String {
    format!("pkg:{kind}/{name}@{}", version.replace('+', "%2B").replace(':', "%3A"))
}

/// The program may have a crate of the same name and version.
fn reference_of_part(part: &Part) -> String {
    format!("part:{}@{}", part.name, part.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command;
    use crate::dist::sources::Sources;
    use crate::licences::Linked;
    use crate::workspace_root;

    fn bill() -> (Contents, Value) {
        let root = workspace_root::find().unwrap();
        let linked = Linked::of(&root, "consonance-server", &command::host(&root).unwrap()).unwrap();
        let part = |name: &str, checksum| Part {
            name: name.to_owned(),
            version: "1:2+3".to_owned(),
            licence: "MIT/Apache-2.0".to_owned(),
            checksum,
            notice: None,
        };
        let contents = Contents {
            name: "consonance-server",
            kind: "library",
            sources: Sources::Main,
            linked,
            parts: vec![part("musl", None), part("it", Some("00ff".to_owned()))],
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
        // Some crates are there in two versions.
        let mut expected: Vec<&str> = crates.chain(["musl", "it"]).collect();
        expected.sort_unstable();
        let mut listed = listed;
        listed.sort_unstable();
        assert_eq!(listed, expected);
    }

    #[test]
    fn a_licence_of_an_older_form_is_written_as_spdx_does() {
        let (_, bill) = bill();
        let musl = bill["components"].as_array().unwrap().iter().find(|it| it["name"] == "musl").unwrap();
        assert_eq!(musl["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(musl["purl"], "pkg:generic/musl@1%3A2%2B3");
    }
}
