//! Sentences have plain subjects: a player, a listener, the caller; hardly ever "who" or "nobody".

use super::finding::Finding;
use super::repository::Repository;

/// Documentation has at most as many of these words per 1000 as other Rust libraries of the field.
///
/// Counted are `///` and `//!`, which are also the help of commands, and all pages in Markdown.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let said = lines(repository);
    let words: usize = said.iter().map(|line| words_of(line.text).count()).sum();
    RATES.iter().flat_map(|rate| rate.findings(&said, words)).collect()
}

/// How often some words may come.
struct Rate {
    words: &'static [&'static str],
    per_1000_max: f64,
}

const RATES: [Rate; 2] = [
    Rate { words: &["who", "whom", "whoever"], per_1000_max: 0.5 },
    Rate { words: &["somebody", "nobody"], per_1000_max: 0.2 },
];

/// A line of documentation.
struct Said<'r> {
    path: &'r str,
    number: usize,
    text: &'r str,
}

fn lines(repository: &Repository) -> Vec<Said<'_>> {
    let mut said = Vec::new();
    for (file, text) in repository.texts(&[".rs", ".md"]) {
        let is_page = file.syntax.is_none();
        for (index, line) in text.lines().enumerate() {
            let comment = ["///", "//!"].iter().find_map(|marker| line.trim_start().strip_prefix(marker));
            let text = if is_page { Some(line) } else { comment };
            said.extend(text.map(|text| Said { path: &file.path, number: index + 1, text }));
        }
    }
    said
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_alphanumeric() || c == '\'' || c == '_';
    text.split(move |c| !inside(c)).filter(|word| word.chars().any(char::is_alphanumeric))
}

impl Rate {
    /// Each of the words, if there are too many.
    fn findings(&self, said: &[Said<'_>], words: usize) -> Vec<Finding> {
        let is_one = |word: &str| self.words.iter().any(|known| word.eq_ignore_ascii_case(known));
        let found: Vec<_> = said
            .iter()
            .flat_map(|line| words_of(line.text).filter(|word| is_one(word)).map(move |word| (line, word)))
            .collect();
        let rate = 1000.0 * found.len() as f64 / words.max(1) as f64;
        if rate <= self.per_1000_max {
            return Vec::new();
        }
        let limit = self.per_1000_max;
        let finding = |(line, word): &(&Said<'_>, &str)| {
            let what = format!("\"{word}\" comes too often: {rate:.2} of 1000 words, at most {limit}");
            Finding::new(
                line.path,
                line.number,
                what,
                "name the player, the listener, the caller, or say \"no player\"",
            )
        };
        found.iter().map(finding).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(text: &str) -> Vec<String> {
        let text = format!("{text}\n{}", "/// A listener of a room.\n".repeat(400));
        lines(&check(&repository(&[("a.rs", &text)])))
    }

    #[test]
    fn one_word_in_two_thousand_is_fine_and_two_are_not() {
        assert_eq!(found("/// Who speaks."), [""; 0]);
        let found = found("/// Who speaks.\n\n//! To whom it is said.");
        assert_eq!(found.len(), 2);
        assert!(
            found[0].starts_with("a.rs:1: \"Who\" comes too often: 1.00 of 1000 words, at most 0.5"),
            "{found:?}"
        );
    }

    #[test]
    fn nobody_is_rarer() {
        assert_eq!(found("/// Nobody speaks.").len(), 1);
    }

    #[test]
    fn code_and_other_words_do_not_count() {
        assert_eq!(found("// who\nfn who() { nobody(); }\n/// `knows_who_spoke`, whose"), [""; 0]);
    }

    #[test]
    fn pages_count_line_by_line() {
        let page = format!("Who is it?\nWho else?\n{}", "A listener of a room.\n".repeat(400));
        let found = lines(&check(&repository(&[("docs/a.md", &page)])));
        assert!(found.len() == 2 && found[1].starts_with("docs/a.md:2: "), "{found:?}");
    }
}
