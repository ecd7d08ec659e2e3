//! A comparison of new figures with those that are kept.

use super::bench::Quantity;
use super::numbers::{extremes, short};
use super::record::{FigureRecord, Record};

/// Prints a line for each figure of a bench, old and new.
pub(super) fn print(bench: &str, old: &Record, new: &Record) {
    if old.machine != new.machine {
        println!("the old figures are another machine's: {}", old.machine.in_words());
    }
    let Some(now) = new.bench(bench) else { return };
    let Some(before) = old.bench(bench) else {
        println!("{bench}: was not measured before");
        return;
    };
    for figure in &now.figures {
        let Quantity { what, unit, .. } = &figure.quantity;
        let same = |other: &&FigureRecord| other.quantity.what == *what && other.quantity.unit == *unit;
        if let Some(before) = before.figures.iter().find(same) {
            println!("{}", line(bench, before, figure));
        }
    }
}

fn line(bench: &str, old: &FigureRecord, new: &FigureRecord) -> String {
    let (before, now) = (old.median(), new.median());
    format!(
        "{bench}: {}: {} before, {} {} now, {} times that{}",
        new.quantity.what,
        short(before),
        short(now),
        new.quantity.unit,
        short(now / before),
        verdict(old, new)
    )
}

/// Compares the spreads: runs differ, so that a change counts only if the spreads of old and new runs do not overlap.
fn verdict(old: &FigureRecord, new: &FigureRecord) -> &'static str {
    let ((old_lowest, old_highest), (lowest, highest)) = (extremes(&old.values), extremes(&new.values));
    let (is_above, is_below) = (lowest > old_highest, highest < old_lowest);
    match (new.quantity.more_is_better, is_above, is_below) {
        (true, _, true) | (false, true, _) => "; WORSE beyond the spread of the runs",
        (true, true, _) | (false, _, true) => "; better beyond the spread of the runs",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(values: &[f64], more_is_better: bool) -> FigureRecord {
        FigureRecord {
            quantity: Quantity { what: "a frame".to_owned(), unit: "µs".to_owned(), more_is_better },
            values: values.to_vec(),
            former: Vec::new(),
            floor: None,
            target: None,
            is_detail: false,
        }
    }

    #[test]
    fn what_is_beyond_the_spread_of_the_runs_is_said() {
        let old = figure(&[10.0, 12.0, 11.0], false);
        let of = |values: &[f64]| line("load", &old, &figure(values, false));
        assert_eq!(of(&[11.0, 13.0, 15.0]), "load: a frame: 11.0 before, 13.0 µs now, 1.18 times that");
        assert!(of(&[12.5, 13.0, 15.0]).ends_with("; WORSE beyond the spread of the runs"));
        assert!(of(&[9.0, 8.0, 7.0]).ends_with("; better beyond the spread of the runs"));
    }

    #[test]
    fn more_of_what_is_wanted_is_better() {
        let old = figure(&[10.0, 12.0], true);
        assert!(verdict(&old, &figure(&[13.0, 14.0], true)).contains("better"));
        assert!(verdict(&old, &figure(&[8.0, 9.0], true)).contains("WORSE"));
        assert_eq!(verdict(&old, &figure(&[9.0, 11.0], true)), "");
    }
}
