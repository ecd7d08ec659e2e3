//! `package.json`, which Unity's package manager reads.

use std::collections::BTreeSet;

use serde_json::Value;

use super::assets::SAMPLES;
use super::references::Files;
use crate::tidy::finding::Finding;

/// Checks that it has the version of the project, and lists the samples that are there.
pub(super) fn check(files: &Files<'_>, version: &str) -> Vec<Finding> {
    let found = |what: String, instead: &str| Finding::new(PATH, 1, what, instead);
    let text = files.get(PATH).copied().flatten();
    let Some(manifest) = text.and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return vec![found("is missing, or no JSON".to_owned(), "write it, so that Unity knows the package")];
    };
    let mut findings = Vec::new();
    if manifest["version"] != version {
        let what = format!("has the version {}", manifest["version"]);
        findings.push(found(what, &format!("write that of the workspace: {version}")));
    }
    let samples = manifest["samples"].as_array().into_iter().flatten();
    let listed: BTreeSet<&str> = samples.filter_map(|sample| sample["path"].as_str()).collect();
    let there: BTreeSet<&str> = files.keys().filter_map(|path| sample(path)).collect();
    for sample in listed.difference(&there) {
        findings.push(found(format!("there is no sample {sample}"), "name the folder below Samples~"));
    }
    for sample in there.difference(&listed) {
        findings.push(found(format!("does not list {sample}"), "give it a name and a description"));
    }
    findings
}

const PATH: &str = "package.json";

/// The folder of the sample that a file belongs to.
fn sample(path: &str) -> Option<&str> {
    let (name, _) = path.strip_prefix(SAMPLES)?.split_once('/')?;
    Some(&path[..SAMPLES.len() + name.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::lines;

    fn found(manifest: &str) -> Vec<String> {
        let files: Files<'_> = [(PATH, Some(manifest)), ("Samples~/Talk/a.cs", None)].into();
        lines(&check(&files, "1.2.3"))
    }

    #[test]
    fn the_version_and_the_samples_have_to_be_those_that_are_there() {
        let fine = r#"{"version": "1.2.3", "samples": [{"path": "Samples~/Talk"}]}"#;
        assert_eq!(found(fine), [""; 0]);
        assert_eq!(
            found(&fine.replace("1.2.3", "1.2.4").replace("Talk", "Walk")),
            [
                "package.json:1: has the version \"1.2.4\" — write that of the workspace: 1.2.3",
                "package.json:1: there is no sample Samples~/Walk — name the folder below Samples~",
                "package.json:1: does not list Samples~/Talk — give it a name and a description",
            ]
        );
        assert_eq!(found("{").len(), 1);
    }
}
