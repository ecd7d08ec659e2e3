//! The results as lines, as a page and as a picture.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use super::condition::{Condition, Listener};
use super::plot;
use super::row::{Row, loss};

/// One row for each condition and listener, in the order measured.
#[derive(Default)]
pub(super) struct Report {
    rows: Vec<Row>,
}

impl Report {
    pub(super) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Fills the tables of `quality.md` in this folder, and draws `images/quality.svg` beside it.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Box<dyn Error>> {
        fill_page(folder, "consonance-bench quality", &self.tables())?;
        let image = folder.join("images").join("quality.svg");
        fs::write(&image, plot::draw(&self.rows)).map_err(|error| cannot(&image, &error))?;
        Ok(())
    }

    /// Tables for real networks and for even jitter: conditions are rows, listeners are columns.
    fn tables(&self) -> String {
        let real = Condition::all_real().into_iter().filter(|(name, _)| !NOT_IN_TABLE.contains(name));
        let real: Vec<(String, Condition)> =
            real.map(|(name, condition)| (name.to_owned(), condition)).collect();
        let even = Condition::all_even().into_iter().filter(is_in_table);
        let name = |condition: Condition| format!("{}, {} ms", loss(condition), condition.jitter_ms);
        let even: Vec<(String, Condition)> = even.map(|condition| (name(condition), condition)).collect();
        self.table("Real networks", "network", &real) + &self.table("Loss and jitter", "loss, jitter", &even)
    }

    fn table(&self, title: &str, what: &str, conditions: &[(String, Condition)]) -> String {
        let names = Listener::ALL.map(Listener::name).join(" | ");
        let rule = "---|".repeat(Listener::ALL.len());
        let mut text = format!("### {title}\n\n| {what} | {names} |\n|---|{rule}\n");
        for (name, condition) in conditions {
            let _ = writeln!(text, "| {name} | {} |", self.cells(*condition).join(" | "));
        }
        text.push('\n');
        text
    }

    fn cells(&self, condition: Condition) -> Vec<String> {
        let rows = self.rows.iter().filter(|row| row.condition == condition);
        let cell = |Row { measured, .. }: &Row| {
            format!("**{:.2}** {:.0}/{:.0}", measured.score, measured.delay_mean_ms, measured.delay_p95_ms)
        };
        rows.map(cell).collect()
    }
}

/// Whether even jitter has a row on the page; the picture has all of them.
fn is_in_table(condition: &Condition) -> bool {
    let Condition { loss_percent, bursts, jitter_ms, .. } = *condition;
    if bursts {
        loss_percent == 10 && jitter_ms == 60
    } else {
        [0, 10].contains(&loss_percent) && [0, 60].contains(&jitter_ms)
    }
}

/// The real networks without a row on the page.
const NOT_IN_TABLE: [&str; 4] = [
    "light Wi-Fi, 60 ms frames",
    "clock 300 ppm faster",
    "clock 300 ppm slower, 60 ms frames",
    "clock 300 ppm faster, 60 ms frames",
];

/// Writes tables to `quality.md` in this folder, between the marker with the command and the next end marker.
pub(super) fn fill_page(folder: &Path, command: &str, tables: &str) -> Result<(), Box<dyn Error>> {
    let page = folder.join("quality.md");
    let text = fs::read_to_string(&page).map_err(|error| cannot(&page, &error))?;
    let begin = format!("<!-- begin: {command} -->");
    let places = text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = places else {
        return Err(
            format!("{} has no {begin} and {END}; put them where the tables belong", page.display()).into()
        );
    };
    let text = format!("{before}{begin}\n\n{tables}{END}{after}");
    fs::write(&page, text).map_err(|error| cannot(&page, &error).into())
}

const END: &str = "<!-- end -->";

fn cannot(path: &Path, error: &io::Error) -> String {
    format!("cannot use {}: {error}; give the folder docs", path.display())
}
