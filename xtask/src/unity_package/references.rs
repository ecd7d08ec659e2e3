//! Checks that the numbers in Unity's files refer to existing objects.

use std::collections::BTreeMap;

use super::{guid, meta, yaml};
use crate::tidy::finding::Finding;

/// The texts of files, by path; `None` for a file that is not text.
pub(super) type Files<'p> = BTreeMap<&'p str, Option<&'p str>>;

/// The file of each GUID, and findings for a `.meta` without one, or with that of another file.
pub(super) fn guids<'p>(files: &Files<'p>) -> (BTreeMap<String, &'p str>, Vec<Finding>) {
    let mut guids: BTreeMap<String, &'p str> = BTreeMap::new();
    let mut findings = Vec::new();
    for (path, text) in files {
        let Some(asset) = path.strip_suffix(meta::ENDING) else { continue };
        let Some(guid) = text.and_then(guid::of_meta) else {
            let instead = "delete it, and run `cargo xtask write metas`";
            findings.push(Finding::new(path, 1, "has no GUID of 32 hexadecimal digits", instead));
            continue;
        };
        if let Some(other) = guids.insert(guid, asset) {
            let what = format!("has the GUID of {other}");
            findings.push(Finding::new(path, 1, what, "delete it, and run `cargo xtask write metas`"));
        }
    }
    (guids, findings)
}

/// Findings for references to an object that does not exist, in the same file or in another one.
pub(super) fn check(files: &Files<'_>, guids: &BTreeMap<String, &str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut read = BTreeMap::new();
    for (path, text) in files.iter().filter(|(path, _)| is_read(path)) {
        let Some(text) = text else {
            let instead = "have Unity write text: Edit, Project Settings, Editor";
            findings.push(Finding::new(path, 1, "is no text", instead));
            continue;
        };
        match yaml::parse(text) {
            Ok(parsed) => drop(read.insert(*path, parsed)),
            Err((line, why)) => {
                findings.push(Finding::new(path, line, format!("is no YAML: {why}"), "mend it"));
            }
        }
    }
    let project = Project { read, guids };
    findings.extend(project.read.iter().flat_map(|(path, parsed)| project.judge(path, parsed)));
    findings
}

/// Whether Unity writes this file in YAML.
fn is_read(path: &str) -> bool {
    [".asset", ".mat", ".meta", ".prefab", ".unity"].iter().any(|ending| path.ends_with(ending))
}

/// The targets of references: objects in files, and files by their GUID.
struct Project<'p> {
    read: BTreeMap<&'p str, yaml::Parsed>,
    guids: &'p BTreeMap<String, &'p str>,
}

impl Project<'_> {
    fn judge(&self, path: &str, parsed: &yaml::Parsed) -> Vec<Finding> {
        let repeated = parsed.repeated.iter().map(|line| {
            Finding::new(path, *line, "this object has the number of an earlier one", "give it another one")
        });
        let lost = parsed.references.iter().filter_map(|reference| {
            let object = reference.file_id?;
            let what = match &reference.guid {
                Some(guid) => self.lost_elsewhere(guid, object),
                None => lost_here(parsed, object),
            };
            let what = what?;
            Some(Finding::new(path, reference.line, what, "refer to what is there"))
        });
        repeated.chain(lost).collect()
    }

    /// The problem with a reference to an object of another file; `None` if it is valid.
    fn lost_elsewhere(&self, guid: &str, object: i64) -> Option<String> {
        let Some(file) = self.guids.get(guid) else {
            return (!guid::is_built_in(guid)).then(|| format!("no file has the GUID {guid}"));
        };
        let is_there = match self.read.get(file) {
            Some(parsed) => object == WHOLE_PREFAB || parsed.objects.contains_key(&object),
            None if file.ends_with(SOURCE) => object == SCRIPT,
            None => true,
        };
        (!is_there).then(|| format!("{file} has no object {object}"))
    }
}

/// The problem with a reference to an object of the same file; `None` if it is valid.
fn lost_here(parsed: &yaml::Parsed, object: i64) -> Option<String> {
    let is_there = object == NOTHING || parsed.objects.contains_key(&object);
    (!is_there).then(|| format!("this file has no object {object}"))
}

const SOURCE: &str = ".cs";

/// Unity's numbers for the one object of a script, and for a prefab as a whole.
const SCRIPT: i64 = 11_500_000;
const WHOLE_PREFAB: i64 = 100_100_000;
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
            ["Two.cs.meta:1: has the GUID of One.cs — delete it, and run `cargo xtask write metas`"]
        );
        let expected = "Two.cs.meta:1: has no GUID of 32 hexadecimal digits — delete it, and run `cargo xtask write metas`";
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
    fn references_to_other_files_lead_to_an_object_there() {
        let b = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
        let scene = |guid: &str, object: i64| {
            let tag = "%TAG !u! tag:unity3d.com,2011:";
            let scene = format!("{tag}\n--- !u!1 &7\nA:\n  m_It: {{fileID: {object}, guid: {guid}}}\n");
            let prefab = format!("{tag}\n--- !u!1 &5\nA:\n  m_Name: x\n");
            let metas = [A, b].map(|guid| format!("guid: {guid}\n"));
            let files: Files<'_> = [
                ("One.cs.meta", Some(&*metas[0])),
                ("it.prefab.meta", Some(&*metas[1])),
                ("it.prefab", Some(&*prefab)),
                ("a.unity", Some(&*scene)),
            ]
            .into();
            lines(&check(&files, &guids(&files).0))
        };
        for (guid, object) in [(A, SCRIPT), (b, 5), (b, WHOLE_PREFAB)] {
            assert_eq!(scene(guid, object), [""; 0]);
        }
        assert_eq!(scene(A, 5), ["a.unity:4: One.cs has no object 5 — refer to what is there"]);
        assert_eq!(scene(b, 6), ["a.unity:4: it.prefab has no object 6 — refer to what is there"]);
    }

    #[test]
    fn what_is_no_yaml_is_found() {
        assert!(found("a.mat", "a: {b: c\n")[0].contains("is no YAML: "));
    }
}
