//! The imports of a file are in order of their origin.

use std::collections::BTreeSet;

use syn::spanned::Spanned;
use syn::{Item, ItemUse, UseTree, Visibility};

use super::finding::Finding;
use super::repository::Repository;

/// Imports from the standard library come first, then those from other crates, then those from the crate itself.
/// Re-exports (`pub use`) are exempt.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    repository
        .rust_files()
        .filter_map(|(file, syntax)| Some(first_stray(&syntax.items)?.at(&file.path)))
        .collect()
}

/// The origin of an import, in the order in which imports are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Standard,
    OtherCrate,
    OwnCrate,
}

/// An import below one that belongs after it.
struct Stray {
    line: usize,
    name: String,
}

impl Stray {
    fn at(&self, path: &str) -> Finding {
        let what = format!("`use {}` stands below what is nearer", self.name);
        let instead = "write the standard library first, then other crates, then what is of this crate";
        Finding::new(path, self.line, what, instead)
    }
}

fn first_stray(items: &[Item]) -> Option<Stray> {
    let modules: BTreeSet<String> = items.iter().filter_map(name_of_module).collect();
    let mut nearest = Origin::Standard;
    for item in items.iter().filter_map(private_use) {
        let name = first_name(&item.tree)?;
        let origin = match &*name {
            "std" | "core" | "alloc" => Origin::Standard,
            "crate" | "self" | "super" => Origin::OwnCrate,
            // A type of this file, which uses the type's variants by their bare names.
            name if modules.contains(name) || name.starts_with(char::is_uppercase) => Origin::OwnCrate,
            _ => Origin::OtherCrate,
        };
        if origin < nearest {
            return Some(Stray { line: item.span().start().line, name });
        }
        nearest = origin;
    }
    None
}

fn name_of_module(item: &Item) -> Option<String> {
    let Item::Mod(module) = item else { return None };
    Some(module.ident.to_string())
}

fn private_use(item: &Item) -> Option<&ItemUse> {
    let Item::Use(item) = item else { return None };
    matches!(item.vis, Visibility::Inherited).then_some(item)
}

fn first_name(tree: &UseTree) -> Option<String> {
    match tree {
        UseTree::Path(path) => Some(path.ident.to_string()),
        UseTree::Name(name) => Some(name.ident.to_string()),
        UseTree::Rename(rename) => Some(rename.ident.to_string()),
        UseTree::Glob(_) | UseTree::Group(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(text: &str) -> Vec<String> {
        lines(&check(&repository(&[("a.rs", text)])))
    }

    #[test]
    fn the_standard_library_stands_above_other_crates_and_those_above_ones_own() {
        let text = "//! Text.\nmod b;\npub use b::C;\nuse core::fmt;\nuse std::io;\nuse serde::Serialize;\n\
                    pub use serde::Deserialize;\nuse crate::d;\nuse b::B;\nuse super::e;\nuse Kind::Good;\n";
        assert_eq!(found(text), [""; 0]);
    }

    #[test]
    fn the_first_line_that_stands_too_low_is_found() {
        let stray = |line: usize, name: &str| {
            format!(
                "a.rs:{line}: `use {name}` stands below what is nearer — write the standard library first, \
                 then other crates, then what is of this crate"
            )
        };
        assert_eq!(
            found("//! Text.\nuse crate::d;\nuse serde::Serialize;\nuse std::io;\n"),
            [stray(3, "serde")]
        );
        assert_eq!(found("//! Text.\nuse serde::Serialize;\nuse std::io;\n"), [stray(3, "std")]);
        assert_eq!(found("//! Text.\nmod b;\nuse b::B;\nuse serde::Serialize;\n"), [stray(4, "serde")]);
    }
}
