//! The picture of the README: our server beside Murmur, and the delay from microphone to loudspeaker beside Mumble's.

use super::bench::Quantity;
use super::plot;
use super::record::{FigureRecord, Record};

/// Names of rows in the table of `cargo xtask mouth-to-ear`, and their labels in the picture.
const DELAYS: [(&str, &str); 5] = [
    ("native → native, no processing", "native players, no processing"),
    ("native → native", "native players, fresh installation"),
    ("Mumble ↔ Murmur, shortest delay", "Mumble and Murmur, shortest delay"),
    ("Mumble ↔ Murmur", "Mumble and Murmur, fresh installation"),
    ("Chromium → Chromium", "two pages in Chromium"),
];

/// `None` until both were measured; `page` has the delays.
pub(super) fn draw(record: &Record, page: &str) -> Option<String> {
    let per_core = record.bench("murmur")?.figures.iter().cloned().map(|figure| FigureRecord {
        quantity: Quantity {
            unit: "frames out per CPU second, the mark is Murmur: more is better".to_owned(),
            ..figure.quantity
        },
        target: None,
        ..figure
    });
    let delays = DELAYS.iter().map(|(row, what)| {
        Some(FigureRecord {
            quantity: Quantity {
                what: (*what).to_owned(),
                unit: "ms from microphone to loudspeaker: less is better".to_owned(),
                more_is_better: false,
            },
            values: delay(page, row)?,
            former: Vec::new(),
            floor: None,
            target: None,
            is_detail: false,
        })
    });
    let figures = per_core.map(Some).chain(delays).collect::<Option<Vec<_>>>()?;
    Some(plot::draw(&figures))
}

/// The first cell of a row, `**median** (lowest … highest)`.
fn delay(page: &str, row: &str) -> Option<Vec<f64>> {
    let head = format!("| {row} | **");
    let cell = page.lines().find_map(|line| line.strip_prefix(&head))?.split('|').next()?;
    let numbers = cell.split(['*', '(', ')', '…', ' ']).filter(|part| !part.is_empty());
    let mut values = numbers.map(|number| number.parse().ok()).collect::<Option<Vec<f64>>>()?;
    values.sort_by(f64::total_cmp);
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::super::machine::Machine;
    use super::*;

    #[test]
    fn delays_are_read_from_the_page_and_the_median_stays_in_the_middle() {
        let page = "| native → native, no processing | **7** | | |\n\
                    | native → native | **85.7** (85.6 … 87.0) | **145.1** | 0 of 198 |\n";
        assert_eq!(delay(page, "native → native"), Some(vec![85.6, 85.7, 87.0]));
        assert_eq!(delay(page, "native → native, no processing"), Some(vec![7.0]));
        assert_eq!(delay(page, "Mumble ↔ Murmur"), None);
    }

    #[test]
    fn the_page_has_every_row_of_the_picture() {
        let page = include_str!("../../../docs/benchmarks.md");
        for (row, _) in DELAYS {
            assert!(delay(page, row).is_some_and(|values| values.len() == 3), "{row}");
        }
    }

    #[test]
    fn nothing_is_drawn_before_the_server_was_measured_beside_murmur() {
        assert_eq!(draw(&Record::new(Machine::default()), ""), None);
    }
}
