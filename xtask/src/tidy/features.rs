//! The front page of a crate says which features it has.

use toml::de::DeTable;

use super::file_docs;
use super::finding::Finding;
use super::manifests::line_at;
use super::repository::{Package, Repository};

/// Those that users of a crate have no choice in. Two mean the same in every crate: `exhaustive` as CONTRIBUTING.md
/// says, `fuzzing` as docs/fuzzing.md does.
const UNDOCUMENTED: &[&str] = &["default", "exhaustive", "fuzzing"];

/// Every other feature that a manifest names stands in code type in the `//!` of `lib.rs` or `main.rs`.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    repository.packages.iter().flat_map(|package| undocumented(repository, package)).collect()
}

fn undocumented(repository: &Repository, package: &Package) -> Vec<Finding> {
    let path = package.manifest();
    let text = repository.text(&path).unwrap_or_default();
    let Ok(manifest) = DeTable::parse(text) else { return Vec::new() };
    let features = manifest.get_ref().get("features").and_then(|features| features.get_ref().as_table());
    let page = front_page(repository, package);
    let names = features.into_iter().flat_map(|features| features.keys());
    let missing = names.filter(|name| {
        let name = name.get_ref().as_ref();
        !UNDOCUMENTED.contains(&name) && !page.contains(&format!("`{name}`"))
    });
    let finding = |name: &toml::Spanned<std::borrow::Cow<'_, str>>| {
        let what = format!("the crate's front page does not name the feature `{}`", name.get_ref());
        let instead = "say in `//!` of `lib.rs` or `main.rs` what it adds, and what it needs";
        Finding::new(&path, line_at(text, name.span().start), what, instead.to_owned())
    };
    missing.map(finding).collect()
}

fn front_page(repository: &Repository, package: &Package) -> String {
    let roots = ["src/lib.rs", "src/main.rs"].map(|root| package.below(root));
    let files = roots.iter().filter_map(|path| repository.file(path)?.syntax.as_ref()?.as_ref().ok());
    files.map(file_docs::document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};

    fn found(page: &str) -> Vec<String> {
        let manifest =
            "[package]\nname = \"web\"\n\n[features]\ndefault = [\"tls\"]\ntls = []\nfuzzing = []\n";
        let mut repository =
            repository(&[("crates/web/Cargo.toml", manifest), ("crates/web/src/lib.rs", page)]);
        repository.packages = vec![package("web", "crates/web", &[])];
        lines(&check(&repository))
    }

    #[test]
    fn a_feature_is_on_the_front_page() {
        assert_eq!(found("//! With the feature `tls`, over TLS.\n"), [""; 0]);
        assert_eq!(
            found("//! Over tls, too.\n"),
            ["crates/web/Cargo.toml:6: the crate's front page does not name the feature `tls` — \
             say in `//!` of `lib.rs` or `main.rs` what it adds, and what it needs"]
        );
    }
}
