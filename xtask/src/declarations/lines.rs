//! Lines of a made file.

use std::fmt::Write;

/// Columns of a line at most.
pub(crate) const WIDTH: usize = 120;

/// Lines of whole pieces, the first with the indent, and no longer than a line may be, with two columns to spare.
pub(crate) fn wrapped(pieces: &[String], indent: &str) -> String {
    hanging(pieces, indent, indent)
}

/// The same with another indent from the second line on.
pub(crate) fn hanging(pieces: &[String], first: &str, indent: &str) -> String {
    let (mut text, mut line, mut is_empty) = (String::new(), first.to_owned(), true);
    for piece in pieces {
        if line.chars().count() + piece.trim_end().chars().count() > WIDTH - 2 && !is_empty {
            let _ = writeln!(text, "{}", line.trim_end());
            indent.clone_into(&mut line);
        }
        line.push_str(piece);
        is_empty = false;
    }
    let _ = writeln!(text, "{}", line.trim_end());
    text
}

/// The words of a sentence, as pieces.
pub(crate) fn words(sentence: &str) -> Vec<String> {
    sentence.split(' ').map(|word| format!("{word} ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_too_long_and_no_word_is_lost() {
        let sentence = "word ".repeat(60);
        let text = hanging(&words(sentence.trim()), "- ", "  ");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.starts_with("- word") && text.lines().nth(1).unwrap().starts_with("  word"), "{text}");
        assert_eq!(text.matches("word").count(), 60);
    }
}
