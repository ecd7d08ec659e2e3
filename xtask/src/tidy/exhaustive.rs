//! A new variant of an enum that travels between crates does not compile where it is missing.

mod enums;

use std::collections::{BTreeMap, BTreeSet};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprMatch, Item, ItemEnum, ItemImpl, Pat, Type};

use super::finding::Finding;
use super::paths_in_code;
use super::repository::{Repository, TrackedFile};
use super::test_code::{self, TestFiles};
use enums::{ENUMS, EXCEPTIONS, Exception, Listed};

/// No `match` on a listed enum has an arm for all other variants, outside of tests and examples; and each listed enum
/// takes no further variants for the crates of this repository.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    judge(repository, ENUMS, EXCEPTIONS)
}

fn judge(repository: &Repository, listed: &[Listed], exceptions: &[Exception]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let variants = variants(repository, listed, &mut findings);
    let mut used = BTreeSet::new();
    for wildcard in wildcards(repository, &variants) {
        let is_it = |it: &&Exception| it.file == wildcard.path && it.name == wildcard.name;
        match exceptions.iter().find(is_it) {
            Some(exception) => {
                used.insert((exception.file, exception.name));
            }
            None => findings.push(wildcard.finding()),
        }
    }
    for exception in exceptions {
        if !used.contains(&(exception.file, exception.name)) || exception.reason.is_empty() {
            let what = format!("{} matches `{}` without a wildcard", exception.file, exception.name);
            findings.push(Finding::new(TABLE, 1, what, "remove the exception, or give it its reason"));
        }
    }
    findings.extend(unlisted(repository, listed));
    findings
}

/// The variants of each listed enum.
fn variants(
    repository: &Repository,
    listed: &[Listed],
    findings: &mut Vec<Finding>,
) -> BTreeMap<&'static str, Known> {
    let mut known = BTreeMap::new();
    for (index, Listed { name, file }) in listed.iter().enumerate() {
        if index > 0 && listed[index - 1].name >= *name {
            findings.push(Finding::new(
                TABLE,
                1,
                format!("`{name}` is not in the order of names"),
                "sort it",
            ));
        }
        let defined =
            public_enums(repository).find(|(in_file, it)| in_file.path == *file && it.ident == name);
        let Some((in_file, defined)) = defined else {
            findings.push(Finding::new(TABLE, 1, format!("`{name}` is not in {file}"), "say where it is"));
            continue;
        };
        if defined.attrs.iter().any(|attribute| attribute.path().is_ident("non_exhaustive")) {
            let what = format!("`{name}` forces a wildcard on the other crates of this repository");
            let instead = "write `#[cfg_attr(not(feature = \"exhaustive\"), non_exhaustive)]`";
            findings.push(Finding::new(&in_file.path, defined.ident.span().start().line, what, instead));
        }
        let variants = defined.variants.iter().map(|variant| variant.ident.to_string()).collect();
        known.insert(*name, Known { variants, package: package_of(file) });
    }
    known
}

struct Known {
    variants: BTreeSet<String>,
    /// The folder of the crate that defines it.
    package: &'static str,
}

fn public_enums(repository: &Repository) -> impl Iterator<Item = (&TrackedFile, &ItemEnum)> {
    repository.rust_files().flat_map(|(file, syntax)| {
        syntax.items.iter().filter_map(move |item| match item {
            Item::Enum(found) => Some((file, found)),
            _ => None,
        })
    })
}

/// Whoever opens an enum for this repository lists it, so that it stays so.
fn unlisted(repository: &Repository, listed: &[Listed]) -> Vec<Finding> {
    let is_listed = |name: &syn::Ident| listed.iter().any(|it| name == it.name);
    let found =
        public_enums(repository).filter(|(_, it)| it.attrs.iter().any(opens) && !is_listed(&it.ident));
    found
        .map(|(file, it)| {
            let what = format!("`{}` is not among the enums whose variants are all named", it.ident);
            Finding::new(&file.path, it.ident.span().start().line, what, format!("add it to {TABLE}"))
        })
        .collect()
}

/// Whether an attribute takes `non_exhaustive` away by the feature.
fn opens(attribute: &Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg_attr") && list.tokens.to_string().contains("\"exhaustive\"")
}

fn package_of(path: &str) -> &str {
    path.split_once("/src/").map_or(path, |(package, _)| package)
}

/// An arm for all other variants.
struct Wildcard {
    path: String,
    line: usize,
    name: &'static str,
}

impl Wildcard {
    fn finding(&self) -> Finding {
        let what = format!("a `match` on `{}` has an arm for all other variants", self.name);
        let instead = format!("name them, or add an exception with its reason to {TABLE}");
        Finding::new(&self.path, self.line, what, instead)
    }
}

fn wildcards(repository: &Repository, known: &BTreeMap<&'static str, Known>) -> Vec<Wildcard> {
    let tests = TestFiles::of(repository);
    let mut found = Vec::new();
    for (file, syntax) in repository.rust_files() {
        if tests.contains(&file.path) || IGNORED.iter().any(|folder| file.path.contains(folder)) {
            continue;
        }
        let imports = paths_in_code::imports(syntax);
        let mut matches = Matches { path: &file.path, known, imports, of_impl: None, found: &mut found };
        matches.visit_file(syntax);
    }
    found
}

struct Matches<'r> {
    path: &'r str,
    known: &'r BTreeMap<&'static str, Known>,
    imports: BTreeMap<String, Vec<String>>,
    /// The type that `Self` means.
    of_impl: Option<String>,
    found: &'r mut Vec<Wildcard>,
}

impl Matches<'_> {
    /// The listed enum that a pattern names a variant of, looking through `Some(…)` and the like.
    fn enum_of(&self, pattern: &Pat) -> Option<&'static str> {
        match pattern {
            Pat::Reference(it) => self.enum_of(&it.pat),
            Pat::Paren(it) => self.enum_of(&it.pat),
            Pat::Guard(it) => self.enum_of(&it.pat),
            Pat::Ident(it) => self.enum_of(&it.subpat.as_ref()?.1),
            Pat::Or(it) => it.cases.iter().find_map(|case| self.enum_of(case)),
            Pat::Struct(it) => self.listed(&it.path),
            Pat::Path(it) => self.listed(&it.path),
            Pat::TupleStruct(it) if is_wrapper(&it.path) => self.enum_of(it.elems.first()?),
            Pat::TupleStruct(it) => self.listed(&it.path),
            _ => None,
        }
    }

    fn listed(&self, path: &syn::Path) -> Option<&'static str> {
        let mut parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        let variant = parts.pop()?;
        let written = parts.last()?.clone();
        let imported = self.imports.get(&written);
        let name = match (&*written, &self.of_impl, imported) {
            ("Self", Some(of_impl), _) => of_impl.clone(),
            (_, _, Some(full)) => full.last()?.clone(),
            _ => written,
        };
        let (name, known) = self.known.get_key_value(&*name)?;
        let from =
            imported.and_then(|full| full.first()).or_else(|| parts.first().filter(|_| parts.len() > 1));
        let is_foreign = from.is_some_and(|from| from.starts_with("consonance"));
        let is_at_home = package_of(self.path) == known.package;
        // Another crate's own enum of the same name has other variants, as a rule.
        (known.variants.contains(&variant)
            && (is_foreign || is_at_home || from.is_some_and(|it| it == "crate")))
        .then_some(*name)
    }

    fn judge(&mut self, found: &ExprMatch) {
        let Some(name) = found.arms.iter().find_map(|arm| self.enum_of(&arm.pat)) else { return };
        for arm in found.arms.iter().filter(|arm| takes_everything(&arm.pat)) {
            let line = arm.pat.span().start().line;
            self.found.push(Wildcard { path: self.path.to_owned(), line, name });
        }
    }
}

impl<'ast> Visit<'ast> for Matches<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !test_code::is_test(test_code::attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let of_type = match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        let outside = std::mem::replace(&mut self.of_impl, of_type);
        visit::visit_item_impl(self, item);
        self.of_impl = outside;
    }

    fn visit_expr(&mut self, found: &'ast Expr) {
        if let Expr::Match(found) = found {
            self.judge(found);
        }
        visit::visit_expr(self, found);
    }
}

/// `_`, a name, or one of these in `Some(…)` and the like; not with a condition.
fn takes_everything(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Ident(it) => it.subpat.is_none() && !it.ident.to_string().starts_with(char::is_uppercase),
        Pat::Reference(it) => takes_everything(&it.pat),
        Pat::Paren(it) => takes_everything(&it.pat),
        Pat::Or(it) => it.cases.iter().any(takes_everything),
        Pat::TupleStruct(it) => is_wrapper(&it.path) && it.elems.iter().all(takes_everything),
        _ => false,
    }
}

fn is_wrapper(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "Some" || last.ident == "Ok")
}

const TABLE: &str = "xtask/src/tidy/exhaustive/enums.rs";

/// Examples show what a game writes, `bevy` is built with the published crates, and tests look for some variants only.
const IGNORED: [&str; 6] = ["/examples/", "examples/", "bevy/", "/fuzz/", "crates/e2e/", "crates/testing/"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    const LISTED: &[Listed] = &[Listed { name: "Kind", file: "crates/a/src/kind.rs" }];
    const OPENED: &str =
        "#[cfg_attr(not(feature = \"exhaustive\"), non_exhaustive)]\npub enum Kind { One, Two(u8) }\n";

    fn found_in(path: &str, text: &str) -> Vec<String> {
        let repository = repository(&[("crates/a/src/kind.rs", OPENED), (path, text)]);
        lines(&judge(&repository, LISTED, &[]))
    }

    fn arm_in(path: &str, line: usize) -> String {
        format!(
            "{path}:{line}: a `match` on `Kind` has an arm for all other variants — name them, or add an exception \
             with its reason to {TABLE}"
        )
    }

    #[test]
    fn an_arm_for_all_other_variants_is_found_however_it_is_written() {
        for arms in [
            "Kind::One => 1, _ => 2",
            "&Kind::One => 1, other => 2",
            "Some(Kind::Two(_)) => 1, Some(_) => 2, None => 3",
            "Some(Kind::Two(_)) => 1, _ => 2",
            "it @ Kind::One => 1, Kind::Two(2) => 3, ref other => 2",
            "Kind::Two(_) | Kind::One => 1, Kind::One | _ => 2",
        ] {
            let text = format!("use consonance_a::Kind;\nfn f(k: K) {{ match k {{ {arms} }} }}");
            assert_eq!(found_in("crates/b/src/lib.rs", &text), [arm_in("crates/b/src/lib.rs", 2)], "{arms}");
        }
    }

    #[test]
    fn it_is_found_under_any_name_of_the_enum() {
        for (path, text) in [
            ("crates/b/src/x.rs", "use consonance_a::Kind as K;\nfn f() { match k { K::One => 1, _ => 2 } }"),
            ("crates/b/src/x.rs", "fn f() {\nmatch k { consonance_a::Kind::One => 1, _ => 2 } }"),
            (
                "crates/a/src/x.rs",
                "use super::Kind;\nimpl Kind { fn f() { match k { Self::One => 1, _ => 2 } } }",
            ),
        ] {
            assert_eq!(found_in(path, text), [arm_in(path, 2)], "{text}");
        }
    }

    #[test]
    fn what_names_every_variant_or_is_no_match_on_it_is_fine() {
        for text in [
            "use consonance_a::Kind; fn f() { match k { Kind::One => 1, Kind::Two(_) => 2 } }",
            "use consonance_a::Kind; fn f() { match k { Kind::One if a => 1, x if b => 3, Kind::One | Kind::Two(_) => 2 } }",
            "use consonance_a::Kind; fn f() { match o { Some(Kind::One) => 1, Some(Kind::Two(_)) | None => 2 } }",
            "use consonance_a::Kind; fn f() { if let Kind::One = k { 1 } else { 2 } }",
            "enum Kind { One, Two } fn f() { match k { Kind::One => 1, _ => 2 } }",
            "use other::Kind; fn f() { match k { Kind::One => 1, _ => 2 } }",
            "use consonance_a::Kind; #[cfg(test)] mod tests { fn f() { match k { Kind::One => 1, _ => 2 } } }",
        ] {
            assert_eq!(found_in("crates/b/src/lib.rs", text), [""; 0], "{text}");
        }
    }

    #[test]
    fn an_exception_is_for_one_file_and_enum_and_is_refused_where_it_is_not_needed() {
        let wild = "use consonance_a::Kind; fn f() { match k { Kind::One => 1, _ => 2 } }";
        let allowed = |file, name| [Exception { file, name, reason: "a test" }];
        let files = [("crates/a/src/kind.rs", OPENED), ("crates/b/src/lib.rs", wild)];
        let found = |exceptions: &[Exception]| lines(&judge(&repository(&files), LISTED, exceptions)).len();
        assert_eq!(found(&allowed("crates/b/src/lib.rs", "Kind")), 0);
        assert_eq!(found(&allowed("crates/b/src/lib.rs", "Other")), 2);
        assert_eq!(found(&[Exception { file: "crates/b/src/lib.rs", name: "Kind", reason: "" }]), 1);
    }

    #[test]
    fn an_enum_that_forces_wildcards_or_is_not_listed_is_found() {
        let closed = "#[non_exhaustive]\npub enum Kind { One }\n";
        let found = lines(&judge(&repository(&[("crates/a/src/kind.rs", closed)]), LISTED, &[]));
        assert!(found.len() == 1 && found[0].contains("forces a wildcard"), "{found:?}");
        let found = lines(&judge(&repository(&[("crates/a/src/kind.rs", OPENED)]), &[], &[]));
        assert!(found.len() == 1 && found[0].contains("is not among the enums"), "{found:?}");
        let found = lines(&judge(&repository(&[("crates/a/src/kind.rs", "")]), LISTED, &[]));
        assert!(found.len() == 1 && found[0].contains("is not in crates/a/src/kind.rs"), "{found:?}");
    }
}
