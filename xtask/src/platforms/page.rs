//! The table of docs/platforms.md, which is written from the results of a run.

use std::fs;
use std::path::Path;

use super::outcome::Outcome;
use crate::failure::Failure;

const PAGE: &str = "docs/platforms.md";
const BEGIN: &str = "<!-- begin: platforms -->\n";
const END: &str = "<!-- end -->";
const HEAD: &str =
    "| target | machine | type-checked | built there, tests, spoke with |\n|---|---|---|---|\n";

/// The label of each target.
const MACHINES: &[(&str, &str)] = &[
    ("x86_64-pc-windows-gnu", "Windows x86-64 (GNU), under Wine 8"),
    ("x86_64-pc-windows-msvc", "Windows x86-64 (MSVC)"),
    ("aarch64-unknown-linux-gnu", "Linux ARM64 (glibc), under qemu"),
    ("aarch64-apple-darwin", "macOS on Apple silicon"),
    ("aarch64-apple-ios", "iOS"),
    ("aarch64-linux-android", "Android ARM64"),
    ("wasm32-unknown-unknown", "WebAssembly"),
    ("thumbv7em-none-eabi", "bare metal, for example"),
];

/// The results of a run for one target: the words of the columns that it has tried.
#[derive(Debug, Default)]
pub(super) struct Row {
    checked: Vec<String>,
    ran: Option<String>,
}

impl Row {
    /// `cargo check` of some crates.
    pub(super) fn add_check(&mut self, outcome: &Outcome, of: &str) {
        let words = match outcome {
            Outcome::Passed(what) => match what.split_once("; not ") {
                Some((_, left_out)) => format!("all but {left_out}"),
                None => of.to_owned(),
            },
            other => in_short(other),
        };
        self.checked.push(words);
    }

    /// Adds a run on the machine.
    pub(super) fn add_run(&mut self, outcome: &Outcome) {
        self.ran = Some(match outcome {
            Outcome::Passed(what) => what.clone(),
            other => in_short(other),
        });
    }
}

/// An outcome in a few words, without the pages that a failed command has printed.
fn in_short(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Failed(_) => "failed".to_owned(),
        other => other.to_string(),
    }
}

/// Writes the columns that were tried; the others keep their contents.
///
/// # Errors
/// [`Failure::File`], or [`Failure::Answer`] if the page has no place for the table.
pub(super) fn write(root: &Path, rows: &[(&str, Row)]) -> Result<(), Failure> {
    let path = root.join(PAGE);
    let failed = |cause| Failure::File { path: path.clone(), cause };
    let page = fs::read_to_string(&path).map_err(failed)?;
    let filled = fill(&page, rows).ok_or_else(|| Failure::Answer {
        command: PAGE.to_owned(),
        why: "no place for the table".to_owned(),
    })?;
    fs::write(&path, filled).map_err(failed)
}

fn fill(page: &str, rows: &[(&str, Row)]) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (table, after) = rest.split_once(END)?;
    let mut filled = format!("{before}{BEGIN}\n{HEAD}");
    for (target, machine) in MACHINES {
        let mut cells = cells_of(table, target);
        if let Some((_, row)) = rows.iter().find(|(name, _)| name == target) {
            if !row.checked.is_empty() {
                cells[0] = row.checked.join("; ");
            }
            cells[1] = row.ran.clone().unwrap_or_else(|| cells[1].clone());
        }
        let [checked, ran] = cells;
        filled.extend(["| `", target, "` | ", machine, " | ", &checked, " | ", &ran, " |\n"]);
    }
    Some(format!("{filled}\n{END}{after}"))
}

/// The last two cells that a target has in a table.
fn cells_of(table: &str, target: &str) -> [String; 2] {
    let of_target = table.lines().find(|line| line.starts_with(&format!("| `{target}` |")));
    let mut cells = of_target.unwrap_or_default().trim_matches('|').split(" | ").skip(2);
    [(); 2].map(|()| cells.next().map_or_else(|| "not tried".to_owned(), |cell| cell.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::{MACHINES as EMULATED, TARGETS};
    use super::*;

    fn passed(what: &str) -> Outcome {
        Outcome::Passed(what.to_owned())
    }

    #[test]
    fn what_was_tried_is_written_and_the_rest_stays() {
        let page = format!("words\n{BEGIN}{END}\nmore\n");
        let mut row = Row::default();
        row.add_check(&passed("wire, quic"), "all");
        row.add_run(&passed("built; 7 tests ran"));
        let first = fill(&page, &[("x86_64-pc-windows-gnu", row)]).unwrap();
        assert!(
            first.starts_with(&format!("words\n{BEGIN}\n{HEAD}"))
                && first.ends_with(&format!("{END}\nmore\n"))
        );
        let windows =
            "| `x86_64-pc-windows-gnu` | Windows x86-64 (GNU), under Wine 8 | all | built; 7 tests ran |\n";
        assert!(first.contains(windows), "{first}");
        assert!(first.contains("| `aarch64-apple-ios` | iOS | not tried | not tried |\n"), "{first}");

        let mut row = Row::default();
        row.add_check(&passed("wire; not quic, for lack of xcrun"), "all");
        row.add_check(&passed("consonance"), "the façade without C");
        let second = fill(&first, &[("aarch64-apple-ios", row)]).unwrap();
        assert!(second.contains(windows), "{second}");
        let ios = "| iOS | all but quic, for lack of xcrun; the façade without C | not tried |\n";
        assert!(second.contains(ios), "{second}");
        assert_eq!(fill("a page without a place", &[]), None);
    }

    #[test]
    fn a_failure_is_one_word() {
        let mut row = Row::default();
        row.add_run(&Outcome::Failed("a command failed\nrunning 131 tests\n".to_owned()));
        let page = fill(&format!("{BEGIN}{END}"), &[("aarch64-apple-ios", row)]).unwrap();
        assert!(page.contains("| iOS | not tried | failed |\n"), "{page}");
    }

    #[test]
    fn every_target_that_is_checked_or_run_has_a_row() {
        let checked = TARGETS.iter().map(|target| target.name);
        for name in checked.chain(EMULATED.iter().map(|machine| machine.target.name)) {
            assert!(MACHINES.iter().any(|(target, _)| *target == name), "{name}");
        }
    }

    #[test]
    fn the_page_has_a_place_for_the_table() {
        let root = crate::workspace_root::find().unwrap();
        let page = fs::read_to_string(root.join(PAGE)).unwrap();
        assert_eq!(fill(&page, &[]).unwrap(), page, "`cargo xtask check platforms --write` has written it");
    }
}
