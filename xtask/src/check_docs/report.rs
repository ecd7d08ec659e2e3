//! The result of each command, as a table for the terminal and as a page.

use std::fmt::{self, Write as _};
use std::time::Duration;

/// A command and its result.
#[derive(Debug)]
pub(super) struct Row {
    /// The page and the line, as `docs/a.md:7`.
    pub(super) place: String,
    /// The command as the page shows it.
    pub(super) command: String,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
}

/// The result of a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It did what its page says.
    Passed,
    /// It was not tried, for this reason.
    Skipped(String),
    /// It did something else: the reason, and the last lines that it printed.
    Failed(String),
}

/// All rows, and the figures of the check.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    /// Measured figures, in words.
    pub(super) figures: Vec<String>,
}

impl Report {
    pub(super) fn failures(&self) -> usize {
        self.rows.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_))).count()
    }

    /// Keeps the time that Cargo prints for the first release build.
    pub(super) fn note_build(&mut self, printed: &str) {
        let line = printed.lines().find(|line| line.contains("Finished `release` profile"));
        if let Some(line) = line.filter(|_| self.figures.is_empty()) {
            self.figures.push(format!("the first release build, as Cargo says: {}", line.trim()));
        }
    }

    /// A page in Markdown.
    pub(super) fn page(&self) -> String {
        let mut page = format!("# Docs check\n\n{}\n\n", self.summary());
        page.extend(self.figures.iter().map(|figure| format!("* {figure}\n")));
        page.push_str("\n| where | command | outcome | time |\n|---|---|---|--:|\n");
        for row in &self.rows {
            let outcome = row.outcome.to_string().replace('\n', "<br>").replace('|', "\\|");
            let command = row.command.replace('|', "\\|");
            // Writing to a string cannot fail.
            let _ = writeln!(page, "| {} | `{command}` | {outcome} | {} |", row.place, seconds(row.took));
        }
        page
    }

    fn summary(&self) -> String {
        let count = |is: fn(&Outcome) -> bool| self.rows.iter().filter(|row| is(&row.outcome)).count();
        let passed = count(|outcome| *outcome == Outcome::Passed);
        let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
        format!(
            "{passed} commands did what their pages say, {} did not, {skipped} were not tried.",
            self.failures()
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in self.rows.iter().filter(|row| row.outcome != Outcome::Passed) {
            writeln!(f, "{row}")?;
        }
        for figure in &self.figures {
            writeln!(f, "{figure}")?;
        }
        write!(f, "{}", self.summary())
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9}  {}  {}  {}", seconds(self.took), self.place, self.command, self.outcome)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => write!(f, "passed"),
            Self::Skipped(why) => write!(f, "not tried: {why}"),
            Self::Failed(why) => write!(f, "FAILED: {why}"),
        }
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let row = |place: &str, outcome| Row {
            place: place.to_owned(),
            command: "a | b".to_owned(),
            outcome,
            took: Duration::from_millis(1250),
        };
        let rows = vec![
            row("README.md:7", Outcome::Passed),
            row("README.md:9", Outcome::Failed("it ended with 1:\nno port".to_owned())),
            row("docs/a.md:3", Outcome::Skipped("there is no podman".to_owned())),
        ];
        Report { rows, figures: vec!["until the first word: 90.0 s".to_owned()] }
    }

    #[test]
    fn the_terminal_is_shown_what_did_not_pass() {
        let expected = "    1.2 s  README.md:9  a | b  FAILED: it ended with 1:\nno port\n    1.2 s  docs/a.md:3  a | b  \
                        not tried: there is no podman\nuntil the first word: 90.0 s\n1 commands did what their pages \
                        say, 1 did not, 1 were not tried.";
        assert_eq!(report().to_string(), expected);
    }

    #[test]
    fn the_page_has_every_command_in_a_row() {
        let page = report().page();
        assert!(page.contains("* until the first word: 90.0 s\n"), "{page}");
        assert!(page.contains("| README.md:7 | `a \\| b` | passed | 1.2 s |\n"), "{page}");
        assert!(
            page.contains("| README.md:9 | `a \\| b` | FAILED: it ended with 1:<br>no port | 1.2 s |\n"),
            "{page}"
        );
    }
}
