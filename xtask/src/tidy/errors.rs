//! Programs can tell errors apart, and their texts say nothing twice.

use syn::{Attribute, Field, Fields, ImplItem, Item, ItemEnum, ItemImpl, Meta, Type, Variant, Visibility};

use super::finding::Finding;
use super::repository::{Repository, TrackedFile};

/// Every public error enum of a published crate is `#[non_exhaustive]` and has a code; no error repeats the text of
/// its `source()`.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, syntax) in repository.rust_files() {
        for error in errors(&syntax.items) {
            if is_of_published(repository, file) && matches!(error.vis, Visibility::Public(_)) {
                findings.extend(promises(file, &syntax.items, error));
            }
            findings.extend(error.variants.iter().filter_map(|variant| doubled(file, variant)));
        }
    }
    findings
}

fn is_of_published(repository: &Repository, file: &TrackedFile) -> bool {
    let has = |folder: &str| file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with("/src/"));
    repository.packages.iter().any(|package| package.is_published && has(&package.folder))
}

fn errors(items: &[Item]) -> impl Iterator<Item = &ItemEnum> {
    items.iter().filter_map(move |item| match item {
        Item::Enum(found) if derives_error(found) || implements_error(items, found) => Some(found),
        _ => None,
    })
}

fn derives_error(found: &ItemEnum) -> bool {
    let mut derives = found.attrs.iter().filter(|attribute| attribute.path().is_ident("derive"));
    derives.any(|attribute| {
        text_of(attribute).split(',').any(|name| matches!(name, "Error" | "thiserror::Error"))
    })
}

fn implements_error(items: &[Item], found: &ItemEnum) -> bool {
    let mut traits = impls_of(items, found).filter_map(|block| block.trait_.as_ref());
    traits.any(|(path, _)| path.segments.last().is_some_and(|last| last.ident == "Error"))
}

fn impls_of<'a>(items: &'a [Item], found: &'a ItemEnum) -> impl Iterator<Item = &'a ItemImpl> {
    items.iter().filter_map(|item| match item {
        Item::Impl(block) if is_named(&block.self_ty, found) => Some(block),
        _ => None,
    })
}

fn is_named(of: &Type, found: &ItemEnum) -> bool {
    matches!(of, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == found.ident))
}

fn promises(file: &TrackedFile, items: &[Item], error: &ItemEnum) -> Vec<Finding> {
    let line = error.ident.span().start().line;
    let is_open = error.attrs.iter().any(|attribute| {
        attribute.path().is_ident("non_exhaustive") || text_of(attribute).ends_with(",non_exhaustive")
    });
    let is_code = |item: &ImplItem| matches!(item, ImplItem::Fn(method) if method.sig.ident == "code");
    let has_code =
        impls_of(items, error).any(|block| block.trait_.is_none() && block.items.iter().any(is_code));
    let mut findings = Vec::new();
    if !is_open {
        let what = format!("the error `{}` takes no further variants", error.ident);
        findings.push(Finding::new(&file.path, line, what, "write `#[non_exhaustive]` above it"));
    }
    if !has_code {
        let what = format!("the error `{}` has no code", error.ident);
        let instead = "give it `fn code(&self) -> &'static str`, with a word for each variant";
        findings.push(Finding::new(&file.path, line, what, instead));
    }
    findings
}

/// A finding for a variant whose text has a field that is its source.
fn doubled(file: &TrackedFile, variant: &Variant) -> Option<Finding> {
    let text = variant.attrs.iter().find(|attribute| attribute.path().is_ident("error")).map(text_of)?;
    let (index, source) = variant.fields.iter().enumerate().find(|(_, field)| is_source(field))?;
    let name = match (&variant.fields, &source.ident) {
        (Fields::Named(_), Some(ident)) => ident.to_string(),
        _ => index.to_string(),
    };
    let is_said = [format!("{{{name}}}"), format!("{{{name}:")].iter().any(|said| text.contains(said));
    is_said.then(|| {
        let what = format!("the text of `{}` says its source, which `source()` says again", variant.ident);
        let instead = "name the field `cause`, without `#[from]`; or write `#[error(transparent)]`";
        Finding::new(&file.path, variant.ident.span().start().line, what, instead)
    })
}

fn is_source(field: &Field) -> bool {
    let has = |name: &str| field.attrs.iter().any(|attribute| attribute.path().is_ident(name));
    has("source") || has("from") || field.ident.as_ref().is_some_and(|ident| ident == "source")
}

/// The text in the parentheses of an attribute, without white space.
fn text_of(attribute: &Attribute) -> String {
    let Meta::List(list) = &attribute.meta else { return String::new() };
    list.tokens.to_string().split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};
    use crate::tidy::repository::Package;

    const GOOD: &str = "
        #[derive(Debug, thiserror::Error)]
        #[non_exhaustive]
        pub enum Fault {
            #[error(\"cannot read {path}: {cause}\")]
            Read { path: String, cause: io::Error },
            #[error(\"cannot read {path}\")]
            Other { path: String, source: io::Error },
            #[error(transparent)]
            Wav(#[from] WavError),
        }
        impl Fault { pub fn code(&self) -> &'static str { \"\" } }";

    fn found_in(is_published: bool, text: &str) -> Vec<String> {
        let mut repository = repository(&[("crates/wire/src/error.rs", text)]);
        repository.packages = vec![Package { is_published, ..package("wire", "crates/wire", &[]) }];
        lines(&check(&repository))
    }

    #[test]
    fn an_error_with_a_code_that_says_nothing_twice_is_fine() {
        assert_eq!(found_in(true, GOOD), [""; 0]);
        assert_eq!(found_in(true, "pub enum Colour { Red }"), [""; 0]);
    }

    #[test]
    fn an_error_that_takes_no_further_variants_is_found() {
        let closed = GOOD.replace("#[non_exhaustive]", "");
        let found = found_in(true, &closed);
        assert_eq!(
            found,
            ["crates/wire/src/error.rs:4: the error `Fault` takes no further variants — \
                            write `#[non_exhaustive]` above it"]
        );
        assert_eq!(found_in(false, &closed), [""; 0], "of a crate that nothing outside depends on");
        assert_eq!(found_in(true, &closed.replace("pub enum", "pub(crate) enum")), [""; 0]);
    }

    #[test]
    fn an_error_without_a_code_is_found_however_it_becomes_an_error() {
        let expected = "the error `Fault` has no code";
        let without = GOOD.replace("fn code", "fn number");
        let by_hand = "#[non_exhaustive] pub enum Fault { Full } impl core::error::Error for Fault {}";
        for text in [&*without, by_hand] {
            let found = found_in(true, text);
            assert!(found.len() == 1 && found[0].contains(expected), "{found:?}");
        }
    }

    #[test]
    fn a_text_that_says_the_source_is_found() {
        for (good, doubled) in [
            ("cannot read {path}\")]", "cannot read {path}: {source}\")]"),
            ("(transparent)]\n            Wav", "(\"no sound: {0}\")]\n            Wav"),
            ("(transparent)]\n            Wav", "(\"no sound: {0:?}\")]\n            Wav"),
            ("cause: io::Error", "#[source] cause: io::Error"),
        ] {
            let text = GOOD.replace(good, doubled);
            for is_published in [true, false] {
                let found = found_in(is_published, &text);
                assert!(found.len() == 1 && found[0].contains("says its source"), "{doubled}: {found:?}");
            }
        }
    }
}
