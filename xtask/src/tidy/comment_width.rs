//! A comment is not wider than 120 columns.

use super::finding::Finding;
use super::repository::Repository;

/// Comments end at column 120. Tables, code and pictures are as wide as they have to be, and so is one long word.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.texts(&[".rs"]) {
        let mut is_in_fence = false;
        for (index, line) in text.lines().enumerate() {
            let Some(comment) = comment_of(line) else {
                is_in_fence = false;
                continue;
            };
            is_in_fence ^= comment.starts_with("```");
            if !is_in_fence && !comment.starts_with('|') && is_too_wide(line, comment) {
                let what = format!("this comment is {} columns wide", line.chars().count());
                findings.push(Finding::new(&file.path, index + 1, what, "break it before column 120"));
            }
        }
    }
    findings
}

const COLUMNS_MAX: usize = 120;

/// The text of a line that is only a comment.
fn comment_of(line: &str) -> Option<&str> {
    let comment = line.trim_start().strip_prefix("//")?;
    Some(comment.trim_start_matches(['/', '!']).trim_start())
}

fn is_too_wide(line: &str, comment: &str) -> bool {
    line.chars().count() > COLUMNS_MAX && comment.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(text: &str) -> Vec<String> {
        lines(&check(&repository(&[("a.rs", text)])))
    }

    #[test]
    fn a_comment_ends_at_column_120() {
        for marker in ["//!", "///", "//", "    //"] {
            let fits = format!("{marker} ö {}", "x".repeat(COLUMNS_MAX - 3 - marker.len()));
            assert_eq!(fits.chars().count(), COLUMNS_MAX);
            assert_eq!(found(&fits), [""; 0]);
            let expected = "a.rs:2: this comment is 121 columns wide — break it before column 120";
            assert_eq!(found(&format!("\n{fits}x")), [expected]);
        }
    }

    #[test]
    fn tables_code_and_words_may_be_wider() {
        let wide = "x ".repeat(COLUMNS_MAX);
        for text in [
            format!("//! | {wide} |"),
            format!("/// ```text\n/// {wide}\n/// ```"),
            format!("/// <https://{}>", wide.replace(' ', "")),
            format!("const A: &str = \"{wide}\";"),
        ] {
            assert_eq!(found(&text), [""; 0]);
        }
    }

    #[test]
    fn a_fence_ends_with_its_comment() {
        let wide = "x ".repeat(COLUMNS_MAX);
        assert_eq!(found(&format!("/// ```\nfn a() {{}}\n/// {wide}")).len(), 1);
    }
}
