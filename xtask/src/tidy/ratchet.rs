//! The list of items that are longer than they should be, which may only get shorter.
//!
//! `xtask/ratchet.toml` has three tables, `[cycles]` (folder of a crate = files in cycles), `[files]` (path = lines)
//! and `[functions]` (`"path scope::name"` = lines).
//! An outdated entry is a finding, too, so that an improvement cannot be lost again.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::finding::Finding;
use super::manifests::line_at;
use super::repository::Repository;

/// An item whose length was measured.
pub(crate) struct Measured {
    /// The key in the ratchet file.
    pub(crate) key: String,
    /// The path of its file.
    pub(crate) path: String,
    /// Its first line.
    pub(crate) line: usize,
    /// Its length in lines.
    pub(crate) length: usize,
}

/// The limits of a kind of item.
pub(crate) struct Limits {
    /// The table of the ratchet file.
    pub(crate) table: &'static str,
    /// The noun for it in messages.
    pub(crate) noun: &'static str,
    /// What is counted.
    pub(crate) unit: &'static str,
    /// A longer item needs an entry.
    pub(crate) soft: usize,
    /// A longer item is not allowed, even with an entry.
    pub(crate) hard: usize,
    /// The advice for an item that is too long.
    pub(crate) advice: &'static str,
}

/// Whether the ratchet file itself can be read.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let text = repository.text(PATH).unwrap_or_default();
    let form = "write `[cycles]`, `[files]` and `[functions]` with one `\"what\" = lines` per line";
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => return vec![Finding::new(PATH, 1, format!("is no TOML: {}", error.message()), form)],
    };
    let mut findings = Vec::new();
    for (name, value) in table.get_ref() {
        let line = line_at(text, name.span().start);
        let known = TABLES.contains(&name.get_ref().as_ref());
        let numbers =
            value.get_ref().as_table().is_some_and(|table| table.values().all(|v| number(v).is_some()));
        if !known || !numbers {
            findings.push(Finding::new(PATH, line, format!("`{}` is not understood", name.get_ref()), form));
        }
    }
    findings
}

/// Compares the measured lengths with the limits and the ratchet's entries.
pub(crate) fn judge(repository: &Repository, limits: &Limits, measured: &[Measured]) -> Vec<Finding> {
    let mut longest: BTreeMap<&str, &Measured> = BTreeMap::new();
    for one in measured {
        let known = longest.entry(&one.key).or_insert(one);
        if one.length > known.length {
            *known = one;
        }
    }
    let entries = entries(repository.text(PATH).unwrap_or_default(), limits.table);
    let stale = entries.iter().filter(|(key, _)| !longest.contains_key(key.as_str())).map(|(key, entry)| {
        let what = format!("`{key}` names no {} that exists", limits.noun);
        Finding::new(PATH, entry.line, what, "remove the line")
    });
    longest.values().filter_map(|one| judge_one(limits, one, entries.get(&one.key))).chain(stale).collect()
}

/// The path of the ratchet file.
const PATH: &str = "xtask/ratchet.toml";

const TABLES: [&str; 3] = ["cycles", "files", "functions"];

struct Entry {
    length: usize,
    line: usize,
}

fn judge_one(limits: &Limits, one: &Measured, entry: Option<&Entry>) -> Option<Finding> {
    let Limits { noun, unit, soft, hard, advice, .. } = limits;
    let (key, length) = (&one.key, one.length);
    let at_code = |what: String, instead: &str| Some(Finding::new(&one.path, one.line, what, instead));
    match entry {
        _ if length > *hard => at_code(format!("{noun} of {length} {unit}, never more than {hard}"), advice),
        None if length > *soft => at_code(format!("{noun} of {length} {unit}, at most {soft}"), advice),
        Some(entry) if length <= *soft => {
            let what = format!("`{key}` has {length} {unit} now, which needs no exception");
            Some(Finding::new(PATH, entry.line, what, "remove the line"))
        }
        Some(entry) if length > entry.length => {
            at_code(format!("{noun} grew from {} to {length} {unit}", entry.length), advice)
        }
        Some(entry) if length < entry.length => {
            let what = format!("`{key}` shrank from {} to {length} {unit}", entry.length);
            Some(Finding::new(PATH, entry.line, what, format!("write {length}, so that it stays that way")))
        }
        None | Some(_) => None,
    }
}

fn entries(text: &str, table: &str) -> BTreeMap<String, Entry> {
    let Ok(document) = DeTable::parse(text) else { return BTreeMap::new() };
    let Some(table) = document.get_ref().get(table).and_then(|value| value.get_ref().as_table()) else {
        return BTreeMap::new();
    };
    let entry = |(key, value): (&toml::Spanned<toml::de::DeString<'_>>, &toml::Spanned<DeValue<'_>>)| {
        let line = line_at(text, key.span().start);
        Some((key.get_ref().to_string(), Entry { length: number(value)?, line }))
    };
    table.iter().filter_map(entry).collect()
}

fn number(value: &toml::Spanned<DeValue<'_>>) -> Option<usize> {
    value.get_ref().as_integer()?.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    const LIMITS: Limits = Limits {
        table: "files",
        noun: "file",
        unit: "lines",
        soft: 10,
        hard: 20,
        advice: "split it by idea",
    };

    fn judged(ratchet: &str, length: usize) -> Vec<String> {
        let one = Measured { key: "a.rs".to_owned(), path: "a.rs".to_owned(), line: 1, length };
        lines(&judge(&repository(&[(PATH, ratchet)]), &LIMITS, &[one]))
    }

    #[test]
    fn without_an_entry_the_limit_counts() {
        assert_eq!(judged("", 10), [""; 0]);
        assert_eq!(judged("", 11), ["a.rs:1: file of 11 lines, at most 10 — split it by idea"]);
    }

    #[test]
    fn an_entry_allows_exactly_its_length() {
        assert_eq!(judged("[files]\n\"a.rs\" = 12\n", 12), [""; 0]);
    }

    #[test]
    fn growing_fails() {
        let found = judged("[files]\n\"a.rs\" = 12\n", 13);
        assert_eq!(found, ["a.rs:1: file grew from 12 to 13 lines — split it by idea"]);
    }

    #[test]
    fn shrinking_asks_for_the_lower_number() {
        assert_eq!(
            judged("[files]\n\"a.rs\" = 14\n", 12),
            ["xtask/ratchet.toml:2: `a.rs` shrank from 14 to 12 lines — write 12, so that it stays that way"]
        );
    }

    #[test]
    fn an_entry_that_is_not_needed_fails() {
        let found = judged("[files]\n\"a.rs\" = 14\n\"gone.rs\" = 15\n", 9);
        assert_eq!(
            found,
            [
                "xtask/ratchet.toml:2: `a.rs` has 9 lines now, which needs no exception — remove the line",
                "xtask/ratchet.toml:3: `gone.rs` names no file that exists — remove the line"
            ]
        );
    }

    #[test]
    fn no_entry_allows_more_than_the_hard_limit() {
        let found = judged("[files]\n\"a.rs\" = 21\n", 21);
        assert_eq!(found, ["a.rs:1: file of 21 lines, never more than 20 — split it by idea"]);
    }

    #[test]
    fn a_ratchet_file_that_is_not_understood_is_reported() {
        let found = |text| lines(&check(&repository(&[(PATH, text)])));
        assert_eq!(found("[files]\n\"a.rs\" = 12\n[functions]\n"), [""; 0]);
        let instead = "write `[cycles]`, `[files]` and `[functions]` with one `\"what\" = lines` per line";
        assert_eq!(
            found("[file]\n"),
            [format!("xtask/ratchet.toml:1: `file` is not understood — {instead}")]
        );
        let text = "[files]\n\"a.rs\" = \"long\"\n";
        assert_eq!(found(text), [format!("xtask/ratchet.toml:1: `files` is not understood — {instead}")]);
        assert_eq!(found("what?").len(), 1);
    }
}
