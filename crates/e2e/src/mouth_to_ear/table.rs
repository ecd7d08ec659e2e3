//! The table: the median of the rounds, and their range.

use std::fmt::Write as _;

use super::chirps::Delays;

/// One system, in all rounds.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) rounds: Vec<Delays>,
}

/// The rows, and those left out because a program is missing, in Markdown.
pub(super) fn table(rows: &[Row], left_out: &[(&str, &str)]) -> String {
    let mut text = "| | p50, ms | p95, ms |\n|---|---|---|\n".to_owned();
    let mut losses = Vec::new();
    for Row { name, rounds } in rows {
        let of_rounds = |share| rounds.iter().map(|round| round.quantile(share)).collect::<Vec<_>>();
        let (p50, p95) = (range(of_rounds(0.5)), median(of_rounds(0.95)));
        let _ = writeln!(text, "| {name} | {p50} | {p95:.1} |");
        let lost: usize = rounds.iter().map(|round| round.lost).sum();
        let said: usize = rounds.iter().map(|round| round.found_ms.len() + round.lost).sum();
        losses.extend((lost > 0).then(|| format!("{lost} of {said} ({name})")));
    }
    if losses.is_empty() {
        text += "\nNo chirp was lost.\n";
    } else {
        let _ = writeln!(text, "\nLost chirps: {}.", losses.join("; "));
    }
    let left_out: Vec<_> = left_out.iter().map(|(name, program)| format!("{name} ({program})")).collect();
    if !left_out.is_empty() {
        let _ = writeln!(text, "\nLeft out, for want of a program: {}.", left_out.join("; "));
    }
    text
}

impl Delays {
    /// A quantile by the nearest-rank method; 0 if there are no values.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let rank = (share * self.found_ms.len() as f64).ceil().max(1.0) as usize;
        self.found_ms.get(rank - 1).copied().unwrap_or(0.0)
    }
}

/// The median, and the range of the values.
fn range(values: Vec<f64>) -> String {
    let least = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let most = values.iter().copied().reduce(f64::max).unwrap_or(0.0);
    format!("**{:.1}** ({least:.1} … {most:.1})", median(values))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_median_and_the_range_of_its_rounds() {
        let round = |shift: f64| {
            let found_ms = (1..=100).map(|number| f64::from(number) + shift).collect();
            Delays { found_ms, lost: usize::from(shift > 0.0) }
        };
        let row = Row { name: "a", rounds: vec![round(0.25), round(-0.25), round(0.0)] };
        let text = table(&[row], &[]);
        let cells = "| a | **50.0** (49.8 … 50.2) | 95.0 |";
        assert_eq!(text.lines().nth(2), Some(cells));
        assert_eq!(text.lines().last(), Some("Lost chirps: 1 of 301 (a)."));
        assert_eq!(table(&[], &[]).lines().last(), Some("No chirp was lost."));
    }

    #[test]
    fn the_last_line_says_what_was_left_out_for_want_of_which_program() {
        let text = table(&[], &[("a", "x"), ("b", "y")]);
        assert_eq!(text.lines().last(), Some("Left out, for want of a program: a (x); b (y)."));
    }
}
