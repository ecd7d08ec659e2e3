//! The tables and pictures of `docs/benchmarks.md`, between marks; the words around them are written by hand.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::numbers::{extremes, median, short, whole};
use super::plot;
use super::record::{BenchRecord, FigureRecord, Record, TargetRecord};
use crate::failure::Failure;

/// Fills the page of one folder into another one, and draws the pictures beside it.
///
/// # Errors
/// If the page has no marks for a bench, or files cannot be read or written.
pub(super) fn write(from: &Path, to: &Path, record: &Record) -> Result<(), Failure> {
    let page = from.join("benchmarks.md");
    let mut text = fs::read_to_string(&page).map_err(|cause| Failure::File { path: page.clone(), cause })?;
    let machine = format!("{}.\n", record.machine.in_words());
    text = fill(&text, "machine", &machine).ok_or_else(|| no_marks("machine"))?;
    for bench in &record.benches {
        text = fill(&text, &bench.name, &section(bench)).ok_or_else(|| no_marks(&bench.name))?;
        save(&to.join("images").join("benchmarks"), &format!("{}.svg", bench.name), &plot::draw(bench))?;
    }
    save(to, "benchmarks.md", &text)
}

fn save(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    let write = || {
        fs::create_dir_all(folder)?;
        fs::write(&path, text)
    };
    write().map_err(|cause| Failure::File { path: path.clone(), cause })
}

/// Puts something between the marks of this name, in place of what was there.
fn fill(text: &str, name: &str, what: &str) -> Option<String> {
    let begin = begin(name);
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}\n\n{what}\n{END}{after}"))
}

fn begin(name: &str) -> String {
    format!("<!-- begin: {name} -->")
}

const END: &str = "<!-- end -->";

fn no_marks(name: &str) -> Failure {
    Failure::NoMarks { page: "docs/benchmarks.md", mark: begin(name) }
}

fn section(bench: &BenchRecord) -> String {
    let BenchRecord { name, revision, commands, figures, notes } = bench;
    let repeats = figures.first().map_or(0, |figure| figure.values.len());
    let times = if repeats == 1 { "once".to_owned() } else { format!("{repeats} times") };
    let commands: Vec<_> = commands.iter().map(|command| format!("`{command}`")).collect();
    let mut text = format!("{}, {times}, at {revision}.\n\n", commands.join(", "));
    text += "| | measured | beside it | times that | promised |\n|---|---|---|---|---|\n";
    for figure in figures {
        let _ = writeln!(text, "{}", row(figure));
    }
    for note in notes {
        let _ = write!(text, "\n{note}\n");
    }
    let _ = write!(text, "\n![{name}: figures as bars, floors as marks](images/benchmarks/{name}.svg)\n");
    text
}

fn row(figure: &FigureRecord) -> String {
    let FigureRecord { what, unit, values, floor, .. } = figure;
    let measured = format!("**{}** {unit}{}", short(figure.median()), spread(values));
    let beside = floor
        .as_ref()
        .map_or_else(String::new, |floor| format!("{}: {}", floor.name, short(median(&floor.values))));
    let ratio = figure.of_floor().map_or_else(String::new, short);
    format!("| {what} | {measured} | {beside} | {ratio} | {} |", promise(figure))
}

/// The lowest and the highest run, where they differ.
fn spread(values: &[f64]) -> String {
    let (lowest, highest) = extremes(values);
    let (lowest, highest) = (short(lowest), short(highest));
    if lowest == highest { String::new() } else { format!(" ({lowest} … {highest})") }
}

fn promise(figure: &FigureRecord) -> String {
    let (Some(TargetRecord { limit, is_least, is_ratio }), Some(is_kept)) = (figure.target, figure.is_kept())
    else {
        return String::new();
    };
    let kind = if is_least { "at least" } else { "at most" };
    let of = if is_ratio { " times that" } else { "" };
    let verdict = if is_kept { "kept" } else { "**not kept**" };
    format!("{kind} {}{of}: {verdict}", whole(limit))
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::CATALOGUE;
    use super::super::record::FloorRecord;
    use super::*;

    #[test]
    fn a_row_tells_figure_floor_ratio_and_whether_the_promise_is_kept() {
        let mut figure = FigureRecord {
            what: "to 100 listeners".to_owned(),
            unit: "packets/s".to_owned(),
            more_is_better: true,
            values: vec![390e6, 380e6, 400e6],
            floor: Some(FloorRecord { name: "bare list".to_owned(), values: vec![780e6, 760e6, 800e6] }),
            target: Some(TargetRecord { limit: 35e6, is_least: true, is_ratio: false }),
        };
        assert_eq!(
            row(&figure),
            "| to 100 listeners | **390 M** packets/s (380 M … 400 M) | bare list: 780 M | 0.50 | at least 35.0 M: kept |"
        );
        figure.target = Some(TargetRecord { limit: 0.6, is_least: true, is_ratio: true });
        assert!(row(&figure).ends_with("| at least 0.6 times that: **not kept** |"), "{}", row(&figure));
        figure.values.truncate(1);
        (figure.floor, figure.target) = (None, None);
        assert_eq!(row(&figure), "| to 100 listeners | **390 M** packets/s |  |  |  |");
    }

    #[test]
    fn what_is_written_by_hand_stays() {
        let page =
            "words\n<!-- begin: relay -->\nold\n<!-- end -->\nmore\n<!-- begin: join -->\n<!-- end -->\n";
        let filled = fill(page, "relay", "new\n").unwrap();
        assert!(
            filled.starts_with("words\n<!-- begin: relay -->\n\nnew\n\n<!-- end -->\nmore\n"),
            "{filled}"
        );
        assert!(filled.contains("<!-- begin: join -->\n<!-- end -->"));
        assert_eq!(fill(page, "load", "new"), None);
    }

    #[test]
    fn the_page_has_a_place_for_every_bench_of_the_catalogue() {
        let page = include_str!("../../../docs/benchmarks.md");
        for name in CATALOGUE.iter().map(|bench| bench.name).chain(["machine"]) {
            assert!(fill(page, name, "").is_some(), "docs/benchmarks.md has no {} and {END}", begin(name));
        }
    }

    #[test]
    fn the_page_shows_the_figures_that_are_kept() {
        let record: Record = serde_json::from_str(include_str!("../../../docs/benchmarks.json")).unwrap();
        let page = include_str!("../../../docs/benchmarks.md");
        for bench in &record.benches {
            assert!(page.contains(&section(bench)), "{}: run `cargo xtask benchmarks --draw`", bench.name);
        }
    }
}
