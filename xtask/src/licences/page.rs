//! The page for people: which crate is used under which licence.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{self, Data};
use super::terms::Terms;

/// The whole page, in Markdown.
pub(super) fn of(terms: &[Terms<'_>], of_bevy: &[Terms<'_>]) -> String {
    let section =
        |(licence, crates): (&str, BTreeSet<&str>)| format!("\n## {licence}\n\n{}\n", names(&crates));
    let line = |(licence, crates): (&str, BTreeSet<&str>)| format!("* {licence}: {}\n", names(&crates));
    let sections: String = by_licence(terms).into_iter().map(section).collect();
    let lines: String = by_licence(of_bevy).into_iter().map(line).collect();
    let data =
        data::ALL.iter().map(|Data { name, file, terms, .. }| format!("* {name} (`{file}`): {terms}\n"));
    let data: String = data.collect();
    [HEAD, &sections, BEVYS, &lines, DATA, &data].concat()
}

fn by_licence<'t>(terms: &'t [Terms<'_>]) -> BTreeMap<&'t str, BTreeSet<&'t str>> {
    let mut by_licence: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for crate_terms in terms {
        for licence in &crate_terms.licences {
            by_licence.entry(licence).or_default().insert(crate_terms.package.name.as_str());
        }
    }
    by_licence
}

fn names(crates: &BTreeSet<&str>) -> String {
    let names: Vec<String> = crates.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

const BEVYS: &str = "
## With Bevy

The crate for [Bevy](guide/bevy.md) and its examples have these besides, most of which every game with Bevy has:

";

const DATA: &str = "
## Data in our crates

The texts are collected, too.

";

const HEAD: &str = "# Licences of dependencies

<!-- Generated: `cargo xtask write licences` writes it again. -->

Below is every third-party crate of any build, with all features, on all systems, including tests, tools and the module for Python; the `consonance` command uses fewer.
Where a crate offers a choice, it is used under the licence with the fewest conditions.
Steam's own library, which the feature `steam` links, is neither free nor listed: see [networks/steam.md](networks/steam.md).
The weights in `crates/audio` are those of DeepFilterNet3, copyright Hendrik Schröter, [MIT](../crates/audio/model/LICENSE-MIT) or Apache-2.0, and of GTCRN, copyright Rong Xiaobin, [MIT](../crates/audio/model/LICENSE-MIT-GTCRN): see [the weights](../crates/audio/model/README.md).
These licences ask a game to name the authors at most, and let it keep its source.

```sh
cargo xtask write licences --texts third-party-licences.txt
```

collects the licence texts of the command, to be distributed with a program that contains it.
";
