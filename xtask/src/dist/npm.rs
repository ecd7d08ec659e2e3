//! The library for pages as a package of npm: what `npm pack` would pack, and the licences.

use serde_json::Value;

use super::contents::Contents;
use super::release::Release;
use super::tar;
use super::tree::Tree;
use crate::command;
use crate::failure::Failure;
use crate::web;

/// Installs what the build needs, compares what is checked in with its sources, and says which files belong into the
/// package. Nothing is written that the command is compiled with, or it would be compiled again.
///
/// # Errors
/// [`Failure`] if npm fails, or does not say which.
pub(super) fn build(release: &Release) -> Result<Vec<String>, Failure> {
    for words in STEPS {
        command::run(&mut web::npm(&release.root, words))?;
    }
    let mut pack = web::npm(&release.root, "pack --dry-run --json --ignore-scripts --loglevel error");
    paths(&command::capture(&mut pack)?)
        .ok_or_else(|| Failure::Answer { command: command::line(&pack), why: "no files".to_owned() })
}

const STEPS: [&str; 2] = ["ci --no-audit --no-fund", "run --silent verify"];

/// The package's name, and the package.
///
/// # Errors
/// [`Failure`] if a file cannot be read.
pub(super) fn of(
    release: &Release,
    files: &[String],
    contents: &Contents,
) -> Result<(String, Vec<u8>), Failure> {
    let mut tree = Tree::default();
    for path in files {
        tree.file(path, release.read(&format!("web/{path}"))?);
    }
    for (name, content) in contents.licence_files(release)? {
        tree.file(name, content);
    }
    let archive = tar::of(&tree.inside("package"), release.moment)?;
    Ok((name(release), tar::gzip(&archive)?))
}

/// The package's name.
fn name(release: &Release) -> String {
    format!("consonance-{}-npm.tgz", release.version)
}

/// The files in what `npm pack --json` says.
fn paths(answer: &str) -> Option<Vec<String>> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let files = answer.get(0)?.get("files")?.as_array()?;
    files.iter().map(|file| Some(file.get("path")?.as_str()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_those_that_npm_would_pack() {
        let answer = r#"[{"name":"it","files":[{"path":"dist/it.js","size":3},{"path":"package.json"}]}]"#;
        assert_eq!(paths(answer), Some(vec!["dist/it.js".to_owned(), "package.json".to_owned()]));
        assert_eq!(paths("[]"), None);
    }
}
