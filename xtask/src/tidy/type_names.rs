//! A public type has one name in the workspace, and a name has one meaning.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Item, Visibility};

use super::finding::Finding;
use super::repository::{Package, Repository};
use super::test_code::{self, TestFiles};

/// No two crates define public types of the same name, unless they mean the same: then [`ONE_CONCEPT`] says why there
/// are several. Types for tests do not count, nor those of examples, which readers copy into programs of their own.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    judge(repository, &ONE_CONCEPT)
}

/// Names that several crates give their own types of one concept, and why one type does not serve all, in the order of
/// the names.
const ONE_CONCEPT: [(&str, &str); 7] = [
    ("AddressError", "each network has its own form of addresses, and its error shows one"),
    ("ClientSettings", "each network and engine has its own client, with settings of its own"),
    ("PacketLimits", "the engine stands without the transport, which states them"),
    ("RestrictionTerms", "the engine's, and the same for games in the types of the façade"),
    ("Restrictions", "the engine's, and the same for games in the types of the façade"),
    ("ServerSettings", "each network and engine has its own server, with settings of its own"),
    ("ServerStream", "each protocol on a stream has its own server"),
];

fn judge(repository: &Repository, one_concept: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let defined = definitions(repository);
    for (name, places) in &defined {
        let is_allowed = one_concept.iter().any(|(allowed, _)| allowed == name);
        if !is_allowed && crates(places) > 1 {
            findings.extend(places.iter().map(|place| twice(name, place, places)));
        }
    }
    for (index, (name, reason)) in one_concept.iter().enumerate() {
        if defined.get(*name).is_none_or(|places| crates(places) < 2) {
            findings
                .push(in_table(format!("`{name}` is not a public type of two crates"), "remove its line"));
        }
        if reason.is_empty() {
            findings.push(in_table(format!("`{name}` has no reason"), "say why one type does not serve all"));
        }
        if index > 0 && one_concept[index - 1].0 >= *name {
            findings.push(in_table(format!("`{name}` is not in the order of names"), "sort the lines"));
        }
    }
    findings
}

/// The place where a public type is defined.
struct Place<'r> {
    package: &'r str,
    path: &'r str,
    line: usize,
}

fn crates(places: &[Place<'_>]) -> usize {
    places.iter().map(|place| place.package).collect::<BTreeSet<_>>().len()
}

fn twice(name: &str, place: &Place<'_>, places: &[Place<'_>]) -> Finding {
    let elsewhere = places.iter().find(|other| other.package != place.package);
    let elsewhere = elsewhere.map(|other| format!("{}:{}", other.path, other.line)).unwrap_or_default();
    let what = format!("the public type `{name}` has the name of another one, at {elsewhere}");
    Finding::new(
        place.path,
        place.line,
        what,
        "make one type serve both, or give one of them a name of its own",
    )
}

fn in_table(what: String, instead: &str) -> Finding {
    Finding::new(PATH, 1, what, instead)
}

/// This file.
const PATH: &str = "xtask/src/tidy/type_names.rs";

fn definitions(repository: &Repository) -> BTreeMap<String, Vec<Place<'_>>> {
    let tests = TestFiles::of(repository);
    let mut defined: BTreeMap<String, Vec<Place<'_>>> = BTreeMap::new();
    for (file, syntax) in repository.rust_files().filter(|(file, _)| !tests.contains(&file.path)) {
        let is_source = |package: &&Package| file.path.starts_with(&package.below("src/"));
        let Some(package) = repository.packages.iter().find(is_source) else { continue };
        if package.folder.starts_with("examples/") {
            continue;
        }
        each_type(&syntax.items, &mut |name, line| {
            let place = Place { package: &package.name, path: &file.path, line };
            defined.entry(name).or_default().push(place);
        });
    }
    defined
}

/// Every public type of these items and of the modules in them, with its line; also those that a macro is given.
fn each_type(items: &[Item], found: &mut impl FnMut(String, usize)) {
    for item in items.iter().filter(|item| !test_code::is_test(test_code::attributes(item))) {
        let (visibility, name) = match item {
            Item::Enum(item) => (&item.vis, &item.ident),
            Item::Struct(item) => (&item.vis, &item.ident),
            Item::Trait(item) => (&item.vis, &item.ident),
            Item::Type(item) => (&item.vis, &item.ident),
            Item::Union(item) => (&item.vis, &item.ident),
            Item::Mod(module) => {
                each_type(module.content.as_ref().map_or(&[], |(_, items)| items), found);
                continue;
            }
            Item::Macro(item) => {
                each_type_of_tokens(item.mac.tokens.clone(), found);
                continue;
            }
            _ => continue,
        };
        if matches!(visibility, Visibility::Public(_)) {
            found(name.to_string(), name.span().start().line);
        }
    }
}

/// The names that follow `pub struct` and the like.
fn each_type_of_tokens(tokens: TokenStream, found: &mut impl FnMut(String, usize)) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for three in trees.windows(3) {
        if let [TokenTree::Ident(visibility), TokenTree::Ident(kind), TokenTree::Ident(name)] = three
            && visibility == "pub"
            && ["enum", "struct", "trait", "type", "union"].iter().any(|known| kind == known)
        {
            found(name.to_string(), name.span().start().line);
        }
    }
    for tree in trees {
        if let TokenTree::Group(group) = tree {
            each_type_of_tokens(group.stream(), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};

    fn found_with(table: &[(&str, &str)], files: &[(&str, &str)]) -> Vec<String> {
        let mut repository = repository(files);
        repository.packages = ["wire", "session", "networks/kcp"]
            .map(|name| package(name, &format!("crates/{name}"), &[]))
            .into_iter()
            .chain([package("game", "examples/game", &[])])
            .collect();
        lines(&judge(&repository, table))
    }

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        found_with(&[], files)
    }

    #[test]
    fn a_name_in_two_crates_is_found_in_both_whatever_kind_of_type_it_is() {
        let wire = ("crates/wire/src/lib.rs", "pub struct Link;");
        for other in [
            "pub struct Link;",
            "pub enum Link { Up }",
            "pub trait Link {}",
            "pub type Link = u32;",
            "pub union Link { a: u8 }",
            "pub mod inner { pub struct Link; }",
            "counters! { #[derive(Clone)] pub struct Link { pub a: u64 } }",
            "counters! { pub struct Link<T>(T); }",
        ] {
            let found = found(&[wire, ("crates/networks/kcp/src/link.rs", &format!("\n{other}"))]);
            assert_eq!(found.len(), 2, "{other}: {found:?}");
            assert_eq!(
                found[0],
                "crates/wire/src/lib.rs:1: the public type `Link` has the name of another one, at \
                 crates/networks/kcp/src/link.rs:2 — make one type serve both, or give one of them a name of its own"
            );
            assert!(found[1].starts_with("crates/networks/kcp/src/link.rs:2: "), "{found:?}");
        }
    }

    #[test]
    fn what_other_crates_cannot_see_and_what_readers_copy_does_not_count() {
        let wire = ("crates/wire/src/lib.rs", "pub struct Link;");
        for (path, text) in [
            ("crates/session/src/lib.rs", "pub(crate) struct Link;"),
            ("crates/session/src/lib.rs", "struct Link;"),
            ("crates/session/src/lib.rs", "pub use wire::Link;"),
            ("crates/session/src/lib.rs", "pub fn link() { struct Link; }"),
            ("crates/session/src/lib.rs", "#[cfg(test)] mod tests { pub struct Link; }"),
            ("crates/session/src/lib.rs", "macro_rules! link { ($name:ident) => { pub struct $name; } }"),
            ("crates/session/tests/lib.rs", "pub struct Link;"),
            ("crates/session/examples/lib.rs", "pub struct Link;"),
            ("crates/session/benches/lib.rs", "pub struct Link;"),
            ("examples/game/src/main.rs", "pub struct Link;"),
            ("crates/session/src/lib.rs", "words! { #[doc = \"pub struct Link\"] struct Word; }"),
            ("fuzz/src/lib.rs", "pub struct Link;"),
            ("crates/wire/src/other.rs", "pub struct Link;"),
        ] {
            assert_eq!(found(&[wire, (path, text)]), [""; 0], "{path}: {text}");
        }
        let module = ("crates/session/src/lib.rs", "#[cfg(test)] mod stage;");
        assert_eq!(found(&[wire, module, ("crates/session/src/stage.rs", "pub struct Link;")]), [""; 0]);
    }

    #[test]
    fn one_concept_may_have_one_name_and_needs_a_reason() {
        let files = [
            ("crates/wire/src/lib.rs", "pub struct Link;"),
            ("crates/session/src/lib.rs", "pub struct Link;"),
        ];
        assert_eq!(found_with(&[("Link", "each has its own")], &files), [""; 0]);
        let found = found_with(&[("Link", "")], &files);
        assert_eq!(
            found,
            ["xtask/src/tidy/type_names.rs:1: `Link` has no reason — say why one type does not serve all"]
        );
    }

    #[test]
    fn a_line_of_the_table_that_is_not_needed_is_found() {
        let expected =
            "xtask/src/tidy/type_names.rs:1: `Link` is not a public type of two crates — remove its line";
        for text in ["pub struct Peer;", "pub struct Link;"] {
            let found = found_with(&[("Link", "each has its own")], &[("crates/wire/src/lib.rs", text)]);
            assert_eq!(found, [expected], "{text}");
        }
    }

    #[test]
    fn the_table_is_sorted_so_that_a_name_is_in_it_once() {
        let files = [
            ("crates/wire/src/lib.rs", "pub struct Link; pub struct Peer;"),
            ("crates/session/src/lib.rs", "pub struct Link; pub struct Peer;"),
        ];
        let table = |names: [&'static str; 2]| names.map(|name| (name, "each has its own"));
        assert_eq!(found_with(&table(["Link", "Peer"]), &files), [""; 0]);
        assert_eq!(found_with(&table(["Peer", "Link"]), &files).len(), 1);
        assert_eq!(found_with(&[("Link", "a"), ("Link", "b"), ("Peer", "c")], &files).len(), 1);
    }
}
