//! Plain data in C#, Python and TypeScript is what `crates/ffi` declares.

use crate::declarations;

use super::finding::Finding;
use super::repository::Repository;

/// Each file that `cargo xtask write declarations` makes is what the sources make.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let sources = declarations::sources(repository);
    if sources.is_empty() {
        return Vec::new();
    }
    match declarations::made(sources) {
        Ok(made) => {
            let stale = made.into_iter().filter(|(path, text)| repository.text(path) != Some(text.as_str()));
            let what = "is not what crates/ffi declares";
            stale
                .map(|(path, _)| Finding::new(&path, 1, what, format!("run `{}`", declarations::MAKE)))
                .collect()
        }
        Err(bad) => vec![Finding::new("crates/ffi/src/structs.rs", 1, bad.to_string(), "declare it there")],
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn a_file_that_was_changed_by_hand_is_found() {
        let source = ("crates/ffi/src/structs/a.rs", "#[repr(i32)] pub enum CA { B }");
        let found = check(&fixture::repository(&[source]));
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("a variant needs its number"), "{}", found[0].what);
    }

    #[test]
    fn a_repository_without_the_library_for_c_declares_nothing() {
        assert!(check(&fixture::repository(&[("README.md", "")])).is_empty());
    }
}
