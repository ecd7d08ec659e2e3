//! The statements of `docs/limits.md` about the code are true.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_limit_in_the_code_is_where_the_page_says_and_what_it_says() {
    let mut checked = 0;
    for row in rows() {
        let [names, value, ..] = &row[..] else { panic!("cells: {row:?}") };
        let names: Vec<_> = names.split('`').skip(1).step_by(2).filter(|name| name.contains("::")).collect();
        for (name, value) in names.iter().zip(values_in_order(value, names.len())) {
            let source = fs::read_to_string(file_of(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            let constant = name.rsplit("::").next().unwrap();
            let found: Vec<_> = values_of(constant, &source).collect();
            let is_right = found.iter().any(|found| meant(found) == meant(value));
            assert!(is_right, "docs/limits.md says {value} of {name}, and the code {found:?}");
            checked += 1;
        }
    }
    assert!(checked > 120, "{checked} limits");
}

#[test]
fn every_metric_of_the_page_is_one_and_has_such_a_label() {
    let metrics = fs::read_to_string(root().join("docs/metrics.md")).unwrap();
    let folder = root().join("crates/admin/src/metrics");
    let sources: String = fs::read_dir(folder)
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect::<String>();
    // The metrics of single networks.
    let of_networks = ["crates/link/src/network_metrics.rs", "crates/networks/mumble/src/metrics.rs"]
        .map(|file| fs::read_to_string(root().join(file)).unwrap());
    let sources = sources + &of_networks.concat();
    let page = page();
    let named: Vec<_> =
        page.split('`').skip(1).step_by(2).filter(|name| name.starts_with("consonance_")).collect();
    assert!(named.len() > 100, "{} metrics", named.len());
    for metric in named {
        let (name, labels) = metric.split_once('{').unwrap_or((metric, ""));
        assert!(metrics.contains(&format!("| `{name}` ")), "there is no metric {name}");
        // `counter` labels are skipped: counters without a metric of their own have their names in the program.
        let labels = labels.trim_end_matches('}').split(',').filter(|label| !label.starts_with("counter"));
        for (_, value) in labels.filter_map(|label| label.split_once('=')) {
            assert!(sources.contains(value), "{metric}: no sample has {value}");
        }
    }
}

#[test]
fn every_row_says_what_happens_and_where_it_is_counted() {
    let mut heads = Vec::new();
    for row in page().lines().filter_map(cells) {
        if row[0] == "limit" {
            heads = row;
        } else {
            assert!(row.len() == heads.len() && row.iter().all(|cell| !cell.is_empty()), "{row:?}");
            assert!(heads.ends_with(&["beyond it".to_owned(), "counted as".to_owned()]), "{heads:?}");
        }
    }
}

/// The value of each name of a row: one for all of them, or one for each in the same order.
fn values_in_order(cell: &str, names: usize) -> Vec<&str> {
    let values: Vec<_> = cell.split(", ").collect();
    let repeated = if values.len() == 1 { names } else { 1 };
    assert!(names == 0 || values.len() * repeated == names, "{cell}: {names} names");
    values.repeat(repeated)
}

/// The rows of limits, without the heads of their tables.
fn rows() -> Vec<Vec<String>> {
    page().lines().filter_map(cells).filter(|row| row[0].starts_with('`')).collect()
}

fn cells(line: &str) -> Option<Vec<String>> {
    let row = line.strip_prefix("| ")?.trim_matches(['|', ' ']);
    Some(row.split(" | ").map(str::to_owned).collect())
}

/// `quic::fast_path::server_path::gathering::BUFFERS_KEPT_MAX` is in
/// `crates/networks/quic/src/fast_path/server_path/gathering.rs`.
fn file_of(name: &str) -> PathBuf {
    let parts: Vec<_> = name.split("::").collect();
    let [package, modules @ .., _] = &parts[..] else { panic!("{name} is in no crate") };
    let folders = ["crates", "crates/networks"];
    let mut folders = folders.iter().map(|folder| root().join(folder).join(package));
    let folder =
        folders.find(|folder| folder.is_dir()).unwrap_or_else(|| panic!("there is no crate {package}"));
    let module = if modules.is_empty() { "lib".to_owned() } else { modules.join("/") };
    folder.join("src").join(module + ".rs")
}

/// The text after each `name:` of a field, and after the `=` of a constant or of a setting that is declared.
fn values_of<'s>(name: &str, source: &'s str) -> impl Iterator<Item = &'s str> {
    let begin = format!("{name}: ");
    let places: Vec<_> = source.match_indices(&begin).map(|(at, begin)| (at, at + begin.len())).collect();
    places.into_iter().filter_map(|(at, end)| {
        let text = source[end..].split('\n').next()?;
        let is_declared = source[..at].ends_with("pub ") && text.contains(" = ");
        let value = if source[..at].ends_with("const ") || is_declared {
            source[end..].split_once('=').and_then(|(_, rest)| rest.split([';', ',']).next())?
        } else {
            text.split([',', '}']).next()?
        };
        Some(value.trim())
    })
}

/// A number, a time in milliseconds, or words.
#[derive(Debug, PartialEq)]
enum Meant<'t> {
    Number(u64),
    Milliseconds(u64),
    Words(&'t str),
}

/// `64 KiB` is `64 * 1024`, and `5 s` is `Duration::from_secs(5)`.
fn meant(text: &str) -> Meant<'_> {
    let number = |text: &str| text.trim().replace('_', "").parse::<u64>().ok();
    let times = |text: &str, by: u64| number(text).map(|number| number * by);
    for (begin, end, milliseconds) in [
        ("Duration::from_millis(", " ms", 1),
        ("Duration::from_secs(", " s", 1000),
        ("Duration::from_mins(", " min", 60_000),
        ("Duration::from_hours(", " h", 3_600_000),
    ] {
        let bare = text.strip_prefix(begin).map(|rest| rest.trim_end_matches(')'));
        if let Some(time) = bare.or(text.strip_suffix(end)).and_then(|text| times(text, milliseconds)) {
            return Meant::Milliseconds(time);
        }
    }
    for (unit, bytes) in [(" KiB", 1 << 10), (" MiB", 1 << 20)] {
        if let Some(bytes) = text.strip_suffix(unit).and_then(|text| times(text, bytes)) {
            return Meant::Number(bytes);
        }
    }
    let shifted = text.split_once("<<").and_then(|(one, by)| Some(number(one)? << number(by)?));
    let product = text.split('*').map(number).try_fold(1, |product, factor| Some(product * factor?));
    shifted.or(product).map_or(Meant::Words(text), Meant::Number)
}

fn page() -> String {
    fs::read_to_string(root().join("docs/limits.md")).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
