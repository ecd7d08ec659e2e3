//! A file says first what it consists of, and then what it uses.

use syn::spanned::Spanned;
use syn::{Attribute, Item};

use super::finding::Finding;
use super::repository::Repository;

/// `mod` lines stand above `use` lines. Modules of tests, which stand at the end, and those with
/// their text in the file are free.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, syntax) in repository.rust_files() {
        let uses = syntax.items.iter().skip_while(|item| !matches!(item, Item::Use(_)));
        for item in uses {
            if let Item::Mod(module) = item
                && module.content.is_none()
                && !module.attrs.iter().any(is_for_tests)
            {
                let line = module.mod_token.span().start().line;
                let what = format!("`mod {};` stands below a `use` line", module.ident);
                let instead = "move it above the first one: what a file consists of comes first";
                findings.push(Finding::new(&file.path, line, what, instead));
            }
        }
    }
    findings
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(text: &str) -> Vec<String> {
        lines(&check(&repository(&[("a.rs", text)])))
    }

    #[test]
    fn modules_stand_above_what_is_used() {
        assert_eq!(found("//! Text.\nmod b;\n#[cfg(test)]\nmod c;\nuse b::B;\nfn d() {}\n"), [""; 0]);
    }

    #[test]
    fn a_module_below_a_use_is_found() {
        let expected = [
            "a.rs:3: `mod b;` stands below a `use` line — move it above the first one: what a file consists of \
                         comes first",
        ];
        assert_eq!(found("//! Text.\nuse std::fmt;\nmod b;\npub use b::B;\n"), expected);
        assert_eq!(found("//! Text.\npub use std::fmt;\npub(crate) mod b;\n"), expected);
    }

    #[test]
    fn modules_of_tests_and_modules_in_the_file_are_free() {
        assert_eq!(found("//! Text.\nuse std::fmt;\n#[cfg(test)]\nmod tests;\nmod b {}\n"), [""; 0]);
    }
}
