//! The tables of the page.

use std::collections::BTreeSet;

use crate::tidy::finding::Finding;

/// The table under a heading, and the reasons below it.
pub(super) struct Table {
    /// The heading.
    pub(super) heading: String,
    /// The line of the titles, counted from 1.
    pub(super) line: usize,
    /// The titles of the columns.
    pub(super) titles: Vec<String>,
    /// The rows.
    pub(super) rows: Vec<Row>,
    /// The letters of the reasons, each with its line.
    notes: Vec<(String, usize)>,
}

/// A row of a table.
pub(super) struct Row {
    /// The line, counted from 1.
    pub(super) line: usize,
    /// What it is about.
    pub(super) what: String,
    /// All cells, the first one too.
    pub(super) cells: Vec<String>,
}

impl Table {
    /// The first table under a heading of the second level.
    pub(super) fn under(page: &str, heading: &str) -> Option<Self> {
        let mut lines = (1..).zip(page.lines());
        lines.find(|(_, line)| line.strip_prefix("## ").is_some_and(|found| found == heading))?;
        let of_section: Vec<(usize, &str)> = lines.take_while(|(_, line)| !line.starts_with("## ")).collect();
        let mut in_table = of_section.iter().filter(|(_, line)| line.starts_with('|'));
        let (line, titles) = *in_table.next()?;
        in_table.next()?;
        let rows = in_table.map(|(line, text)| {
            let cells = cells(text);
            Row { line: *line, what: cells.first().cloned().unwrap_or_default(), cells }
        });
        let notes = of_section.iter().filter_map(|(line, text)| {
            let (letter, reason) = text.strip_prefix("* ")?.split_once(": ")?;
            (letter.len() == 1 && !reason.trim().is_empty()).then(|| (letter.to_owned(), *line))
        });
        Some(Self {
            heading: heading.to_owned(),
            line,
            titles: cells(titles),
            rows: rows.collect(),
            notes: notes.collect(),
        })
    }

    /// Reasons that are missing, or given for nothing.
    pub(super) fn misused_notes(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut used = BTreeSet::new();
        for row in &self.rows {
            for letter in row.cells.iter().skip(1).filter_map(|cell| note(cell)) {
                if !self.notes.iter().any(|(known, _)| known == letter) {
                    let what = format!("there is no reason {letter} under {:?}", self.heading);
                    findings.push(Finding::new(
                        super::PAGE,
                        row.line,
                        what,
                        format!("write `* {letter}: …`"),
                    ));
                }
                used.insert(letter);
            }
        }
        for (letter, line) in self.notes.iter().filter(|(letter, _)| !used.contains(&**letter)) {
            let what = format!("the reason {letter} is given for nothing");
            findings.push(Finding::new(super::PAGE, *line, what, "remove it"));
        }
        findings
    }
}

fn cells(row: &str) -> Vec<String> {
    let inside = row.trim().trim_start_matches('|').trim_end_matches('|');
    inside.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// The names in a cell.
pub(super) fn names(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The letter of the reason for an empty cell.
pub(super) fn note(cell: &str) -> Option<&str> {
    cell.strip_prefix("– ").filter(|letter| letter.len() == 1)
}
