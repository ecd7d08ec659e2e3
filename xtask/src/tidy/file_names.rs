//! A file is named by the noun one would search for.

use super::finding::Finding;
use super::repository::Repository;

/// No Rust file or folder of Rust files has a name that says nothing.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let rust = repository.files.iter().filter(|file| file.syntax.is_some());
    rust.filter_map(|file| judge(&file.path)).collect()
}

fn judge(path: &str) -> Option<Finding> {
    let parts: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    if parts.last() == Some(&"mod") {
        let folder = path.trim_end_matches("/mod.rs");
        let instead = format!("call it {folder}.rs, so that open files tell their names");
        return Some(Finding::new(path, 1, "file called mod.rs", instead));
    }
    let vague = parts.iter().find(|part| VAGUE.contains(part))?;
    let what = format!("`{vague}` says nothing about what is inside");
    Some(Finding::new(path, 1, what, "name it by the idea; where there are several, make several files"))
}

const VAGUE: [&str; 6] = ["common", "helper", "helpers", "misc", "util", "utils"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(path: &str) -> Vec<String> {
        lines(&check(&repository(&[(path, "")])))
    }

    #[test]
    fn nouns_are_welcome() {
        assert_eq!(found("crates/session/src/client/speaker.rs"), [""; 0]);
        assert_eq!(found("crates/wire/src/common_prefix.rs"), [""; 0]);
        assert_eq!(found("docs/common/page.md"), [""; 0]);
    }

    #[test]
    fn mod_rs_is_not() {
        assert_eq!(
            found("a/src/client/mod.rs"),
            [
                "a/src/client/mod.rs:1: file called mod.rs — call it a/src/client.rs, so that open files tell their names"
            ]
        );
    }

    #[test]
    fn vague_names_are_not() {
        assert_eq!(
            found("a/tests/common/pair.rs"),
            ["a/tests/common/pair.rs:1: `common` says nothing about what is inside — \
             name it by the idea; where there are several, make several files"]
        );
        assert_eq!(found("a/src/utils.rs").len(), 1);
    }
}
