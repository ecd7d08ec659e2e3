//! The licences that are acceptable, and the one that a crate is used under if it offers a choice.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cargo_metadata::Package;
use spdx::{Expression, Licensee, ParseMode};
use toml::de::DeTable;

use crate::failure::Failure;

/// A third-party crate, and its licence.
pub(super) struct Terms<'a> {
    pub(super) package: &'a Package,
    /// Identifiers of SPDX; several where all of them hold.
    pub(super) licences: BTreeSet<String>,
}

/// The licences that are acceptable for a workspace: the text of its rules for cargo-deny, and their file.
pub(super) struct Rules {
    text: Cow<'static, str>,
    file: &'static str,
}

/// The rules for everything but Bevy.
pub(super) const MAIN: Rules =
    Rules { text: Cow::Borrowed(include_str!("../../../deny.toml")), file: "deny.toml" };

impl Rules {
    /// The rules for crates that only Bevy brings.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn of_bevy(root: &Path) -> Result<Self, Failure> {
        let file = "bevy/deny.toml";
        let path = root.join(file);
        let text = fs::read_to_string(&path).map_err(|cause| Failure::File { path, cause })?;
        Ok(Self { text: text.into(), file })
    }
}

/// The terms of all these crates, by name.
///
/// # Errors
/// [`Failure::Licence`] for the first that names no licence, or none that is good for us.
pub(super) fn of_all<'p>(packages: Vec<&'p Package>, rules: &Rules) -> Result<Vec<Terms<'p>>, Failure> {
    let mut terms = packages.into_iter().map(|package| of(package, rules)).collect::<Result<Vec<_>, _>>()?;
    terms.sort_by(|left, right| left.package.name.cmp(&right.package.name));
    Ok(terms)
}

fn of<'p>(package: &'p Package, rules: &Rules) -> Result<Terms<'p>, Failure> {
    let refused = |why: String| Failure::Licence { package: package.name.to_string(), why };
    let text = package.license.as_deref().ok_or_else(|| refused("it names no licence".to_owned()))?;
    let licences = chosen(text, rules)
        .ok_or_else(|| refused(format!("`{text}` is not among those of {}", rules.file)))?;
    Ok(Terms { package, licences })
}

/// The licences of an expression that we use it under; nothing where none is good for us.
fn chosen(expression: &str, rules: &Rules) -> Option<BTreeSet<String>> {
    let expression = Expression::parse_mode(expression, ParseMode::LAX).ok()?;
    let accepted: Vec<Licensee> =
        accepted(rules).iter().filter_map(|text| Licensee::parse(text).ok()).collect();
    let needed = expression.minimized_requirements(&accepted).ok()?;
    Some(needed.iter().map(ToString::to_string).collect())
}

/// The licences that the rules allow, those that ask for least first.
fn accepted(rules: &Rules) -> Vec<String> {
    let rules = DeTable::parse(&rules.text).expect("cargo-deny reads it, too");
    let licences = rules.get_ref().get("licenses").and_then(|table| table.get_ref().get("allow"));
    let texts = licences.and_then(|list| list.get_ref().as_array()).into_iter().flatten();
    texts.filter_map(|text| text.get_ref().as_str()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    fn chosen_of(expression: &str) -> Vec<String> {
        chosen(expression, &MAIN).into_iter().flatten().collect()
    }

    fn all() -> [Rules; 2] {
        [MAIN, Rules::of_bevy(&workspace_root::find().unwrap()).unwrap()]
    }

    #[test]
    fn every_accepted_licence_is_one() {
        for rules in &all() {
            assert!(accepted(rules).len() > 5);
            for text in accepted(rules) {
                assert_eq!(chosen(&text, rules), Some(BTreeSet::from([text])));
            }
        }
    }

    #[test]
    fn of_several_licences_the_one_that_asks_for_least_is_chosen() {
        assert_eq!(chosen_of("Apache-2.0 OR MIT"), ["MIT"]);
        assert_eq!(chosen_of("MIT/Apache-2.0"), ["MIT"]);
        assert_eq!(chosen_of("MIT OR Apache-2.0 OR LGPL-2.1-or-later"), ["MIT"]);
    }

    #[test]
    fn where_all_hold_all_are_named() {
        assert_eq!(chosen_of("(MIT OR Apache-2.0) AND Unicode-3.0"), ["MIT", "Unicode-3.0"]);
    }

    #[test]
    fn what_would_bind_a_game_is_refused() {
        for expression in ["GPL-3.0-only", "MPL-2.0", "MIT AND LGPL-2.1-or-later", "proprietary", ""] {
            for rules in &all() {
                assert_eq!(chosen(expression, rules), None, "{expression}");
            }
        }
    }
}
