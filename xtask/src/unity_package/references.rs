//! Whether the numbers in Unity's files lead somewhere.

use std::collections::BTreeMap;

use super::{guid, meta, yaml};
use crate::tidy::finding::Finding;

/// By path, what is text.
pub(super) type Files<'p> = BTreeMap<&'p str, Option<&'p str>>;

/// The file of each GUID. A `.meta` without one, or with that of another file, is found.
pub(super) fn guids<'p>(files: &Files<'p>) -> (BTreeMap<String, &'p str>, Vec<Finding>) {
    let mut guids: BTreeMap<String, &'p str> = BTreeMap::new();
    let mut findings = Vec::new();
    for (path, text) in files {
        let Some(asset) = path.strip_suffix(meta::ENDING) else { continue };
        let Some(guid) = text.and_then(guid::of_meta) else {
            let instead = "delete it, and run `cargo xtask metas`";
            findings.push(Finding::new(path, 1, "has no GUID of 32 hexadecimal digits", instead));
            continue;
        };
        if let Some(other) = guids.insert(guid, asset) {
            let what = format!("has the GUID of {other}");
            findings.push(Finding::new(path, 1, what, "delete it, and run `cargo xtask metas`"));
        }
    }
    (guids, findings)
}

/// Each reference to another file, and each within a file, leads to something.
pub(super) fn check(files: &Files<'_>, guids: &BTreeMap<String, &str>) -> Vec<Finding> {
    let is_read = |path: &str| READ.iter().any(|ending| path.ends_with(ending));
    let mut findings = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| is_read(path)) {
        let Some(text) = text else {
            findings.push(Finding::new(
                path,
                1,
                "is no text",
                "have Unity write text: Edit, Project Settings, Editor",
            ));
            continue;
        };
        match yaml::parse(text) {
            Ok(parsed) => findings.extend(judge(path, &parsed, guids)),
            Err((line, why)) => {
                findings.push(Finding::new(path, line, format!("is no YAML: {why}"), "mend it"));
            }
        }
    }
    findings
}

/// Endings of what Unity writes in YAML.
const READ: [&str; 5] = [".asset", ".mat", ".meta", ".prefab", ".unity"];

fn judge(path: &str, parsed: &yaml::Parsed, guids: &BTreeMap<String, &str>) -> Vec<Finding> {
    let repeated = parsed.repeated.iter().map(|line| {
        Finding::new(path, *line, "this object has the number of an earlier one", "give it another one")
    });
    let lost = parsed.references.iter().filter_map(|reference| {
        let what = match (&reference.guid, reference.file_id) {
            (Some(guid), _) if !guids.contains_key(guid) && !guid::is_built_in(guid) => {
                format!("no file has the GUID {guid}")
            }
            (None, Some(object)) if object != NOTHING && !parsed.objects.contains_key(&object) => {
                format!("this file has no object {object}")
            }
            _ => return None,
        };
        Some(Finding::new(path, reference.line, what, "refer to what is there"))
    });
    repeated.chain(lost).collect()
}

const NOTHING: i64 = 0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::lines;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn found(path: &str, text: &str) -> Vec<String> {
        let meta = format!("guid: {A}\n");
        let files: Files<'_> = [("One.cs.meta", Some(&*meta)), (path, Some(text))].into();
        let (guids, mut findings) = guids(&files);
        findings.extend(check(&files, &guids));
        lines(&findings)
    }

    #[test]
    fn two_files_with_one_guid_and_one_without_are_found() {
        assert_eq!(
            found("Two.cs.meta", &format!("guid: {A}\n")),
            ["Two.cs.meta:1: has the GUID of One.cs — delete it, and run `cargo xtask metas`"]
        );
        let expected =
            "Two.cs.meta:1: has no GUID of 32 hexadecimal digits — delete it, and run `cargo xtask metas`";
        assert_eq!(found("Two.cs.meta", "guid: 0\n")[..1], [expected]);
    }

    #[test]
    fn references_to_files_of_the_package_and_of_unity_are_fine_and_others_are_found() {
        let prefab = |guid: &str| {
            format!("--- !u!1 &1\nA:\n  m_Script: {{fileID: 11500000, guid: {guid}, type: 3}}\n")
        };
        let with_tag = |guid: &str| format!("%TAG !u! tag:unity3d.com,2011:\n{}", prefab(guid));
        for guid in [A, "0000000000000000e000000000000000", "0000000000000000f000000000000000"] {
            assert_eq!(found("a.prefab", &with_tag(guid)), [""; 0]);
        }
        assert_eq!(
            found("a.prefab", &with_tag("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")),
            ["a.prefab:4: no file has the GUID bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb — refer to what is there"]
        );
    }

    #[test]
    fn references_within_a_file_lead_to_an_object_or_to_nothing() {
        let scene = |object: i64| {
            format!("%TAG !u! tag:unity3d.com,2011:\n--- !u!1 &7\nA:\n  m_Father: {{fileID: {object}}}\n")
        };
        assert_eq!(found("a.unity", &scene(0)), [""; 0]);
        assert_eq!(found("a.unity", &scene(7)), [""; 0]);
        assert_eq!(
            found("a.unity", &scene(8)),
            ["a.unity:4: this file has no object 8 — refer to what is there"]
        );
    }

    #[test]
    fn what_is_no_yaml_is_found() {
        assert!(found("a.mat", "a: {b: c\n")[0].contains("is no YAML: "));
    }
}
