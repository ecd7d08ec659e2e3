//! Figures as short words.

use consonance_inspector::ChannelTarget;
use consonance_wire::names::visible;

/// `1.2 kB`.
pub(super) fn bytes(number: u64) -> String {
    match number {
        0..10_000 => format!("{number} B"),
        10_000..10_000_000 => format!("{:.1} kB", number as f64 / 1e3),
        _ => format!("{:.1} MB", number as f64 / 1e6),
    }
}

/// `3.2 s ago`.
pub(super) fn ago(ms: Option<u64>) -> String {
    match ms {
        None => "never".into(),
        Some(0..500) => "now".into(),
        Some(ms) if ms < 60_000 => format!("{:.1} s ago", ms as f64 / 1000.0),
        Some(ms) => format!("{} min ago", ms / 60_000),
    }
}

/// `12:05`, minutes and seconds.
pub(super) fn clock(ms: u64) -> String {
    format!("{}:{:02}", ms / 60_000, ms / 1000 % 60)
}

/// `red, @Bob`.
pub(super) fn targets<'a>(targets: impl IntoIterator<Item = &'a ChannelTarget>) -> String {
    let name = |target: &ChannelTarget| match target {
        ChannelTarget::Room(room) => room.clone(),
        ChannelTarget::Player(player) => format!("@{}", visible(player)),
    };
    targets.into_iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A number, or a dash for none.
pub(super) fn figure(number: Option<f32>, digits: usize, unit: &str) -> String {
    number.map_or_else(|| "–".into(), |number| format!("{number:.digits$}{unit}"))
}

/// A bar of `cells` cells for a level in dB of full scale, from -60 to 0.
pub(super) fn meter(dbfs: f32, cells: usize) -> String {
    let eighths = (((dbfs + 60.0) / 60.0).clamp(0.0, 1.0) * 8.0 * cells as f32).round() as usize;
    let (full, rest) = (eighths / 8, eighths % 8);
    let part = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][rest];
    let bar: String =
        std::iter::repeat_n('█', full).chain([part]).chain(std::iter::repeat(' ')).take(cells).collect();
    bar
}

/// The newest values as a row of bars, as high as the greatest of them or as `at_least`.
pub(super) fn sparkline(values: impl ExactSizeIterator<Item = u16>, cells: usize, at_least: u16) -> String {
    let skip = values.len().saturating_sub(cells);
    let shown: Vec<u16> = values.skip(skip).collect();
    let most = u32::from(shown.iter().copied().max().unwrap_or(0).max(at_least).max(1));
    let bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    shown.into_iter().map(|value| bars[(u32::from(value) * 7 / most) as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_the_level_is_high() {
        assert_eq!(meter(-100.0, 4), "    ");
        assert_eq!(meter(-30.0, 4), "██  ");
        assert_eq!(meter(3.0, 4), "████");
        assert_eq!(meter(f32::NAN, 2).chars().count(), 2);
    }

    #[test]
    fn a_row_of_bars_shows_the_newest_values() {
        assert_eq!(sparkline([0, 50, 100].into_iter(), 8, 0), "▁▄█");
        assert_eq!(sparkline([9, 0, 100].into_iter(), 2, 0), "▁█");
        assert_eq!(sparkline([50].into_iter(), 2, 100), "▄");
        assert_eq!(sparkline(std::iter::empty(), 2, 0), "");
    }

    #[test]
    fn figures_are_short() {
        assert_eq!(
            (bytes(9_999), bytes(12_345), bytes(12_345_678)),
            ("9999 B".into(), "12.3 kB".into(), "12.3 MB".into())
        );
        assert_eq!(
            (ago(None), ago(Some(20)), ago(Some(3210))),
            ("never".into(), "now".into(), "3.2 s ago".into())
        );
        assert_eq!(
            (clock(725_000), figure(None, 1, " %"), figure(Some(2.0), 1, " %")),
            ("12:05".into(), "–".into(), "2.0 %".into())
        );
    }
}
