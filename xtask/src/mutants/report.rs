//! The report at the end of a run: a table, the surviving mutants, and everything as JSON.

use std::fmt;

use serde::Serialize;
use serde_json::json;

use super::judging::Verdict;
use super::site::Site;

/// The result of a run.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The seed of the sample.
    pub(super) seed: u64,
    /// The mutants, sorted by file and line.
    pub(super) rows: Vec<Row>,
    /// Changes of the sample that do not compile; others came in their place.
    pub(super) not_compiled: usize,
    /// Tests that fail without a mutant, and so judge none.
    pub(super) failing_tests: Vec<String>,
}

/// A mutant and its verdict.
#[derive(Debug)]
pub(super) struct Row {
    /// The change.
    pub(super) site: Site,
    /// The change as a diff.
    pub(super) diff: Vec<String>,
    /// The verdict.
    pub(super) verdict: Verdict,
}

/// The number of mutants by verdict, for one package or for all.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Tally {
    package: String,
    killed: usize,
    survived: usize,
    not_reached: usize,
    timed_out: usize,
}

impl Report {
    /// One tally for each package, in the order of their files, and the sum of all.
    pub(super) fn tallies(&self) -> Vec<Tally> {
        let mut tallies: Vec<Tally> = Vec::new();
        let mut total = Tally { package: "all".to_owned(), ..Tally::default() };
        for row in &self.rows {
            let name = &row.site.package.name;
            let at = tallies.iter().position(|tally| tally.package == *name).unwrap_or_else(|| {
                tallies.push(Tally { package: name.clone(), ..Tally::default() });
                tallies.len() - 1
            });
            for tally in [&mut tallies[at], &mut total] {
                *match row.verdict {
                    Verdict::Killed { .. } => &mut tally.killed,
                    Verdict::TimedOut { .. } => &mut tally.timed_out,
                    Verdict::Survived { .. } => &mut tally.survived,
                    Verdict::NotReached => &mut tally.not_reached,
                } += 1;
            }
        }
        tallies.push(total);
        tallies
    }

    /// The whole report as JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        let rows = self.rows.iter().map(|row| {
            let mut value = json!(row.verdict);
            value["package"] = json!(row.site.package.name);
            value["file"] = json!(row.site.file);
            value["line"] = json!(row.site.line);
            value["column"] = json!(row.site.column);
            value["function"] = json!(row.site.function);
            value["change"] = json!(row.site.what);
            value["diff"] = json!(row.diff);
            value
        });
        json!({
            "seed": self.seed,
            "mutants": rows.collect::<Vec<_>>(),
            "packages": self.tallies(),
            "not_compiled": self.not_compiled,
            "failing_tests": self.failing_tests,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let note = match &row.verdict {
                Verdict::Survived { tests } => format!("survived {tests} tests that reach it"),
                Verdict::NotReached => "reached by no test".to_owned(),
                Verdict::Killed { .. } | Verdict::TimedOut { .. } => continue,
            };
            writeln!(f, "{}: {note}", row.site)?;
            for line in &row.diff {
                writeln!(f, "    {line}")?;
            }
        }
        for test in &self.failing_tests {
            writeln!(f, "fails without a mutant: {test}")?;
        }
        writeln!(f, "\n| package | killed | timed out | survived | not reached |\n|---|--:|--:|--:|--:|")?;
        for tally in self.tallies() {
            let Tally { package, killed, survived, not_reached, timed_out } = tally;
            writeln!(f, "| {package} | {killed} | {timed_out} | {survived} | {not_reached} |")?;
        }
        write!(f, "\nseed {}, {} changes did not compile", self.seed, self.not_compiled)
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{} in `{}`, {}", self.file, self.line, self.column, self.function, self.what)
    }
}
