//! Numbers, names and lists as a reader expects them in a sentence.

/// A name isolated from the text around it, so that a right-to-left name does not reorder the rest (Unicode Standard
/// Annex #9, first strong isolate).
pub(super) fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}

/// "Ada, Bo and Cleo"; "no player" if empty.
pub(super) fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| isolated(name)).collect();
    match names.as_slice() {
        [] => "no player".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Thousands apart by narrow spaces that do not break.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202F}');
        }
        text.push(digit);
    }
    text
}

/// "one player", "four players", "13 players".
pub(super) fn counted(number: usize, thing: &str) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    let plural = if number == 1 { "" } else { "s" };
    match WORDS.get(number) {
        Some(word) => format!("{word} {thing}{plural}"),
        None => format!("{} {thing}{plural}", count(number as u64)),
    }
}

/// At most one decimal.
pub(super) fn decimal(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// A part of a whole with its sign, as in "5.2 %".
pub(super) fn percent(part: u64, whole: u64) -> String {
    format!("{}\u{202F}%", decimal(100.0 * part as f64 / whole.max(1) as f64))
}

/// "0.8 – 7.9 s"
pub(super) fn period(from: f64, to: f64) -> String {
    format!("{from:.1}\u{202F}–\u{202F}{to:.1}\u{202F}s")
}

/// As much of a text as `room` pixels hold at a size of `font` pixels, with an ellipsis where it was cut;
/// `None` if that would be less than two letters.
pub(super) fn fitted(text: &str, room: f64, font: f64) -> Option<String> {
    let mut used = 0.0;
    let mut cut = 0;
    for (letters, (index, letter)) in text.char_indices().enumerate() {
        used += letter_width(letter) * font;
        if used > room {
            return (letters > 2).then(|| format!("{}…", text[..cut].trim_end()));
        }
        if used + letter_width('…') * font <= room {
            cut = index + letter.len_utf8();
        }
    }
    (!text.is_empty()).then(|| text.to_owned())
}

/// About how wide a text is at a size of `font` pixels.
pub(super) fn text_width(text: &str, font: f64) -> f64 {
    text.chars().map(letter_width).sum::<f64>() * font
}

/// In a usual sans serif, relative to its size; outside of Latin, Greek and Cyrillic letters are as wide as high.
fn letter_width(letter: char) -> f64 {
    match letter {
        ' ' | 'i' | 'j' | 'l' | 't' | 'f' | 'I' | '.' | ',' | '\'' => 0.32,
        'm' | 'w' | 'M' | 'W' | '@' | '→' => 0.92,
        'A'..='Z' | '0'..='9' => 0.66,
        '\u{2068}' | '\u{2069}' => 0.0,
        '\u{0}'..='\u{7FF}' => 0.57,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_a_sentence() {
        let names = ["Ada".to_owned(), "Bo".to_owned(), "Cleo".to_owned()];
        let plain = |names: &[String]| list(names).replace(['\u{2068}', '\u{2069}'], "");
        assert_eq!(plain(&names), "Ada, Bo and Cleo");
        assert_eq!(plain(&names[..2]), "Ada and Bo");
        assert_eq!(plain(&names[..1]), "Ada");
        assert_eq!(plain(&[]), "no player");
    }

    #[test]
    fn numbers_are_words_where_they_are_small_and_grouped_where_they_are_large() {
        assert_eq!(counted(1, "player"), "one player");
        assert_eq!(counted(4, "player"), "four players");
        assert_eq!(counted(1300, "player"), "1\u{202F}300 players");
        assert_eq!(count(999), "999");
    }

    #[test]
    fn a_decimal_appears_only_where_it_says_something() {
        assert_eq!(decimal(5.0), "5");
        assert_eq!(decimal(7.25), "7.2");
        assert_eq!(percent(52, 1000), "5.2\u{202F}%");
        assert_eq!(percent(0, 0), "0\u{202F}%");
    }

    #[test]
    fn text_is_cut_where_the_room_ends() {
        assert_eq!(fitted("and mister john", 500.0, 10.0).as_deref(), Some("and mister john"));
        assert_eq!(fitted("and mister john", 60.0, 10.0).as_deref(), Some("and miste…"));
        assert_eq!(fitted("and mister john", 12.0, 10.0), None);
        assert_eq!(fitted("", 100.0, 10.0), None);
    }
}
