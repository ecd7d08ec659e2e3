//! A reminder says what it reminds of.

use super::finding::Finding;
use super::repository::Repository;

/// No reminder word stands without a text after it.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.texts(&ENDINGS) {
        for (index, line) in text.lines().enumerate() {
            for word in WORDS {
                if is_bare(line, word) {
                    let instead = "say after it what is missing and why it can wait, or do it";
                    findings.push(Finding::new(
                        &file.path,
                        index + 1,
                        format!("{word} without a text"),
                        instead,
                    ));
                }
            }
        }
    }
    findings
}

const WORDS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

const ENDINGS: [&str; 8] = [".rs", ".toml", ".sh", ".js", ".ts", ".css", ".html", ".yml"];

/// Fewer letters than this after the word are not text.
const TEXT_LETTERS: usize = 10;

fn is_bare(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let after = &line[at + word.len()..];
        let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
        let alone = !line[..at].ends_with(part_of_a_word) && !after.starts_with(part_of_a_word);
        // A name in brackets is an owner, not a task.
        let text = match after.split_once(')') {
            Some((name, text)) if name.starts_with('(') => text,
            _ => after,
        };
        alone && text.chars().filter(|c| c.is_alphabetic()).count() < TEXT_LETTERS
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(line: &str) -> Vec<String> {
        lines(&check(&repository(&[("a.rs", &format!("fn a() {{}}\n{line}\n"))])))
    }

    #[test]
    fn a_reminder_with_a_text_is_fine() {
        let line = format!("// {}: the 7-bit wrap is not tested with loss yet", WORDS[0]);
        assert_eq!(found(&line), [""; 0]);
        assert_eq!(found("// TODOS is another word"), [""; 0]);
    }

    #[test]
    fn a_bare_reminder_is_found() {
        for rest in ["", ":", "(me)", " later"] {
            let line = format!("    // {}{rest}", WORDS[1]);
            assert_eq!(
                found(&line),
                [concat!(
                    "a.rs:2: FIX",
                    "ME without a text — say after it what is missing and why it can wait, or do it"
                )]
            );
        }
    }
}
