//! Numbers for people, with significant digits only.

/// The median: the middle value, or the mean of the two middle ones; NaN for no values.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match &sorted[..] {
        [] => f64::NAN,
        sorted => f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]),
    }
}

/// The lowest and the highest value.
pub(super) fn extremes(values: &[f64]) -> (f64, f64) {
    let fold = |pick: fn(f64, f64) -> f64| values.iter().copied().reduce(pick).unwrap_or(f64::NAN);
    (fold(f64::min), fold(f64::max))
}

/// Three significant digits, with separated thousands, and units for millions and more.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 1e9 {
        format!("{} G", digits(value / 1e9))
    } else if size >= 1e6 {
        format!("{} M", digits(value / 1e6))
    } else {
        digits(value)
    }
}

/// All of its digits below a million, and the short form from there on.
pub(super) fn whole(value: f64) -> String {
    match value {
        _ if value >= 1e6 => short(value),
        _ if value.fract() == 0.0 => grouped(value),
        _ => value.to_string(),
    }
}

/// A value as it is stored: rounded to five significant digits.
pub(super) fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

fn digits(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if size >= 999.5 {
        let scale = 10_f64.powf(size.log10().floor() - 2.0);
        grouped((value / scale).round() * scale)
    } else if size >= 99.95 {
        format!("{value:.0}")
    } else if size >= 9.995 {
        format!("{value:.1}")
    } else if size >= 0.0995 {
        format!("{value:.2}")
    } else {
        format!("{value:.4}")
    }
}

fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_that_count() {
        let cases = [
            (0.0, "0"),
            (0.0123, "0.0123"),
            (0.854, "0.85"),
            (3.456, "3.46"),
            (86.25, "86.2"),
            (424.0, "424"),
            (5866.0, "5 870"),
            (764_321.0, "764 000"),
            (389_200_000.0, "389 M"),
            (1_234_000_000.0, "1.23 G"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn what_was_promised_is_not_rounded() {
        assert_eq!([4096.0, 0.85, 60.0, 35e6].map(whole), ["4 096", "0.85", "60", "35.0 M"]);
    }

    #[test]
    fn the_median_does_not_care_for_one_that_is_far_off() {
        assert_eq!(short(median(&[3.0, 900.0, 1.0])), "3.00");
        assert_eq!(short(median(&[3.0, 900.0, 1.0, 5.0])), "4.00");
        assert_eq!(extremes(&[3.0, 900.0, 1.0]), (1.0, 900.0));
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn five_digits_are_kept() {
        assert_eq!(rounded(123_456_789.0).to_string(), "123460000");
        assert_eq!(rounded(0.0).to_string(), "0");
    }
}
