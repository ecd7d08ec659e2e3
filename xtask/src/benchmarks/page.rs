//! The tables and pictures of `docs/benchmarks.md`, between marks; the words around them are written by hand.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::bench::{Quantity, Target};
use super::numbers::{extremes, median, short, whole};
use super::record::{BenchRecord, FigureRecord, Record};
use super::{overview, plot};
use crate::failure::Failure;

/// Fills the page of one folder into another one, and draws the pictures beside it.
///
/// # Errors
/// If the page has no marks for a bench, or files cannot be read or written.
pub(super) fn write(from: &Path, to: &Path, record: &Record) -> Result<(), Failure> {
    let page = from.join("benchmarks.md");
    let mut text = fs::read_to_string(&page).map_err(|cause| Failure::File { path: page.clone(), cause })?;
    let usual = usual(record);
    let machine = machine(record, &usual);
    text = fill(&text, "machine", &machine).ok_or_else(|| no_marks("machine"))?;
    let images = to.join("images").join("benchmarks");
    for bench in &record.benches {
        text = fill(&text, &bench.name, &section(bench, &usual)).ok_or_else(|| no_marks(&bench.name))?;
        save(&images, &format!("{}.svg", bench.name), &plot::draw(&bench.figures))?;
    }
    if let Some(picture) = overview::draw(record, &text) {
        save(&images, "overview.svg", &picture)?;
    }
    save(to, "benchmarks.md", &text)
}

/// Puts a text into one section of the page.
///
/// # Errors
/// If the page has no marks of this name, or cannot be read or written.
pub(super) fn write_section(docs: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let page = docs.join("benchmarks.md");
    let old = fs::read_to_string(&page).map_err(|cause| Failure::File { path: page, cause })?;
    let new = fill(&old, name, text).ok_or_else(|| no_marks(name))?;
    save(docs, "benchmarks.md", &new)
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

fn machine(record: &Record, usual: &str) -> String {
    format!("{}.\n{usual}, unless stated otherwise.\n", record.machine.in_words())
}

/// How most benches were measured.
fn usual(record: &Record) -> String {
    let all: Vec<_> = record.benches.iter().map(measured).collect();
    most_common(all.iter().map(String::as_str)).unwrap_or_default().to_owned()
}

/// How often a bench was run, and of which commit.
fn measured(bench: &BenchRecord) -> String {
    let repeats = bench.figures.first().map_or(0, |figure| figure.values.len());
    let times = if repeats == 1 { "once".to_owned() } else { format!("{repeats} times") };
    format!("Measured {times} at {}", bench.revision)
}

/// The options of a command of this bench; the heading has the command.
fn options<'c>(command: &'c str, name: &str) -> &'c str {
    let options = command.split_once(&format!("consonance-bench {name}")).map_or(command, |(_, after)| after);
    options.trim_end_matches("--json").trim()
}

fn section(bench: &BenchRecord, usual: &str) -> String {
    let BenchRecord { name, commands, figures, notes, .. } = bench;
    let options = commands.iter().map(|command| options(command, name)).filter(|options| !options.is_empty());
    let options: Vec<_> = options.map(|options| format!("`{options}`")).collect();
    let mut text = measured(bench);
    if !options.is_empty() {
        let _ = write!(text, " with {}", options.join(", "));
    }
    text = if text == usual { String::new() } else { text + ".\n\n" };
    let shown: Vec<_> = figures.iter().filter(|figure| !figure.is_detail).cloned().collect();
    let tables: Vec<_> = groups(&shown).into_iter().map(table).collect();
    text += &tables.join("\n");
    for note in notes {
        let _ = write!(text, "\n{note}\n");
    }
    let _ = write!(text, "\n![{name}](images/benchmarks/{name}.svg)\n");
    text
}

/// The figures of each table: neighbours of one unit are apart from others if they are many.
fn groups(figures: &[FigureRecord]) -> Vec<&[FigureRecord]> {
    let mut ends = Vec::new();
    let mut end = 0;
    for same in figures.chunk_by(|one, next| one.quantity.unit == next.quantity.unit) {
        if same.len() >= OWN_TABLE_ROWS && end > 0 {
            ends.push(end);
        }
        end += same.len();
    }
    ends.push(end);
    let starts = [0].into_iter().chain(ends.iter().copied());
    starts.zip(&ends).map(|(start, end)| &figures[start..*end]).collect()
}

const OWN_TABLE_ROWS: usize = 4;

/// Columns without a value are left out; properties common to most rows are in the head, and a floor's value if it is
/// the same in all of them.
fn table(figures: &[FigureRecord]) -> String {
    let shared = Shared::of(figures);
    let mut head = vec![String::new(), format!("measured, {}", shared.unit)];
    if let Some(floor) = shared.floor {
        let value = shared.floor_value.as_ref().map(|value| format!(" ({value})")).unwrap_or_default();
        head.push(format!("ratio to {floor}{value}"));
    }
    if shared.has_promises {
        head.push("promised".to_owned());
    }
    let mut text = line(&head);
    let _ = writeln!(text, "|{}", "---|".repeat(head.len()));
    for figure in figures {
        text += &line(&row(figure, &shared));
    }
    text
}

/// The common properties of a table's rows.
struct Shared<'f> {
    /// The unit of most rows.
    unit: &'f str,
    /// The floor of most rows; `None` if no row has one.
    floor: Option<&'f str>,
    /// Its value, if that is the same in several rows.
    floor_value: Option<String>,
    has_promises: bool,
}

impl<'f> Shared<'f> {
    fn of(figures: &'f [FigureRecord]) -> Self {
        let floors = figures.iter().filter_map(|figure| figure.floor.as_ref());
        let floor = most_common(floors.clone().map(|floor| &*floor.name));
        let values = floors.filter(|own| floor == Some(&own.name)).map(|own| short(median(&own.values)));
        let values: Vec<_> = values.collect();
        let is_same = values.len() > 1 && values.iter().all(|value| *value == values[0]);
        Self {
            unit: most_common(figures.iter().map(|figure| &*figure.quantity.unit)).unwrap_or_default(),
            floor,
            floor_value: values.into_iter().next().filter(|_| is_same),
            has_promises: figures.iter().any(|figure| figure.target.is_some()),
        }
    }
}

/// The first of several.
fn most_common<'n>(names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let names: Vec<_> = names.collect();
    let count = |name: &str| names.iter().filter(|other| **other == name).count();
    names.iter().rev().max_by_key(|name| count(name)).copied()
}

fn line(cells: &[String]) -> String {
    let cells = cells.iter().map(|cell| if cell.is_empty() { "| ".to_owned() } else { format!("| {cell} ") });
    cells.collect::<String>() + "|\n"
}

fn row(figure: &FigureRecord, all: &Shared<'_>) -> Vec<String> {
    let FigureRecord { quantity: Quantity { what, unit, .. }, values, floor, .. } = figure;
    let unit = if unit == all.unit { String::new() } else { format!(" {unit}") };
    let mut cells = vec![what.clone(), format!("**{}**{unit}{}", short(figure.median()), spread(values))];
    if let Some(shared) = all.floor {
        let ratio = figure.of_floor().map_or_else(String::new, short);
        let other = floor.as_ref().filter(|floor| floor.name != shared);
        cells.push(other.map_or_else(|| ratio.clone(), |floor| format!("{ratio} ({})", floor.name)));
    }
    if all.has_promises {
        cells.push(promise(figure));
    }
    cells
}

/// Half of the range of the runs as a share of their median; the range itself where that is wide.
fn spread(values: &[f64]) -> String {
    let (lowest, highest) = extremes(values);
    let percent = (50.0 * (highest - lowest) / median(values).abs()).round();
    match percent {
        _ if short(lowest) == short(highest) => String::new(),
        ..NARROW_PERCENT => String::new(),
        ..=WIDE_PERCENT => format!(" ±{percent} %"),
        _ => format!(" ({} … {})", short(lowest), short(highest)),
    }
}

/// Up to here, runs differ by less than a reader compares.
const NARROW_PERCENT: f64 = 10.0;

/// Above this, a percentage says little about the runs.
const WIDE_PERCENT: f64 = 25.0;

fn promise(figure: &FigureRecord) -> String {
    let (Some(Target { limit, is_least, is_ratio }), Some(is_kept)) = (figure.target, figure.is_kept())
    else {
        return String::new();
    };
    let what = if is_ratio { "ratio " } else { "" };
    let kind = if is_least { "≥" } else { "≤" };
    let verdict = if is_kept { "" } else { ", **not kept**" };
    format!("{what}{kind} {}{verdict}", whole(limit))
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::CATALOGUE;
    use super::super::record::FloorRecord;
    use super::*;

    #[test]
    fn a_row_tells_figure_ratio_and_whether_the_promise_is_kept() {
        let mut figure = FigureRecord {
            quantity: Quantity {
                what: "to 100 listeners".to_owned(),
                unit: "packets/s".to_owned(),
                more_is_better: true,
            },
            values: vec![390e6, 380e6, 400e6],
            former: Vec::new(),
            floor: Some(FloorRecord { name: "bare list".to_owned(), values: vec![780e6, 760e6, 800e6] }),
            target: Some(Target { limit: 35e6, is_least: true, is_ratio: false }),
            is_detail: false,
        };
        let cells = |figure: &FigureRecord| row(figure, &Shared::of(std::slice::from_ref(figure)));
        assert_eq!(cells(&figure), ["to 100 listeners", "**390 M**", "0.50", "≥ 35.0 M"]);
        figure.target = Some(Target { limit: 0.6, is_least: true, is_ratio: true });
        assert_eq!(cells(&figure)[3], "ratio ≥ 0.6, **not kept**");
        (figure.floor, figure.target) = (None, None);
        figure.values = vec![390e6, 340e6, 430e6];
        assert_eq!(cells(&figure), ["to 100 listeners", "**390 M** ±12 %"]);
        figure.values = vec![390e6, 100e6, 400e6];
        assert_eq!(cells(&figure), ["to 100 listeners", "**390 M** (100 M … 400 M)"]);
    }

    #[test]
    fn a_table_has_the_common_unit_and_floor_in_its_head() {
        let figure = |what: &str, unit: &str, floor: Option<&str>| FigureRecord {
            quantity: Quantity { what: what.to_owned(), unit: unit.to_owned(), more_is_better: true },
            values: vec![2.0],
            former: Vec::new(),
            floor: floor.map(|name| FloorRecord { name: name.to_owned(), values: vec![4.0] }),
            target: None,
            is_detail: false,
        };
        let figures = [
            figure("a", "ms", Some("bare loop")),
            figure("b", "ms", Some("bare loop")),
            figure("c", "bytes", Some("copy")),
            figure("d", "ms", None),
        ];
        let expected = "| | measured, ms | ratio to bare loop (4.00) |\n|---|---|---|\n\
            | a | **2.00** | 0.50 |\n| b | **2.00** | 0.50 |\n\
            | c | **2.00** bytes | 0.50 (copy) |\n| d | **2.00** | |\n";
        assert_eq!(table(&figures), expected);
        assert_eq!(table(&figures[3..]), "| | measured, ms |\n|---|---|\n| d | **2.00** |\n");
        let of = |unit: &str, count| vec![figure("a", unit, None); count];
        let many = [of("ms", 5), of("bytes", 2), of("s", 4), of("%", 1)].concat();
        let sizes: Vec<_> = groups(&many).iter().map(|group| group.len()).collect();
        assert_eq!(sizes, [7, 5], "four seconds have a table");
    }

    #[test]
    fn a_section_has_the_commands_with_options_and_no_details() {
        let figure = |what: &str, is_detail| FigureRecord {
            quantity: Quantity { what: what.to_owned(), unit: "ms".to_owned(), more_is_better: false },
            values: vec![2.0],
            former: Vec::new(),
            floor: None,
            target: None,
            is_detail,
        };
        let mut bench = BenchRecord {
            name: "join".to_owned(),
            revision: "0123456789".to_owned(),
            former: None,
            commands: vec!["chrt -f 1 consonance-bench join --json".to_owned()],
            figures: vec![figure("a", false), figure("b", true)],
            notes: Vec::new(),
        };
        let table =
            "| | measured, ms |\n|---|---|\n| a | **2.00** |\n\n![join](images/benchmarks/join.svg)\n";
        let usual = "Measured once at 0123456789";
        assert_eq!(section(&bench, usual), table);
        assert_eq!(section(&bench, "Measured 3 times at 0123456789"), format!("{usual}.\n\n{table}"));
        bench.commands = vec!["consonance-bench join --fast --json".to_owned()];
        assert_eq!(section(&bench, usual), format!("{usual} with `--fast`.\n\n{table}"));
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
        let usual = usual(&record);
        assert!(page.contains(&machine(&record, &usual)), "the machine: run `cargo xtask benchmarks --draw`");
        for bench in &record.benches {
            let is_shown = page.contains(&section(bench, &usual));
            assert!(is_shown, "{}: run `cargo xtask benchmarks --draw`", bench.name);
        }
    }
}
