//! Assembly definitions, in which Unity groups sources.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::guid;
use super::references::Files;
use crate::tidy::finding::Finding;

/// Checks that each has the name of its file, and refers to existing ones: by GUID, or by a name of ours.
pub(super) fn check(files: &Files<'_>, guids: &BTreeMap<String, &str>) -> Vec<Finding> {
    let names: BTreeSet<&str> = files.keys().filter_map(|path| name(path)).collect();
    let mut findings = Vec::new();
    for (path, text) in files {
        let Some(name) = name(path) else { continue };
        match text.and_then(|text| serde_json::from_str(text).ok()) {
            Some(definition) => findings.extend(judge(path, name, &definition, &names, guids)),
            None => findings.push(Finding::new(path, 1, "is no JSON", "mend it")),
        }
    }
    findings
}

/// The name of the definition, from its file's path.
fn name(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.strip_suffix(".asmdef")
}

fn judge(
    path: &str,
    name: &str,
    definition: &Value,
    names: &BTreeSet<&str>,
    guids: &BTreeMap<String, &str>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if definition["name"] != name {
        let what = format!("the assembly is named {}, the file {name}", definition["name"]);
        findings.push(Finding::new(path, 1, what, "name both the same"));
    }
    let references = definition["references"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for reference in references {
        let is_there = match reference.strip_prefix("GUID:") {
            Some(guid) => guids.contains_key(guid) || guid::is_built_in(guid),
            None => names.contains(reference) || !is_ours(reference),
        };
        if !is_there {
            let what = format!("there is no assembly {reference}");
            findings.push(Finding::new(path, 1, what, "refer to what is there"));
        }
    }
    findings
}

fn is_ours(name: &str) -> bool {
    name == "Consonance" || name.starts_with("Consonance.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::lines;

    fn found(definition: &str) -> Vec<String> {
        let guids = BTreeMap::from([("ab".to_owned(), "Runtime/Consonance.Unity.asmdef")]);
        let files: Files<'_> = [
            ("Runtime/Consonance.Unity.asmdef", Some(r#"{"name": "Consonance.Unity"}"#)),
            ("Editor/It.asmdef", Some(definition)),
        ]
        .into();
        lines(&check(&files, &guids))
    }

    #[test]
    fn a_definition_refers_to_ours_and_to_those_of_games() {
        let references = r#"["Consonance.Unity", "GUID:ab", "UnityEngine.TestRunner"]"#;
        assert_eq!(found(&format!(r#"{{"name": "It", "references": {references}}}"#)), [""; 0]);
    }

    #[test]
    fn another_name_and_references_to_what_is_not_there_are_found() {
        assert_eq!(
            found(r#"{"name": "That", "references": ["Consonance.Unit", "GUID:cd"]}"#),
            [
                "Editor/It.asmdef:1: the assembly is named \"That\", the file It — name both the same",
                "Editor/It.asmdef:1: there is no assembly Consonance.Unit — refer to what is there",
                "Editor/It.asmdef:1: there is no assembly GUID:cd — refer to what is there",
            ]
        );
        assert_eq!(found("name"), ["Editor/It.asmdef:1: is no JSON — mend it"]);
    }
}
