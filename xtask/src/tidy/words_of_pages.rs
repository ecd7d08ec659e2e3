//! The pages stay short enough to be read: together they have a bound.

use super::finding::Finding;
use super::repository::Repository;

/// All pages in Markdown have at most [`WORDS_MAX`] words together.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    judge(repository, WORDS_MAX)
}

const WORDS_MAX: usize = 75_000;

fn judge(repository: &Repository, words_max: usize) -> Vec<Finding> {
    let mut pages: Vec<(usize, &str)> = repository
        .texts(&[".md"])
        .map(|(page, text)| (text.split_whitespace().count(), page.path.as_str()))
        .collect();
    let words: usize = pages.iter().map(|(words, _)| words).sum();
    if words <= words_max {
        return Vec::new();
    }
    pages.sort_unstable_by(|one, other| other.cmp(one));
    pages
        .iter()
        .take(1)
        .map(|(longest, path)| {
            let what = format!("all pages together have {words} words, this one {longest}");
            let instead = format!("keep them within {words_max}: shorten what readers do not act on");
            Finding::new(path, 1, what, instead)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    #[test]
    fn only_the_sum_of_all_pages_has_a_bound() {
        let repository = repository(&[
            ("docs/long.md", "one two three four\n"),
            ("docs/short.md", "five six\n"),
            ("code.rs", "// seven eight nine ten\n"),
        ]);
        assert_eq!(lines(&judge(&repository, 6)), [""; 0]);
        assert_eq!(
            lines(&judge(&repository, 5)),
            [
                "docs/long.md:1: all pages together have 6 words, this one 4 — keep them within 5: shorten what readers \
              do not act on"
            ]
        );
    }
}
