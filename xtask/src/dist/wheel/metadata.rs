//! The metadata of a wheel, from `python/pyproject.toml`, in the form that installers read.

use std::fmt::Write as _;

use toml::de::DeTable;

use crate::dist::release::Release;
use crate::failure::Failure;

/// The complete metadata, with the readme, for a wheel with these licences.
///
/// # Errors
/// [`Failure`] if a file cannot be read, or the project does not say what is needed.
pub(super) fn of(release: &Release, licences: &[&str]) -> Result<String, Failure> {
    let project = release.read_text(PROJECT)?;
    let readme = release.read_text("python/README.md")?;
    let failed = |why: String| Failure::Answer { command: PROJECT.to_owned(), why };
    let head = head(&project, &release.version, licences).map_err(failed)?;
    Ok(format!("{head}\n{readme}"))
}

const PROJECT: &str = "python/pyproject.toml";

fn head(project: &str, version: &str, licences: &[&str]) -> Result<String, String> {
    let table = DeTable::parse(project).map_err(|error| error.message().to_owned())?;
    let project = table.get_ref().get("project").and_then(|project| project.get_ref().as_table());
    let project = project.ok_or("no [project]")?;
    let text = |key: &str| {
        let value = project.get(key).and_then(|value| value.get_ref().as_str());
        value.ok_or_else(|| format!("no text `{key}`"))
    };
    let list = |key: &str| {
        let list = project.get(key).and_then(|value| value.get_ref().as_array());
        let list = list.ok_or_else(|| format!("no list `{key}`"))?;
        let texts = list.iter().map(|value| value.get_ref().as_str());
        texts.collect::<Option<Vec<&str>>>().ok_or_else(|| format!("`{key}` has something that is not text"))
    };
    if let Some(unknown) = project.keys().find(|key| !KNOWN.contains(&key.get_ref().as_ref())) {
        return Err(format!("`{}` is not known here", unknown.get_ref()));
    }
    let mut head = String::from("Metadata-Version: 2.4\n");
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(head, "{name}: {value}");
    };
    line("Name", text("name")?);
    line("Version", version);
    line("Summary", text("description")?);
    line("Keywords", &list("keywords")?.join(","));
    line("License-Expression", text("license")?);
    for name in licences {
        line("License-File", name);
    }
    for classifier in list("classifiers")? {
        line("Classifier", classifier);
    }
    line("Requires-Python", text("requires-python")?);
    for requirement in list("dependencies")? {
        line("Requires-Dist", requirement);
    }
    line("Description-Content-Type", "text/markdown; charset=UTF-8");
    Ok(head)
}

/// Keys of the project that the metadata contains or is derived from; any other key is an error, so that none is left
/// out.
const KNOWN: [&str; 10] = [
    "classifiers",
    "dependencies",
    "description",
    "dynamic",
    "keywords",
    "license",
    "name",
    "readme",
    "requires-python",
    "version",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_the_project_says_is_in_the_head() {
        let release = Release::of_test("target/dist".into());
        let said = of(&release, &["LICENSE-MIT"]).unwrap();
        let (head, readme) = said.split_once("\n\n").unwrap();
        for line in [
            "Name: consonance-voice",
            "Version: 0.1.0",
            "License-Expression: MIT OR Apache-2.0",
            "License-File: LICENSE-MIT",
            "Classifier: Typing :: Typed",
            "Requires-Python: >=3.10",
            "Requires-Dist: numpy>=1.23",
        ] {
            assert!(head.lines().any(|it| it == line), "{line} in {head}");
        }
        assert!(readme.starts_with("# consonance\n"), "{readme}");
    }

    #[test]
    fn what_would_be_left_out_is_refused() {
        let project = "[project]\nname = \"it\"\nscripts = { it = \"it:main\" }\n";
        assert_eq!(head(project, "1.0.0", &[]), Err("`scripts` is not known here".to_owned()));
    }
}
