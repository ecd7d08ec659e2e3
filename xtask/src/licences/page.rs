//! The page for people: which crate is used under which licence.

use std::collections::{BTreeMap, BTreeSet};

use super::terms::Terms;

/// All of it, in Markdown.
pub(super) fn of(terms: &[Terms<'_>]) -> String {
    let mut by_licence: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for crate_terms in terms {
        for licence in &crate_terms.licences {
            by_licence.entry(licence).or_default().insert(crate_terms.package.name.as_str());
        }
    }
    let section = |(licence, crates): (&str, BTreeSet<&str>)| {
        let names: Vec<String> = crates.iter().map(|name| format!("`{name}`")).collect();
        format!("\n## {licence}\n\n{}\n", names.join(", "))
    };
    HEAD.to_owned() + &by_licence.into_iter().map(section).collect::<String>()
}

const HEAD: &str = "# Licences of what we use

<!-- Generated: `cargo xtask licences` writes it again. -->

Consonance itself is free under [MIT](../LICENSE-MIT) or [Apache 2.0](../LICENSE-APACHE).
Below is every crate of others that any of its builds may use, with all features, on all systems, tests and chores included; what the `consonance` command has of it is less.
Where a crate leaves the choice, it is used under the licence that asks for least.
Steam's own library, which the feature `steam` links, is not free and not here: [networks/steam.md](networks/steam.md) says what holds for it.
None of these licences asks more of a game than to name the authors, and none keeps it from keeping its own source.

```sh
cargo xtask licences --texts third-party-licences.txt
```

collects the texts of all that is in the command, which go along with a program that you give to others.
";
