//! The code that is only for tests.

use std::collections::BTreeSet;

use syn::spanned::Spanned;
use syn::{Attribute, Item, Meta};

use super::repository::Repository;

/// The files that hold nothing but tests.
pub(crate) struct TestFiles {
    declared: BTreeSet<String>,
}

impl TestFiles {
    /// Finds the modules that are declared as `#[cfg(test)] mod name;`.
    pub(crate) fn of(repository: &Repository) -> Self {
        let mut declared = BTreeSet::new();
        for (file, syntax) in repository.rust_files() {
            for item in &syntax.items {
                if let Item::Mod(module) = item
                    && module.content.is_none()
                    && is_test(&module.attrs)
                {
                    declared.insert(format!("{}/{}", folder_of_children(&file.path), module.ident));
                }
            }
        }
        Self { declared }
    }

    /// Whether the file at `path` is an integration test, or a module that only tests see.
    pub(crate) fn contains(&self, path: &str) -> bool {
        let in_tests = path.starts_with("tests/") || path.contains("/tests/");
        let module = path.strip_suffix(".rs").unwrap_or(path);
        let is_below = |declared: &String| {
            module
                .strip_prefix(declared.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        in_tests || self.declared.iter().any(is_below)
    }
}

/// Whether these attributes leave an item out of everything but tests.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        list.path.is_ident("cfg") && list.parse_args::<Meta>().is_ok_and(|condition| needs_test(&condition))
    })
}

/// The number of lines of a file's test items, including their attributes and documents.
pub(crate) fn lines(syntax: &syn::File) -> usize {
    let tests = syntax.items.iter().filter(|item| is_test(attributes(item)));
    tests.map(|item| item.span().end().line + 1 - item.span().start().line).sum()
}

/// The attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether a condition can only hold in tests: `test` itself, or `all(…)` of things one of which is `test`.
fn needs_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => {
            let parts = list
                .parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated)
                .unwrap_or_default();
            parts.iter().any(needs_test)
        }
        _ => false,
    }
}

/// The folder of the modules that the file at `path` declares.
fn folder_of_children(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => path.trim_end_matches(".rs").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture;

    #[test]
    fn a_module_declared_for_tests_is_a_test_file_with_all_below_it() {
        let repository = fixture::repository(&[
            ("a/src/lib.rs", "#[cfg(test)]\nmod fixture;\nmod real;\n"),
            ("a/src/real.rs", "#[cfg(test)] mod tests;\n"),
        ]);
        let tests = TestFiles::of(&repository);
        for path in ["a/src/fixture.rs", "a/src/fixture/part.rs", "a/src/real/tests.rs", "a/tests/golden.rs"]
        {
            assert!(tests.contains(path), "{path}");
        }
        for path in ["a/src/lib.rs", "a/src/real.rs", "a/src/fixtures.rs", "a/src/contests.rs"] {
            assert!(!tests.contains(path), "{path}");
        }
    }

    #[test]
    fn only_conditions_that_need_test_count() {
        let is_test_item = |text: &str| is_test(attributes(&syn::parse_str(text).unwrap()));
        assert!(is_test_item("#[cfg(test)] mod a {}"));
        assert!(is_test_item("#[cfg(all(unix, test))] fn a() {}"));
        assert!(!is_test_item("#[cfg(not(test))] fn a() {}"));
        assert!(!is_test_item("#[cfg(any(test, feature = \"fuzz\"))] fn a() {}"));
        assert!(!is_test_item("#[inline] fn a() {}"));
    }

    #[test]
    fn test_lines_include_the_attribute() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        assert_eq!(lines(&syn::parse_file(text).unwrap()), 4);
    }
}
